/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates, numbers and lists of the pages, against Node.js's own: random values, in every
 * language. Browsers cannot be asked: they have no data for Khmer, Lao and Burmese.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { forms } from '../../web/make/forms.mjs';
import { LANGUAGES } from '../../web/make/languages.mjs';
import { packages, root } from '../http/haven.mjs';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const TIMES = 300;

let state = SEED || 1;
const random = (below) => {
    state = (state * 48271) % 0x7fffffff;
    return state % below;
};

/* The module, without its types; what it imports is not needed for forms. */
async function speakerModule() {
    const { transform } = packages('esbuild');
    const source = readFileSync(`${root}web/src/i18n/speaker.ts`, 'utf8');
    const { code } = await transform(source, { loader: 'ts' });
    const alone = code.replace(/^import .*$/gm, '');
    return import(`data:text/javascript;base64,${Buffer.from(alone).toString('base64')}`);
}

const { speakerOf } = await speakerModule();

describe(`how each language writes (SEED=${SEED})`, () => {
    for (const language of LANGUAGES) {
        const speaker = speakerOf(language, {
            messages: {},
            labels: {},
            forms: forms(language),
        });
        const locale = `${language}-u-nu-latn`;

        test(`${language}: days`, () => {
            const long = new Intl.DateTimeFormat(locale, {
                dateStyle: 'long',
                timeZone: 'UTC',
            });
            const weekday = new Intl.DateTimeFormat(locale, {
                weekday: 'long',
                timeZone: 'UTC',
            });
            for (let i = 0; i < TIMES; i++) {
                const at = new Date(Date.UTC(2000 + random(60), random(12), 1 + random(28)));
                const day = at.toISOString().slice(0, 10);
                assert.equal(speaker.date(day), long.format(at), day);
                const instant = `${day}T23:05:00+07:00`;
                assert.equal(speaker.weekday(instant), weekday.format(at), instant);
                assert.equal(speaker.clock(instant), '23:05');
            }
        });

        test(`${language}: numbers and distances`, () => {
            for (let i = 0; i < TIMES; i++) {
                const metres = random(3_000_000);
                const near = metres < 1000;
                const unit = (value, digits) =>
                    new Intl.NumberFormat(locale, {
                        style: 'unit',
                        unit: near ? 'meter' : 'kilometer',
                        maximumFractionDigits: digits,
                        useGrouping: 'always',
                    }).format(value);
                const said = near
                    ? unit(Math.max(10, Math.round(metres / 10) * 10), 0)
                    : unit(metres / 1000, metres < 10_000 ? 1 : 0);
                assert.equal(speaker.distance(metres), said, `${metres} m`);
            }
        });

        /* Burmese has commas of its own: make/forms.mjs. */
        test(`${language}: lists`, { skip: language === 'my' }, () => {
            for (const type of ['and', 'or']) {
                const own = new Intl.ListFormat(language, {
                    type: type === 'and' ? 'conjunction' : 'disjunction',
                });
                for (let count = 0; count < 7; count++) {
                    const items = Array.from({ length: count }, () => `x${random(1000)}`);
                    assert.equal(speaker.list(items, type), own.format(items));
                }
            }
        });
    }
});
