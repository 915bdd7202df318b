/* SPDX-License-Identifier: Apache-2.0
 *
 * How near the rule files of data/names come to the Latin names that gazetteers give beside those in
 * the local script, with DATA=/path/to/data (`make directory`). The rules were written
 * with these lists in view: what is measured is how much of them rules can say. The Khmer
 * ones were not made for the spellings of wof_kh, nor the Burmese ones for those of mimu.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { parseCsv } from '../differential/evaluate.mjs';
import { agreement, change } from '../romanise/agreement.mjs';

const DATA = process.env.DATA ?? '';
const PUMI = 'pumi/kh_gazetteer_names.csv';
const MIMU = 'myanmar-mimu/health_facilities_myanmar2020.csv';
const KONGVUT = ['provinces', 'districts', 'sub_districts']
    .map((name) => `thailand-kongvut/${name}.csv`);

/* The script, not the language tag, says what a name is; and the words for kinds of place
   that the lists put before or behind it, which are not compared. */
const SCRIPTS = {
    kh: { letters: /\p{Script=Khmer}/u,
          local: /^(ភូមិ|ឃុំ|ស្រុក|ខេត្ត|សង្កាត់|ក្រុង|រាជធានី)\s*/u,
          latin: /^(phum[iĭ]?|khum|srok|khet|sangkat|krong)\s+/iu },
    la: { letters: /\p{Script=Lao}/u,
          local: /^(ເມືອງ|ແຂວງ|ບ້ານ|ນະຄອນຫຼວງ)\s*/u,
          latin: /^(muang|ban|khoueng|khwaeng)\s+/iu },
    th: { letters: /\p{Script=Thai}/u,
          local: /^(บ้าน|อำเภอ|ตำบล|จังหวัด|เขต|แขวง|กิ่งอำเภอ)\s*/u,
          latin: /^(ban|amphoe|tambon|changwat|khet|khwaeng|king amphoe)\s+/iu },
    mm: { letters: /[\u1000-\u1059]/u, others: /[\u105a-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f]/u,
          local: /(မြို့နယ်|မြို့|ခရိုင်|ရွာ|ပြည်နယ်|တိုင်းဒေသကြီး|တိုင်း)$/u,
          latin: / (district|state|region)$/iu },
};

/* What is reached, less a little. */
const FLOORS = {
    pumi: { names: 15000, exact: 0.87, merged: 0.88, near: 0.96 },
    wof_kh: { names: 3500, exact: 0.67, merged: 0.68, near: 0.9 },
    wof_la: { names: 180, exact: 0.87, merged: 0.92, near: 0.96 },
    wof_th: { names: 79000, exact: 0.96, merged: 0.96, near: 0.98 },
    kongvut: { names: 8400, exact: 0.945, merged: 0.95, near: 0.975 },
    wof_mm: { names: 840, exact: 0.7, merged: 0.705, near: 0.79 },
    mimu: { names: 300, exact: 0.48, merged: 0.5, near: 0.72 },
};

const files = [PUMI, MIMU, ...KONGVUT,
    ...['kh', 'la', 'th', 'mm'].map((c) => `wof/wof_${c}_places.csv`)];
const gone = files.filter((file) => !DATA || !existsSync(join(DATA, file)));
const skip = !DATA ? 'no gazetteers: give their folder as DATA=/path/to/data'
    : gone.length ? `no gazetteers: ${DATA} lacks ${gone.join(', ')}` : false;

const csv = (file) => parseCsv(readFileSync(join(DATA, file), 'utf8'));
const without = (name, word) => name.trim().replace(word, '').trim() || name.trim();

/* Numbers are digits in one column and words in the other. */
const hasNumber = (name) => /\p{Nd}/u.test(name);

function pair(country, names, spellings) {
    const { letters, others, local, latin } = SCRIPTS[country];
    const ours = names.find((name) => letters.test(name) && !/\p{Script=Latin}/u.test(name)
        && !hasNumber(name) && !others?.test(name));
    const theirs = spellings.filter((name) => /[a-z]/i.test(name) && !letters.test(name));
    if (!ours || theirs.length === 0 || theirs.some(hasNumber))
        return [];
    return [{ name: without(ours, local),
              latin: theirs.map((name) => without(name, latin)) }];
}

const LISTS = {
    pumi: () => csv(PUMI).flatMap((row) => pair('kh', [row.name_km], [row.name_latin])),
    kongvut: () => KONGVUT.flatMap((file) => csv(file)
        .flatMap((row) => pair('th', [row.name_th], [row.name_en]))),
    mimu: () => [...new Map(csv(MIMU).map((row) => [row.TS_mya, row.TS_en]))]
        .flatMap(([name, latin]) => pair('mm', [name], [latin])),
};
for (const country of ['kh', 'la', 'th', 'mm'])
    LISTS[`wof_${country}`] = () => csv(`wof/wof_${country}_places.csv`).flatMap((row) => {
        const all = [row.name, row.name_en, row.name_local, ...row.name_other.split('|')];
        return pair(country, all, all);
    });

const percent = (share) => `${(100 * share).toFixed(1)} %`;

describe('romanised names and the gazetteers\' own Latin ones', { skip }, () => {
    for (const [list, floor] of Object.entries(FLOORS))
        test(list, (t) => {
            const got = agreement(LISTS[list]());
            t.diagnostic(`${list}: ${got.names} names; the same ${percent(got.exact)}, `
                + `after merging ${percent(got.merged)}, near ${percent(got.near)}`);
            for (const d of got.differences.slice(0, 12))
                t.diagnostic(`    ${d.count} times ${d.what} (${d.name}: ${d.ours}, `
                    + `${d.theirs})`);
            for (const key of Object.keys(floor))
                assert.ok(got[key] >= floor[key], `${list}: ${key} ${got[key]} `
                    + `is below ${floor[key]}`);
        });
});

describe('Zawgyi', { skip }, () => {
    const names = () => [...new Set([
        ...csv('wof/wof_mm_places.csv').flatMap((row) =>
            [row.name, row.name_en, row.name_local, ...row.name_other.split('|')]),
        ...csv(MIMU).flatMap((row) => [row.nmHsp_mya, row.SR_mya, row.TS_mya]),
    ])].filter((name) => /\p{Script=Myanmar}/u.test(name));

    test('is seen in no name that is Unicode, Burmese or Shan', () => {
        const all = names();
        const seen = change(all, '--typed');
        assert.ok(all.length > 2000);
        assert.deepEqual(all.filter((_, i) => seen[i] !== 'unicode'), []);
    });

    test('is seen in the same names typed for a Zawgyi font', (t) => {
        const burmese = names().filter((name) => !SCRIPTS.mm.others.test(name));
        const zawgyi = change(burmese, '--zawgyi');
        const seen = change(zawgyi, '--typed');
        const differ = burmese.map((_, i) => i).filter((i) => zawgyi[i] !== burmese[i]);
        const found = differ.filter((i) => seen[i] === 'zawgyi');
        const wanted = change(burmese, '--native');
        const got = change(zawgyi, '--native');
        const back = found.filter((i) => got[i] === wanted[i]);
        t.diagnostic(`of ${differ.length} names that differ, ${found.length} are seen, `
            + `${back.length} of them come back as they were`);
        t.diagnostic(`not seen: ${differ.filter((i) => seen[i] !== 'zawgyi')
            .slice(0, 12).map((i) => burmese[i]).join(', ')}`);
        assert.ok(differ.length > 1800);
        assert.ok(found.length >= 0.97 * differ.length);
        assert.ok(back.length >= 0.99 * found.length);
    });
});
