/* SPDX-License-Identifier: Apache-2.0
 *
 * Names in local script against how the gazetteers below DATA spell them (`make directory
 * DATA=/path/to/data`): how many have the same letters, the same sounds, or sounds that are
 * near: a quarter of an edit for each; and where they differ most. A share below its floor
 * fails. The floors are a little under what was measured. What is left are names spelt
 * another way than they are spoken, other names of the same place, and errors of the lists.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { parseCsv } from '../differential/evaluate.mjs';
import { missing } from './gazetteers.mjs';

const DATA = process.env.DATA ?? '';
const PROGRAM = process.env.ROMANISED ?? 'build/release/directory/romanised';
const skip = missing(DATA) ?? false;

const rows = (file) => parseCsv(readFileSync(join(DATA, file), 'utf8'));

/* Pairs of a name in its script and a Latin spelling, without what stands in brackets. */
function pairs(files, local, latin, script) {
    return files.flatMap(rows)
        .map((row) => [row[local], row[latin]].map((s) => s.replace(/\s*\(.*/s, '').trim()))
        .filter(([name, spelling]) => script.test(name) && /[a-z]/i.test(spelling)
            && !/[\t\n]/.test(name + spelling));
}

function answers(found, args) {
    const lines = found.map((pair) => pair.join('\t')).join('\n') + '\n';
    const out = execFileSync(PROGRAM, args,
        { input: lines, encoding: 'utf8', maxBuffer: 1 << 28 });
    const read = out.trimEnd().split('\n').map((line) => line.split('\t'));
    assert.equal(read.length, found.length);
    return read;
}

function romanised(found, ...args) {
    return answers(found, args)
        .map(([cost, sounds, a, b, z]) => ({ cost: +cost, sounds: +sounds, a, b, z }));
}

/* Whether each name looks as if it had been typed for Zawgyi. */
function suspected(names, ...args) {
    return romanised(names.map((name) => [name, '-']), ...args).map((r) => r.z === 'zawgyi');
}

/* What stands between what two spellings begin and end with alike: "ou" for "o". */
function difference({ a, b }) {
    let start = 0;
    while (start < a.length && a[start] === b[start])
        start++;
    let end = 0;
    while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end))
        end++;
    return `${a.slice(start, a.length - end) || '-'}/${b.slice(start, b.length - end) || '-'}`;
}

function commonest(read) {
    const counts = new Map();
    for (const key of read.filter((r) => r.a !== r.b).map(difference))
        counts.set(key, (counts.get(key) ?? 0) + 1);
    return [...counts].sort((x, y) => y[1] - x[1]).slice(0, 12)
        .map(([key, count]) => `${key} ${count}`).join(', ');
}

const SETS = [
    { name: 'Khmer, pumi', files: ['pumi/kh_gazetteer_names.csv'], local: 'name_km',
        latin: 'name_latin', script: /\p{Script=Khmer}/u, names: 16000,
        letters: 0.87, sounds: 0.885, near: 0.975 },
    { name: "Khmer, Who's On First", files: ['wof/wof_kh_places.csv'], local: 'name_local',
        latin: 'name', script: /\p{Script=Khmer}/u, names: 3400,
        letters: 0.545, sounds: 0.62, near: 0.89 },
    { name: "Lao, Who's On First", files: ['wof/wof_la_places.csv'], local: 'name_local',
        latin: 'name', script: /\p{Script=Lao}/u, names: 170,
        letters: 0.82, sounds: 0.825, near: 0.965 },
    { name: "Thai, Who's On First", files: ['wof/wof_th_places.csv'], local: 'name_local',
        latin: 'name', script: /\p{Script=Thai}/u, names: 79000,
        letters: 0.95, sounds: 0.95, near: 0.98 },
    { name: 'Thai, kongvut', files: ['provinces', 'districts', 'sub_districts']
        .map((f) => `thailand-kongvut/${f}.csv`), local: 'name_th', latin: 'name_en',
        script: /\p{Script=Thai}/u, names: 8000, letters: 0.94, sounds: 0.94, near: 0.98 },
    { name: "Burmese, Who's On First", files: ['wof/wof_mm_places.csv'], local: 'name_local',
        latin: 'name', script: /\p{Script=Myanmar}/u, names: 800,
        letters: 0.67, sounds: 0.675, near: 0.9 },
];

describe('names in Latin letters', { skip }, () => {
    for (const set of SETS)
        test(set.name, (t) => {
            const read = romanised(pairs(set.files, set.local, set.latin, set.script));
            const share = (is) => read.filter(is).length / read.length;
            const got = { letters: share((r) => r.a === r.b), sounds: share((r) => r.cost === 0),
                near: share((r) => r.cost <= r.sounds) };
            t.diagnostic(`${read.length} names: same letters ${got.letters.toFixed(3)}, same `
                + `sounds ${got.sounds.toFixed(3)}, near ${got.near.toFixed(3)}`);
            t.diagnostic(`ours/theirs: ${commonest(read)}`);
            assert.ok(read.length >= set.names, `only ${read.length} names`);
            for (const what of ['letters', 'sounds', 'near'])
                assert.ok(got[what] >= set[what], `${what}: ${got[what]}, at least ${set[what]}`);
        });

    test('Zawgyi is suspected in no name that is Unicode, and in nearly all typed for it', (t) => {
        const others = /[\u105a-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f]/u; /* Shan */
        const names = [...new Set(rows('wof/wof_mm_places.csv').flatMap((row) =>
            [row.name, row.name_local, ...row.name_other.split('|')]))]
            .filter((name) => /\p{Script=Myanmar}/u.test(name) && !/[\t\n]/.test(name));
        const burmese = names.filter((name) => !others.test(name));
        const seen = (list, ...args) => suspected(list, ...args).filter(Boolean).length;
        const zawgyi = seen(burmese, '--zawgyi');
        t.diagnostic(`${names.length} names, ${burmese.length} of them Burmese; typed for `
            + `Zawgyi ${zawgyi} are suspected`);
        assert.ok(names.length >= 700);
        assert.equal(seen(names), 0);
        assert.ok(zawgyi >= 0.96 * burmese.length);
    });

    test('Burmese typed for Zawgyi reads as it does in Unicode', (t) => {
        const found = pairs(['wof/wof_mm_places.csv'], 'name_local', 'name', /\p{Script=Myanmar}/u);
        const unicode = romanised(found), zawgyi = romanised(found, '--zawgyi');
        const same = unicode.filter((r, i) => r.a === zawgyi[i].a).length / found.length;
        t.diagnostic(`${found.length} names: ${same.toFixed(3)} the same`);
        assert.ok(same >= 0.99, `${same}, at least 0.99`);
    });
});
