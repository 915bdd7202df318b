/* SPDX-License-Identifier: Apache-2.0
 *
 * Sources that were never imported, asked of an index that has Who's On First alone. Which of
 * its places is meant is told by the name in the other script, so that the spelling which is
 * asked plays no part in it:
 *
 *   pumi      villages of Cambodia's national gazetteer, without points. The same place is
 *             the only one of the same district with the same Khmer name; asked in Latin
 *             letters. And the other way round.
 *   kongvut   sub-districts of Thailand. The same place is the nearest within 3 km that has
 *             the same Thai name (a sub-district is named after its main village); asked in
 *             Latin letters. And the other way round.
 *
 * Generic words are set aside. Viet Nam's list is left out: its names are those of Who's On
 * First with their marks, and folding finds them all.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseCsv } from '../differential/evaluate.mjs';
import { Kept } from './asking.mjs';
import { bare, fold, scriptOf } from './names.mjs';
import { foldedNames, relation, sample, targetOf } from './spellings.mjs';
import { Tally } from './tally.mjs';
import { small } from './tools.mjs';
import { standing } from './wof.mjs';

const SAMPLE = small ? 150 : 1500; /* of each source and script */
const NEAR_KM = 3;

const read = (data, path) =>
    existsSync(join(data, path)) ? parseCsv(readFileSync(join(data, path), 'utf8')) : undefined;

/* Lists of `items` by each of their keys. */
function indexBy(items, keysOf) {
    const index = new Map();
    for (const item of items)
        for (const key of new Set(keysOf(item))) {
            if (!index.has(key)) index.set(key, []);
            index.get(key).push(item);
        }
    return index;
}

const only = (list) => (list?.length === 1 ? list[0] : undefined);
const populated = ({ kind }) => kind === 'village' || kind === 'town';

/* Both ways for one pair of names: told by one, asked by the other. */
const WAYS = [
    { told: 'native', asked: 'latin' },
    { told: 'latin', asked: 'native' },
];

/* ---- pumi -------------------------------------------------------------------------------------- */

export function pumi(places, data) {
    const rows = read(data, 'pumi/kh_gazetteer_names.csv');
    if (rows === undefined) return undefined;
    const own = places.filter(({ country }) => country === 'KH');
    const districts = indexBy(own.filter((p) => p.kind === 'district'), (p) => standing(p).map(bare));
    const byCode = new Map(rows.map((row) => [row.code, row]));
    const rowDistrict = (row) => byCode.get(row.code.slice(0, 4));
    const inDistrict = (id, name) => `${id}/${bare(name)}`;
    const villages = indexBy(own.filter((p) => populated(p) && p.within), (p) =>
        standing(p).map((name) => inDistrict(p.within.id, name)),
    );
    const sheet = rows
        .filter((row) => row.level === 'village' && row.name_latin !== '')
        .map((row) => ({ latin: row.name_latin, native: row.name_km, above: rowDistrict(row) }));
    const pairs = [];
    for (const { told, asked } of WAYS) {
        const namesakes = indexBy(sheet, (row) => [inDistrict(row.above.code, row[told])]);
        for (const row of sheet) {
            const district = only(districts.get(bare(row.above.name_latin)) ?? districts.get(bare(row.above.name_km)));
            const place = district && only(villages.get(inDistrict(district.id, row[told])));
            if (!place || namesakes.get(inDistrict(row.above.code, row[told])).length > 1) continue;
            const above = asked === 'latin' ? row.above.name_latin : row.above.name_km;
            pairs.push({ source: 'pumi', place, text: row[asked], above });
        }
    }
    return { read: sheet.length, pairs };
}

/* ---- kongvut ----------------------------------------------------------------------------------- */

const KM_A_DEGREE = 111.2;

function km(a, b) {
    const east = (a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180);
    return Math.hypot(a.lat - b.lat, east) * KM_A_DEGREE;
}

export function kongvut(places, data) {
    const rows = read(data, 'thailand-kongvut/sub_districts.csv');
    const districts = read(data, 'thailand-kongvut/districts.csv');
    if (rows === undefined || districts === undefined) return undefined;
    const byId = new Map(districts.map((row) => [row.id, row]));
    const own = places.filter((p) => p.country === 'TH' && populated(p));
    const named = indexBy(own, (p) => standing(p).map(bare));
    const sheet = rows
        .filter((row) => row.lat !== '' && row.long !== '')
        .map((row) => ({
            ...{ latin: row.name_en, native: row.name_th, above: byId.get(row.district_id) },
            ...{ lat: Number(row.lat), lon: Number(row.long) },
        }));
    const pairs = [];
    for (const { told, asked } of WAYS)
        for (const row of sheet) {
            const near = (named.get(bare(row[told])) ?? [])
                .filter((place) => km(row, place) <= NEAR_KM)
                .sort((a, b) => km(row, a) - km(row, b));
            if (near.length === 0) continue;
            const above = asked === 'latin'
                ? row.above.name_en.replace(/^Khet /, '')
                : row.above.name_th.replace(/^เขต/, '');
            pairs.push({ source: 'kongvut', place: near[0], text: row[asked], above });
        }
    return { read: sheet.length, pairs };
}

/* ---- asked ------------------------------------------------------------------------------------- */

export async function foreign(places, data, random, port) {
    const tally = new Tally(['source', 'script', 'in the index']);
    const borne = foldedNames(places);
    const kept = new Kept(port);
    const notes = [];
    for (const [name, source] of Object.entries({ pumi, kongvut })) {
        const found = source(places, data);
        if (found === undefined) {
            notes.push(`${name}: missing in ${data}, left out`);
            continue;
        }
        const pairs = sample(random, found.pairs, ({ text }) => scriptOf(text), SAMPLE);
        notes.push(`${name}: ${found.read} rows, ${found.pairs.length} names of places that Who's On First has too, ${pairs.length} asked`);
        for (const { place, text, above } of pairs) {
            const wanted = targetOf(place);
            const stands = standing(place).some((other) => bare(other) === bare(text));
            await tally.ask(kept, {
                key: [name, scriptOf(text), stands ? 'as it is asked' : relation(text, standing(place))],
                ...{ text, wanted, above },
                borne: borne.has(fold(text)) && !wanted.names.has(fold(text)),
            });
        }
    }
    kept.end();
    return { tally, notes };
}
