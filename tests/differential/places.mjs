/* SPDX-License-Identifier: Apache-2.0
 *
 * A server with a gazetteer and outlines, and the comparison of what it says of places
 * with what the evaluator's atlas says.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';

import { mustRun, start } from '../http/haven.mjs';
import { chainOf, levelOf } from './atlas.mjs';
import { countryDifferences } from './compare.mjs';
import { toGeoJson } from './gazetteer.mjs';

const json = (value) => JSON.stringify(value);

/* Imports a gazetteer: rows of places.csv and areas, by source. */
function importGazetteer(haven, { rows, others = [], areas }) {
    const all = [...rows, ...others];
    for (const source of new Set(all.map((r) => r.source ?? 'places'))) {
        const file = join(haven.dir, `${source}.csv`);
        const own = all.filter((r) => (r.source ?? 'places') === source);
        const columns = Object.keys(own[0]).filter((c) => c !== 'source');
        writeFileSync(file, placesCsv(own, columns));
        mustRun('import', 'places', file, '--db', haven.db, '--source', source);
    }
    for (const source of new Set(areas.map((a) => a.source))) {
        const file = join(haven.dir, `${source}.geojson`);
        const own = areas.filter((a) => a.source === source);
        writeFileSync(file, toGeoJson(own));
        mustRun('import', 'boundaries', file, '--db', haven.db, '--source', source);
    }
}

const quoted = (value) => `"${String(value ?? '').replaceAll('"', '""')}"`;

const placesCsv = (rows, columns) =>
    [columns.join(','), ...rows.map((r) => columns.map((c) => quoted(r[c])).join(','))]
        .join('\n')
        .concat('\n');

const QUERY = `import sqlite3, sys
db = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True)
for id, source_id in db.execute('SELECT hex(id), source_id FROM place'):
    print(id + ' ' + source_id)
for id, source_id, name in db.execute('SELECT hex(a.id), a.source_id, s.name FROM area a '
                                      'JOIN source s ON s.key = a.source_key'):
    print(id + ' area:' + name + ':' + source_id)
`;

/* Map(id in the file -> id in answers). No answer lists all places, so the record is
 * asked: by Python's sqlite3, since no package here reads one. */
function readIds(haven) {
    const done = spawnSync('python3', ['-c', QUERY, haven.db], { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`python3: ${done.error ?? done.stderr}`);
    const dashed = (hex) =>
        hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    return new Map(
        done.stdout
            .trim()
            .split('\n')
            .filter(Boolean)
            .map((line) => [line.slice(33), dashed(line.slice(0, 32))]),
    );
}

/* Returns { haven, places }. */
export async function startPlaces(gazetteer, services, options = {}) {
    const prepare = (haven) => importGazetteer(haven, gazetteer);
    const haven = await start({ services, prepare, ...options });
    return { haven, places: readIds(haven) };
}

/* ---- places/{id} and places/at --------------------------------------------------- */

const pathOf = (place) =>
    chainOf(place)
        .map((p) => p.name)
        .reverse()
        .join(' > ');
const answeredPath = (p) => [...p.admin.map((a) => a.name), p.name].join(' > ');

/* What one place must say, and what it says. */
export function placeDifferences(atlas, place, got) {
    const point = atlas.pointOf(place);
    const pointed = chainOf(place).find((p) => p.point);
    const sorted = (object) => Object.fromEntries(Object.entries(object).sort());
    const mine = {
        name: place.name,
        kind: place.kind,
        country: place.country,
        path: pathOf(place),
        levels: chainOf(place.parent)
            .map((p) => p.level)
            .reverse(),
        names: sorted(place.names),
        aliases: [...place.aliases].sort(),
        point,
        precision: pointed?.kind ?? null,
    };
    const theirs = {
        name: got.name,
        kind: got.kind,
        country: got.country,
        path: answeredPath(got),
        levels: got.admin.map((a) => a.level),
        names: sorted(got.names),
        aliases: [...got.aliases].sort(),
        point: got.point,
        precision: got.precision,
    };
    return Object.keys(mine)
        .filter((key) => !isDeepStrictEqual(mine[key], theirs[key]))
        .map((key) => ({
            what: `place ${key}: expected ${json(mine[key])}, answered ${json(theirs[key])}`,
        }));
}

const OFFICES_MAX = 20;

/* The offices that cover a place which holds the point for sure, the finest first. */
function offices(directory, holds) {
    const found = [];
    for (const service of directory.services) {
        if (service.row.kind !== 'state_office') continue;
        if (['closed', 'planned'].includes(service.row.status)) continue;
        const covered = service.covers
            .map((entry) => directory.placeNamed(entry, service.row.country))
            .filter((p) => p && p.level > 0 && holds.set.has(p));
        if (!covered.length) continue;
        const finest = Math.max(...covered.map((p) => p.level));
        found.push({ service, level: finest, id: directory.rank.get(service.id) });
    }
    const first = (a, b) => b.level - a.level || (a.id < b.id ? -1 : 1);
    return found.sort(first).slice(0, OFFICES_MAX);
}

function areaDifferences(where, got) {
    const found = [];
    const differ = (what, a, b) =>
        found.push({ what: `at ${what}: expected ${json(a)}, answered ${json(b)}` });
    const areas = [...where.holds.set].map((p) => `${p.kind} ${pathOf(p)}`).sort();
    const answered = got.areas.map((p) => `${p.kind} ${answeredPath(p)}`).sort();
    if (!isDeepStrictEqual(areas, answered)) differ('areas', areas, answered);
    const levels = got.areas.map((p) => levelOf(p.kind));
    if (levels.some((l, i) => i > 0 && l < levels[i - 1])) {
        differ('order of areas', 'broad ones first', levels);
    }
    return found;
}

function officeDifferences(directory, where, got) {
    const mine = offices(directory, where.holds).map((o) => `${o.service.id} ${o.level}`);
    const theirs = got.responsible.map((o) => `${o.name} ${o.covers.level}`);
    return isDeepStrictEqual(mine, theirs)
        ? []
        : [{ what: `at responsible: expected ${json(mine)}, answered ${json(theirs)}` }];
}

/* What differs at one point. */
export async function compareAt(haven, directory, point, key = 'steward') {
    const { status, body } = await haven.get(
        `/api/v1/places/at?lat=${point.lat}&lon=${point.lon}`,
        key,
    );
    if (status !== 200) return [{ what: `at: status ${status}` }];
    const where = directory.atlas.locate(point);
    return [
        ...areaDifferences(where, body),
        ...(where.doubtful ? [] : countryDifferences(where, body.country)),
        ...officeDifferences(directory, where, body),
    ];
}

/* A place that only an outline tells of has some point inside that: taken from the answer,
 * once it is seen to be inside. */
export async function adoptPoints(haven, atlas, places, key = 'steward') {
    for (const place of atlas.places.filter((p) => p.made)) {
        const { body } = await haven.get(`/api/v1/places/${places.get(place.id)}`, key);
        if (!place.outlines.some((o) => o.holds(body.point ?? { lat: 0, lon: 0 }))) {
            throw new Error(`${place.id}: its point is outside: ${json(body)}`);
        }
        place.point = body.point;
    }
}

/* What differs of one place by its id. */
export async function compareById(haven, directory, places, place, key = 'steward') {
    const id = places.get(place.id);
    const { status, body } = await haven.get(`/api/v1/places/${id}`, key);
    return status === 200
        ? placeDifferences(directory.atlas, place, body)
        : [{ what: `place: status ${status} for ${place.id}` }];
}
