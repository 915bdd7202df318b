/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of services.csv without coordinates: placed by the names of their village, commune,
 * district and province. The demo directory keeps its points; made-up rows show each rule.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { parseCsv } from '../differential/evaluate.mjs';
import { mustRun, root, run, start, toCsv } from './haven.mjs';

const PLACES = readFileSync(join(root, 'data/mekong/places.csv'), 'utf8');

let haven;
before(async () => {
    haven = await start({ roles: ['steward'] });
    assert.equal(haven.gazetteer('places', PLACES, 'mekong').status, 0);
});
after(() => haven.stop());

/* Imports rows; the command, with its report. */
function importRows(rows, source, ...args) {
    const file = join(haven.dir, `${source}.csv`), report = join(haven.dir, `${source}.json`);
    writeFileSync(file, toCsv(rows));
    const done = run('import', 'services', file, '--db', haven.db, '--source', source,
        '--report', report, ...args);
    return { ...done, report: JSON.parse(readFileSync(report, 'utf8')) };
}

const row = (id, cells) =>
    ({ id, organization: `Body ${id}`, service: 'Help', country: 'KH', needs: 'legal', kind: 'legal_aid',
        visibility: 'exact', status: 'open', ...cells });

/* Services of a name as the steward sees them, once the server has noticed the import. */
async function shown(organization) {
    for (let tries = 0; tries < 100; tries++) {
        const found = (await haven.list('steward')).filter((s) =>
            s.organization === organization);
        if (found.length > 0)
            return found[0];
        await new Promise((r) => setTimeout(r, 50));
    }
    throw new Error(`${organization} is not listed`);
}

function metres(a, b) {
    const rad = Math.PI / 180, h = Math.sin((a.lat - b.lat) * rad / 2) ** 2
        + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin((a.lon - b.lon) * rad / 2) ** 2;
    return 2 * 6371e3 * Math.asin(Math.sqrt(h));
}

describe('the names decide', () => {
    test('the finest one that is known, in what the others say', async () => {
        const done = importRows([
            row('a', { commune: 'boeng  PRING', district: 'ThmaKoul', province: 'Batdambang' }),
            row('b', { village: 'Nowhere at all', district: 'Thma Koul', province: 'Battambang' }),
            row('c', { district: 'Poi Pet', province: 'Banteay, Meanchey' }),
            row('d', { district: 'ប៉ោយប៉ែត' }),
            row('e', { province: 'Vientian', country: 'LA' }),
        ], 'names');
        assert.equal(done.status, 0, done.stderr);
        assert.match(done.stdout, /added 5, .*, placed by name 5\n/);
        assert.deepEqual(done.report.placed.map((p) => [p.line, p.asked, p.found]), [
            [2, 'boeng  PRING, ThmaKoul, Batdambang', 'Boeng Pring, Thma Koul, Battambang'],
            [3, 'Nowhere at all, Thma Koul, Battambang', 'Thma Koul, Battambang'],
            [4, 'Poi Pet, Banteay  Meanchey', 'Poipet, Banteay Meanchey'],
            [5, 'ប៉ោយប៉ែត', 'Poipet, Banteay Meanchey'],
            [6, 'Vientian', 'Vientiane'],
        ]);
        for (const placed of done.report.placed)
            assert.ok(placed.score >= 0.8 && placed.score <= 1);
        assert.equal((await shown('Body a')).point.precision, 'commune');
        assert.equal((await shown('Body b')).point.precision, 'district');
        assert.equal((await shown('Body e')).point.precision, 'province');
        assert.match(importRows([row('a', { commune: 'boeng  PRING', district: 'ThmaKoul',
            province: 'Batdambang' })], 'names').stdout, /unchanged 1/);
    });

    test('a stated precision is not made finer, and coordinates are left alone', async () => {
        const done = importRows([
            row('f', { commune: 'Boeng Pring', district: 'Thma Koul', province: 'Battambang',
                precision: 'district' }),
            row('g', { district: 'Thma Koul', province: 'Battambang', lat: 13.5, lon: 103.5 }),
            row('h', { district: 'Thma Koul', province: 'Battambang', precision: 'country' }),
            row('i', {}),
        ], 'coarse');
        assert.equal(done.status, 0, done.stderr);
        assert.deepEqual(done.report.placed.map((p) => p.found), ['Thma Koul, Battambang']);
        assert.equal((await shown('Body f')).point.precision, 'district');
        assert.deepEqual((await shown('Body g')).point, { lat: 13.5, lon: 103.5, precision: 'exact' });
    });

    test('a name that nobody knows is said, and the service stays', () => {
        const done = importRows([row('j', { district: 'Qwrtzzz', province: 'Xqx' })], 'unknown');
        assert.equal(done.status, 0, done.stderr);
        assert.match(done.stderr, /:2: note: district: "Qwrtzzz, Xqx" is not known; the service stays without a point/);
        assert.deepEqual(done.report.placed, [{ line: 2, asked: 'Qwrtzzz, Xqx', found: null, score: 0 }]);
    });

    test('another country has no say', () => {
        const done = importRows([row('k', { district: 'Poipet', country: 'TH' })], 'abroad');
        assert.deepEqual(done.report.placed.map((p) => p.found), [null]);
    });
});

