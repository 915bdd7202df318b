/* SPDX-License-Identifier: Apache-2.0
 *
 * The language for tests (web/make/pseudo.mjs): longer, with accents, in brackets, and in
 * all else the catalogue that it is made of.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { catalogue } from '../../web/make/catalogues.mjs';
import { said, shape } from '../../web/make/messages.mjs';
import { pseudo } from '../../web/make/pseudo.mjs';
import { packages } from '../http/haven.mjs';

const { parse } = packages('@formatjs/icu-messageformat-parser');
const { IntlMessageFormat } = packages('intl-messageformat');

const wordsOf = (message) => (typeof message === 'string' ? message : said(message));

const isBracketed = (message) =>
    typeof message === 'string'
        ? /^\[.*\]$/s.test(message)
        : message[0].value === '[' && message.at(-1).value === ']';

/* What people read. */
const speak = (source, values) => {
    const { messages } = pseudo({ messages: { it: parse(source) }, labels: {} });
    return new IntlMessageFormat(messages.it, 'en').format(values);
};

describe('a text', () => {
    test('is drawn out, with accents, in brackets', () => {
        const { messages } = pseudo({ messages: { it: 'Search' }, labels: {} });
        assert.equal(messages.it, '[Šééééáŕçĥ]');
    });

    test('keeps its digits and marks', () => {
        const { messages } = pseudo({ messages: { it: '15-17, 40 %.' }, labels: {} });
        assert.equal(messages.it, '[15-17, 40 %.]');
    });
});

describe('a message', () => {
    test('keeps its placeholders', () => {
        const made = speak('Call {number}', { number: '1300 abc' });
        assert.match(made, /^\[[^a-z]+ 1300 abc\]$/);
    });

    test('keeps its choices, and is one text in brackets', () => {
        const source = '{count, plural, =0 {none} one {# day} other {# days}} left';
        const at = (count) => speak(source, { count });
        const made = [0, 1, 2].map(at);
        assert.deepEqual(made.map((m) => m.split(' ')[0]), ['[ñôôôñé', '[1', '[2']);
        assert.ok(made.every((m) => m.split(/[[\]]/).length === 3), made[0]);
        assert.notEqual(made[1].slice(3), made[2].slice(3));
    });

    test('keeps nested choices', () => {
        const source = '{who, select, a {{n, plural, other {# of {name}}}} other {x}}';
        assert.match(speak(source, { who: 'a', n: 7, name: 'bb' }), /^\[7 [^a-z]+ bb\]$/);
    });

    test('is not changed in the catalogue that it is made of', () => {
        const messages = { it: parse('{count, plural, other {# days}}') };
        const before = structuredClone(messages);
        pseudo({ messages, labels: {} });
        assert.deepEqual(messages, before);
    });
});

describe('the whole of English', () => {
    const english = catalogue('en');
    const made = pseudo(english);
    const pairs = Object.entries(english.messages).map(([key, m]) => [
        key,
        m,
        made.messages[key],
    ]);
    const worded = pairs.filter(([, m]) => /\p{L}/u.test(wordsOf(m)));
    const compiled = pairs.filter(([, m]) => typeof m !== 'string');

    test('has the same keys and codes', () => {
        assert.deepEqual(Object.keys(made.messages), Object.keys(english.messages));
        assert.deepEqual(Object.keys(made.labels.need), Object.keys(english.labels.need));
    });

    test('writes numbers, dates and lists as English does', () => {
        assert.deepEqual(made.forms, english.forms);
        assert.ok(english.forms.months.length === 12);
    });

    test('has the same arguments, of the same types', () => {
        for (const [key, m, p] of compiled) {
            assert.deepEqual(shape(p), shape(m), key);
        }
    });

    test('is 40 % longer, and has no letter without an accent', () => {
        for (const [key, m, p] of worded) {
            const [before, after] = [wordsOf(m), wordsOf(p)];
            const letters = (text) => text.match(/[\p{L} ]/gu).length;
            assert.ok(letters(after) >= 1.4 * letters(before), `${key}: ${after}`);
            assert.doesNotMatch(after, /[a-pr-z]/i, key);
            assert.equal(after.normalize('NFC'), after, key);
        }
    });

    test('stands in brackets, labels too', () => {
        assert.ok(pairs.every(([, , p]) => isBracketed(p)));
        const labels = Object.values(made.labels).flatMap((v) => Object.values(v));
        assert.ok(labels.length > 100 && labels.every(isBracketed));
    });
});
