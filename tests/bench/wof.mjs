/* SPDX-License-Identifier: Apache-2.0
 *
 * The places of Who's On First in DATA/wof, as the bench reads them, and as places.csv with
 * some of their spellings left out.
 *
 * region is a province, county a district, localadmin a commune; a locality or neighbourhood
 * is a village, or a town where GeoNames calls it the seat of an administration. Campuses
 * (airports) and what GeoNames calls abandoned or destroyed are left out, as in
 * importers/maps.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseCsv } from '../differential/evaluate.mjs';

export const COUNTRIES = { KH: 'km', LA: 'lo', MM: 'my', TH: 'th', VN: 'vi' };
export const FOLDS = 4;

const KINDS = { country: 'country', region: 'province', county: 'district', localadmin: 'commune' };
const POPULATED = new Set(['locality', 'neighbourhood']);
const SEAT = /^PPL(A[1-4]?|C)$/;
const GONE = /^PPL[QWH]$/;
const COLUMNS = 'id,kind,parent,country,name,name@en,name@km,name@lo,name@my,name@th,name@vi,aliases,lat,lon,population';

const readCsv = (path) => parseCsv(readFileSync(path, 'utf8'));

function kindOf(row) {
    if (row.placetype in KINDS) return KINDS[row.placetype];
    if (!POPULATED.has(row.placetype) || GONE.test(row.feature_code)) return undefined;
    return SEAT.test(row.feature_code) ? 'town' : 'village';
}

/* Its spellings other than `name`, each once, with the column of places.csv it belongs in. */
function spellings(row, country) {
    const all = [
        ['name@en', row.name_en],
        [`name@${COUNTRIES[country]}`, row.name_local],
        ...row.name_other.split('|').map((text) => ['aliases', text.replaceAll(';', ' ')]),
    ];
    const seen = new Set(['', row.name]);
    return all.flatMap(([column, text]) => {
        if (seen.has(text)) return [];
        seen.add(text);
        return [{ column, text }];
    });
}

function readCountry(folder, country) {
    const path = join(folder, `wof_${country.toLowerCase()}_places.csv`);
    const rows = readCsv(path).filter((row) => row.name !== '' && kindOf(row) !== undefined);
    const ids = new Set(rows.filter((row) => row.placetype in KINDS).map((row) => row.wof_id));
    const parentOf = (row) =>
        [row.county_id, row.region_id].find((id) => id !== row.wof_id && ids.has(id));
    return rows.map((row) => ({
        id: row.wof_id,
        kind: kindOf(row),
        country,
        name: row.name,
        spellings: spellings(row, country),
        lat: Number(row.lat),
        lon: Number(row.lon),
        population: Number(row.population) > 0 ? row.population : '',
        parent: parentOf(row),
    }));
}

/* Every place of the five countries, parents as objects in `within`. */
export function readPlaces(data) {
    const folder = join(data, 'wof');
    if (!existsSync(folder)) throw new Error(`${folder}: is missing; DATA names its parent`);
    const places = Object.keys(COUNTRIES).flatMap((country) => readCountry(folder, country));
    const byId = new Map(places.map((place) => [place.id, place]));
    for (const place of places) place.within = byId.get(place.parent);
    return places;
}

/* ---- with spellings held out ---------------------------------------------------------------- */

/* In fold j the spellings number j, j + FOLDS, ... of each place are held out; in no fold
 * (undefined) none are. */
export const isHeld = (number, part) => part !== undefined && number % FOLDS === part;
export const heldOf = (place, part) => place.spellings.filter((_, i) => isHeld(i, part));
export const standing = (place, part) => [
    place.name,
    ...place.spellings.filter((_, i) => !isHeld(i, part)).map((s) => s.text),
];

const cell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function line(place, part) {
    const cells = { ...place, parent: place.parent ?? (place.kind === 'country' ? '' : place.country), lat: `${place.lat}`, lon: `${place.lon}` };
    const aliases = [];
    place.spellings.forEach(({ column, text }, i) => {
        if (isHeld(i, part)) return;
        if (column === 'aliases') aliases.push(text);
        else cells[column] = text;
    });
    cells.aliases = aliases.join(';');
    return COLUMNS.split(',').map((column) => cell(cells[column] ?? '')).join(',');
}

export function writePlaces(path, places, part) {
    const lines = places.map((place) => line(place, part));
    writeFileSync(path, `${COLUMNS}\n${lines.join('\n')}\n`);
}