describe('namesakes', () => {
    const twice = 'id,kind,parent,country,name,lat,lon\n'
        + 'p,province,,KH,Made Up North,14,104\nq,province,,KH,Made Up South,11,104\n'
        + 'a,district,p,KH,Twin Mill,14.1,104.1\nb,district,q,KH,Twin Mill,11.1,104.1\n'
        + 'c,commune,p,KH,Side by Side,14.2,104.2\nd,commune,p,KH,Side by Side,14.2001,104.2\n';
    before(() => {
        assert.equal(haven.gazetteer('places', twice, 'twins').status, 0);
    });

    test('are an error that lists them, and nothing is changed', () => {
        const old = readFileSync(haven.db);
        const done = importRows([row('l', { district: 'Twin Mill' }), row('m', {})], 'twins');
        assert.equal(done.status, 1);
        assert.match(done.stderr, /:2: district: several places are called so \("Twin Mill"\); allowed: coordinates, or what it lies in; there are Twin Mill, Made Up North; Twin Mill, Made Up South/);
        assert.ok(old.equals(readFileSync(haven.db)));
        assert.match(importRows([row('l', { district: 'Twin Mill' }), row('m', {})], 'twins',
            '--partial').stdout, /added 1, .* rejected 1/);
    });

    test('what it lies in tells them apart', () => {
        const done = importRows([row('n', { district: 'Twin Mill', province: 'Made Up South' })], 'told');
        assert.equal(done.status, 0, done.stderr);
        assert.deepEqual(done.report.placed.map((p) => p.found), ['Twin Mill, Made Up South']);
    });

    test('side by side are one for a caller', () => {
        const done = importRows([row('o', { commune: 'Side by Side' })], 'beside');
        assert.equal(done.status, 0, done.stderr);
        assert.equal(done.report.placed.length, 1);
    });
});

/* How far a point of a precision may be from another of the same place: half across it. */
const ACROSS_M = { village: 5e3, commune: 15e3, district: 40e3, province: 100e3 };

const keyOf = (s) => ['organization', 'evidence', 'description', 'province', 'district', 'commune',
    'address'].map((cell) => s[cell] ?? '').join('|');

test('every row of the demo directory keeps its point when it is placed by name', async () => {
    const rows = parseCsv(readFileSync(join(root, 'data/mekong/services.csv'), 'utf8'));
    const placed = rows.filter((r) => r.lat !== '');
    assert.ok(placed.length > 80);
    let found;
    const own = await start({
        roles: ['steward'],
        prepare: (h) => {
            h.gazetteer('places', PLACES, 'mekong');
            const file = join(h.dir, 'bare.csv'), report = join(h.dir, 'bare.json');
            writeFileSync(file, toCsv(rows.map((r) => ({ ...r, lat: '', lon: '' }))));
            mustRun('import', 'services', file, '--db', h.db, '--source', 'mekong', '--report', report);
            found = JSON.parse(readFileSync(report, 'utf8')).placed;
        },
    });
    try {
        assert.equal(found.length, placed.length);
        assert.ok(found.every((p) => p.found));
        const known = new Map();
        for (const { id } of await own.list('steward')) {
            const { body } = await own.get(`/api/v1/services/${id}`, 'steward');
            known.set(keyOf(body), known.has(keyOf(body)) ? undefined : body.point);
        }
        let compared = 0;
        for (const r of placed) {
            const point = known.get(keyOf(r));
            if (!point)
                continue;
            compared++;
            assert.equal(point.precision, r.precision, r.id);
            const apart = metres(point, { lat: +r.lat, lon: +r.lon });
            assert.ok(apart < ACROSS_M[r.precision], `${r.id}: ${apart} m of ${r.precision}`);
        }
        assert.ok(compared > 80, `${compared} of ${placed.length} were compared`);
    } finally {
        await own.stop();
    }
});
