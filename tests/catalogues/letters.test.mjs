/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts in the letters of their language (web/make/letters.mjs).
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { letterFaults } from '../../web/make/letters.mjs';

const ok = (language, text, english) =>
    assert.deepEqual(letterFaults(language, text, english), [], `${language}: ${text}`);

const fault = (language, text, english, pattern) =>
    assert.match(letterFaults(language, text, english).join('; '), pattern);

describe('a text passes', () => {
    test('in the script of its language, with Latin digits and marks', () => {
        ok('th', 'อายุ 15-17 ปี (ไม่บังคับ)', 'Age 15-17 years (optional)');
        ok('lo', 'ຢູ່ໃສ?', 'Where?');
        ok('km', 'នៅ​ឯណា?', 'Where?');
        ok('my', 'ဘယ်မှာလဲ', 'Where?');
        ok('zh', '在哪里？', 'Where?');
        ok('vi', 'Ở đâu?', 'Where?');
        ok('id', 'Di mana?', 'Where?');
    });

    test('with the names of keys and units, also beside its letters', () => {
        ok('zh', 'HIV检测和护理', 'HIV testing and care');
        ok('lo', 'ປະມານ kB', 'about kB');
    });

    test('without words where English has none', () => {
        ok('th', ': ', ': ');
        ok('th', 'Apache 2.0', 'Apache 2.0');
    });

    test('like the English one where that is told to be a name', () => {
        ok('id', 'Andorra', null);
    });
});

describe('a text fails', () => {
    test('that is left in English', () => {
        fault('id', 'Search', 'Search', /left in English/);
        fault('vi', ' Search', 'Search', /left in English/);
        fault('th', 'Search', 'Search', /not Thai: S e a r c h; .*left in English/);
        fault('lo', 'Search Shift', 'Press Shift', /not Lao/);
    });

    test('with letters of a neighbour', () => {
        fault('lo', 'ຄົ້ນหา', 'Search', /not Lao: ห า/);
        fault('th', 'ค้นຫາ', 'Search', /not Thai: ຫ າ/);
        fault('id', 'Саri', 'Search', /not Latin: С а/);
    });

    test('that is decomposed', () => {
        fault('vi', 'Ở đâu?'.normalize('NFD'), 'Where?', /NFC/);
        fault('my', 'ဦ'.normalize('NFD'), 'Head', /NFC/);
    });

    test('that says nothing', () => {
        fault('th', ' ... ', 'Loading ...', /says nothing/);
    });
});
