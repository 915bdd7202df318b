/* SPDX-License-Identifier: Apache-2.0
 *
 * Places and areas through the real program: what is imported and refused, what holds a
 * point, whom a service covers, which office is responsible, how far an area is, and what
 * the public sees of a service whose district is published.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { mustRun, run, start } from './haven.mjs';
import { collection, feature, outlines, places, rectangle } from './gazetteer.mjs';

const office = (id, covers, more = {}) => ({
    id,
    organization: `Office ${id}`,
    service: 'Follow-up',
    country: 'KH',
    needs: 'case_management.follow_up',
    kind: 'state_office',
    status: 'open',
    covers,
    ...more,
});

describe('importing places', () => {
    let haven;
    before(async () => {
        haven = await start();
    });
    after(() => haven.stop());

    const check = (text, ...wanted) => {
        const done = haven.gazetteer('places', text, 'bad');
        assert.equal(done.status, 1, done.stderr);
        for (const line of wanted) {
            assert.match(done.stderr, line);
        }
        assert.equal(done.stdout, '');
    };

    test('every fault is named, with its line, and nothing is changed', () => {
        check(
            'id,kind,parent,country,name,lat,lon\n' +
                'kh,country,,KH,Cambodia,12,105\n' +
                'a,shire,kh,KH,A,,\n' +
                'b,province,kh,Cambodia,B,,\n' +
                'c,province,kh,KH,,,\n' +
                'd,province,kh,KH,D,95,105\n' +
                'e,province,kh,KH,E,12,\n' +
                'f,province,nowhere,KH,F,,\n' +
                'kh,country,,KH,Cambodia,12,105\n' +
                'g,province,kh,KH\n',
            /bad-places.csv:3: kind: not a code \("shire"\); .*allowed: country province/,
            /:4: country: not a code \("Cambodia"\)/,
            /:5: name: is empty/,
            /:6: lat: .*95/,
            /:7: lon: is empty; allowed: lat and lon together/,
            /:8: parent: no place has the id "nowhere"/,
            /:9: id: "kh" stands twice/,
            /:10: 4 cells, and the header has 7/,
            /8 of 9 rows are bad; nothing is changed/,
        );
        assert.match(mustRun('check', '--db', haven.db).stdout, /no fault found/);
    });

    test('a header that is not known is an error', () => {
        check('id,kind,name\n', /:1: country: the column is missing/);
        check('id,kind,name,country,colour\n', /:1: colour: not a column \("colour"\); allowed: the columns of places.csv/);
        check('id,kind,name,country,name@xx-yy\n', /:1: name@xx-yy: not a language \("xx-yy"\)/);
        check('id,kind,name,country,id\n', /:1: id: stands twice, as columns 1 and 5/);
        check('', /the file is empty/);
    });

    test('the same file twice changes nothing; a changed one only what changed', () => {
        const first = haven.gazetteer('places', places, 'g');
        assert.match(first.stdout, /^added 8, updated 0, unchanged 0, retired 0, rejected 0/);
        assert.match(haven.gazetteer('places', places, 'g').stdout, /^added 0, updated 0, unchanged 8/);
        const moved = places.replace('Mill,,,12.5,104.75', 'Mill,,,12.6,104.75');
        assert.match(haven.gazetteer('places', moved, 'g', '--dry-run').stdout, /dry run.* updated 1,/);
        assert.match(haven.gazetteer('places', moved, 'g').stdout, /^added 0, updated 1, unchanged 7/);
    });

    test('what is missing is retired only when asked, and not too much of it', () => {
        const fewer = places.replace(/^hill.*\n/m, '');
        const noted = haven.gazetteer('places', fewer, 'g');
        assert.match(noted.stderr, /note: 1 places of the source g are not in the file/);
        const done = haven.gazetteer('places', fewer, 'g', '--retire-missing');
        assert.match(done.stdout, /retired 1,/);
        const gone = haven.gazetteer('places', places.split('\n').slice(0, 3).join('\n'), 'g', '--retire-missing');
        assert.equal(gone.status, 1);
        assert.match(gone.stderr, /1 of 3 places .* would be retired/);
        assert.match(haven.gazetteer('places', places, 'g').stdout, /^added 1,/);
    });

    test('with --partial the good rows are taken', () => {
        const done = haven.gazetteer('places',
            'id,kind,parent,country,name\nth,country,,TH,Thailand\nx,shire,th,TH,X\n', 'p', '--partial');
        assert.equal(done.status, 0);
        assert.match(done.stdout, /^added 1, updated 0, unchanged 0, retired 0, rejected 1/);
        assert.match(done.stderr, /1 of 2 rows were left out/);
    });
});

describe('importing boundaries', () => {
    let haven;
    before(async () => {
        haven = await start();
    });
    after(() => haven.stop());

    const bowTie = { type: 'Polygon', coordinates: [[[0, 0], [4, 4], [4, 0], [0, 4], [0, 0]]] };
    const spike = {
        type: 'Polygon',
        coordinates: [[[104, 12], [105, 12], [105, 12.5], [105.01, 12.5001], [105.01, 12.5],
            [105, 12.5001], [105, 13], [104, 13], [104, 12]]],
    };

    test('twice changes nothing, another level of the source stays', () => {
        assert.match(haven.gazetteer('boundaries', outlines, 'o').stdout, /^added 5, /);
        assert.match(haven.gazetteer('boundaries', outlines, 'o').stdout, /unchanged 5, retired 0/);
        const provinces = collection(...outlines.features.slice(0, 2));
        const done = haven.gazetteer('boundaries', provinces, 'o', '--retire-missing');
        assert.match(done.stdout, /unchanged 2, retired 0/);
        assert.doesNotMatch(done.stderr, /not in the file/);
    });

    test('an outline is repaired or refused by its name', () => {
        const repaired = haven.gazetteer('boundaries', collection(feature('s', 2, 'Spike', spike)), 'r');
        assert.equal(repaired.status, 0, repaired.stderr);
        assert.match(repaired.stderr, /note: Spike \(feature 1\) is repaired: .*Self-intersection/);
        assert.match(repaired.stderr, /1 outlines were repaired/);
        const refused = haven.gazetteer('boundaries',
            collection(feature('a', 2, 'Fine', rectangle(104, 12, 105, 13)), feature('b', 2, 'Bow', bowTie)), 'bad');
        assert.equal(refused.status, 1);
        assert.match(refused.stderr, /Bow \(feature 2\): .*Self-intersection.*would change its area/);
        assert.match(refused.stderr, /1 of 2 rows are bad; nothing is changed/);
    });

    test('faults of features name the feature, the value and what is allowed', () => {
        const box = rectangle(104, 12, 105, 13);
        const done = haven.gazetteer('boundaries', collection(
            feature('a', 7, 'A', box),
            feature('b', 2, '', box),
            feature('', 2, 'C', box),
            feature('d', 2, 'D', box, { iso: 'KHM' }),
            feature('e', 2, 'E', { type: 'Point', coordinates: [1, 2] }),
            feature('f', 2, 'F', null),
            feature('g', 2, 'G', rectangle(500000, 1400000, 500100, 1400100)),
            feature('h', 2, 'H', { type: 'Polygon', coordinates: [[[1, 2], [3]]] }),
            feature('a2', 2, 'I\u0001', box),
        ), 'bad');
        assert.equal(done.status, 1);
        for (const line of [
            /A \(feature 1\): level: not stated; allowed: --level 0/,
            /no name \(feature 2\): name: not stated/,
            /C \(feature 3\): id: not stated; allowed: --id-field PROPERTY/,
            /D \(feature 4\): country: "KHM" is no country; allowed: two letters/,
            /E \(feature 5\): a geometry of the type Point; allowed: Polygon, MultiPolygon/,
            /F \(feature 6\): it has no geometry/,
            /G \(feature 7\): coordinates beyond 180 and 90 degrees/,
            /H \(feature 8\): a position that is no list of two numbers/,
            /\(feature 9\): name: not one line of UTF-8 text/,
            /9 of 9 rows are bad/,
        ]) {
            assert.match(done.stderr, line);
        }
    });

    test('a file that is no FeatureCollection is refused with its line', () => {
        for (const [text, wanted] of [
            ['', /:1: not GeoJSON/],
            ['[]', /:1: not GeoJSON/],
            ['{"type":"Feature"}', /no "features"/],
            ['{"features":{}}', /"features" is not a list/],
            ['{"features":[\n{"type":"Feature",\n', /:3: the file ends too early: a bracket is not closed/],
            ['{"features":[1]}', /a feature that is no object/],
            ['{"features":[{"a":tru}]}', /feature 1: /],
            ['{"features":[]} {}', /something stands after the end/],
            ['{"features":[],"features":[]}', /stands twice/],
            ['{"name":"x" "features":[]}', /must be a comma/],
        ]) {
            const done = haven.gazetteer('boundaries', text, 'bad');
            assert.equal(done.status, 1, text);
            assert.match(done.stderr, wanted);
        }
        assert.match(haven.gazetteer('boundaries', '\ufeff{"crs":{"a":[1,"]"]},"n":-1.5e3,"features":[]}', 'e').stdout,
            /^added 0/);
    });

    test('names of properties may be given', () => {
        const other = { type: 'FeatureCollection', features: [{ type: 'Feature',
            properties: { amphoe: 'Mae Sot', kod: 6306 }, geometry: rectangle(98.4, 16.5, 98.7, 16.9) }] };
        const done = haven.gazetteer('boundaries', other, 'th', '--level', '2', '--country', 'TH',
            '--id-field', 'kod', '--name-field', 'amphoe');
        assert.match(done.stdout, /^added 1/, done.stderr);
        const wrong = haven.gazetteer('boundaries', other, 'th', '--level', '2', '--country', 'TH',
            '--id-field', 'nothing');
        assert.match(wrong.stderr, /id: the feature has no property "nothing"/);
        assert.equal(run('import', 'boundaries', 'x', '--db', haven.db, '--source', 'x', '--level', '9').status, 2);
        assert.equal(run('import', 'boundaries', 'x', '--db', haven.db, '--source', 'x', '--map', 'y').status, 2);
    });

    test('a shapefile is read, and refused in another projection', () => {
        const base = join(haven.dir, "it's a shape");
        writeShapefile(base, [{ id: 'T1', name: 'Talat', ring: [[102, 18], [102, 19], [103, 19], [103, 18], [102, 18]] }]);
        const args = ['import', 'boundaries', `${base}.shp`, '--db', haven.db, '--source', 'shp',
            '--level', '2', '--country', 'LA', '--id-field', 'ID', '--name-field', 'NAME'];
        assert.match(mustRun(...args).stdout, /^added 1/);
        assert.match(mustRun(...args).stdout, /unchanged 1/);
        writeFileSync(`${base}.prj`, 'PROJCS["WGS_1984_UTM_Zone_48N",GEOGCS["GCS_WGS_1984"]]');
        const refused = run(...args);
        assert.equal(refused.status, 1);
        assert.match(refused.stderr, /its .prj names another projection/);
        const missing = run('import', 'boundaries', join(haven.dir, 'none.shp'), '--db', haven.db, '--source', 'x');
        assert.equal(missing.status, 3);
        writeFileSync(`${base}.prj`, 'GEOGCS["GCS_WGS_1984"]');
        writeFileSync(`${base}.shp`, 'rubbish');
        assert.notEqual(run(...args).status, 0);
    });
});

/* A shapefile of one polygon a record (ESRI Shapefile Technical Description, 1998). */
function writeShapefile(base, records) {
    const bodies = records.map(({ ring }) => {
        const xs = ring.map((p) => p[0]), ys = ring.map((p) => p[1]);
        const b = Buffer.alloc(4 + 32 + 8 + 4 + ring.length * 16);
        b.writeInt32LE(5, 0);
        [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)].forEach((v, i) => b.writeDoubleLE(v, 4 + 8 * i));
        b.writeInt32LE(1, 36);
        b.writeInt32LE(ring.length, 40);
        b.writeInt32LE(0, 44);
        ring.forEach(([x, y], i) => {
            b.writeDoubleLE(x, 48 + 16 * i);
            b.writeDoubleLE(y, 56 + 16 * i);
        });
        return b;
    });
    const head = (bytes) => {
        const b = Buffer.alloc(100);
        b.writeInt32BE(9994, 0);
        b.writeInt32BE(bytes / 2, 24);
        b.writeInt32LE(1000, 28);
        b.writeInt32LE(5, 32);
        [-180, -90, 180, 90].forEach((v, i) => b.writeDoubleLE(v, 36 + 8 * i));
        return b;
    };
    const shp = [], shx = [];
    let at = 100;
    bodies.forEach((body, i) => {
        const lead = Buffer.alloc(8), index = Buffer.alloc(8);
        lead.writeInt32BE(i + 1, 0);
        lead.writeInt32BE(body.length / 2, 4);
        index.writeInt32BE(at / 2, 0);
        index.writeInt32BE(body.length / 2, 4);
        shp.push(lead, body);
        shx.push(index);
        at += 8 + body.length;
    });
    writeFileSync(`${base}.shp`, Buffer.concat([head(at), ...shp]));
    writeFileSync(`${base}.shx`, Buffer.concat([head(100 + 8 * bodies.length), ...shx]));
    const fields = [['ID', 10], ['NAME', 20]];
    const dbf = Buffer.alloc(32 + 32 * fields.length + 1);
    dbf[0] = 3;
    dbf.writeInt32LE(records.length, 4);
    dbf.writeInt16LE(dbf.length, 8);
    dbf.writeInt16LE(1 + fields.reduce((n, f) => n + f[1], 0), 10);
    fields.forEach(([name, size], i) => {
        dbf.write(name, 32 + 32 * i, 'latin1');
        dbf.write('C', 32 + 32 * i + 11, 'latin1');
        dbf[32 + 32 * i + 16] = size;
    });
    dbf[dbf.length - 1] = 13;
    const rows = records.map((r) => ` ${r.id.padEnd(10)}${r.name.padEnd(20)}`).join('');
    writeFileSync(`${base}.dbf`, Buffer.concat([dbf, Buffer.from(rows), Buffer.from([26])]));
}

describe('what holds a point', () => {
    let haven;
    const at = (lat, lon, key) => haven.get(`/api/v1/places/at?lat=${lat}&lon=${lon}`, key);
    before(async () => {
        haven = await start({
            roles: ['operator', 'steward'],
            services: [
                office('ford', 'Foord, Westmark', { lat: 12.5, lon: 104.49 }),
                office('mill', 'Mill', { lat: 12.5, lon: 104.51 }),
                office('west', 'KH-W'),
                office('east', 'Eastmark, Cambodia'),
                office('hill', 'hill, EASTMARK'),
                office('all', 'KH'),
                office('which', 'Ford'),
                office('closed', 'Mill', { status: 'closed' }),
                { ...office('ngo', 'Mill'), kind: 'ngo_office' },
            ],
        });
        assert.equal(haven.gazetteer('places', places, 'g').status, 0);
        assert.equal(haven.gazetteer('boundaries', outlines, 'o').status, 0);
        await changed(haven, async () => (await at(12.5, 104.1)).body.areas.length > 0);
    });
    after(() => haven.stop());

    test('areas from the country down, with names, point and what each lies in', async () => {
        const { body } = await at(12.5, 104.1);
        assert.deepEqual(body.areas.map((a) => [a.kind, a.name]),
            [['country', 'Cambodia'], ['province', 'Westmark'], ['district', 'Ford']]);
        const ford = body.areas[2];
        assert.deepEqual(ford.names, { km: 'ផត' });
        assert.deepEqual(ford.aliases, ['Foord', 'Old Ford']);
        assert.deepEqual(ford.point, { lat: 12.5, lon: 104.25 });
        assert.equal(ford.precision, 'district');
        assert.deepEqual(ford.admin.map((a) => [a.level, a.name]), [[0, 'Cambodia'], [1, 'Westmark']]);
        assert.deepEqual(body.country, { code: 'KH', rule: 'polygon', uncertain: false });
        assert.equal((await at(12.5, 104.1, undefined)).headers.get('etag').length, 34);
    });

    test('one place by id, in a language; other ids are 404', async () => {
        const ford = (await at(12.5, 104.1)).body.areas[2];
        const one = await haven.get(`/api/v1/places/${ford.id}?lang=km`);
        assert.equal(one.body.label, 'ផត');
        assert.equal((await haven.get(`/api/v1/places/${ford.id}?lang=th`)).body.label, 'Ford');
        for (const id of ['00000000-0000-4000-8000-000000000000', 'x', '%00']) {
            assert.equal((await haven.get(`/api/v1/places/${id}`)).status, 404);
        }
        assert.equal((await haven.get('/api/v1/places/at?lat=1')).status, 400);
        assert.equal((await haven.get('/api/v1/places/at?lat=1&lon=200')).status, 400);
        assert.equal((await haven.get('/api/v1/places/at?lat=1&lon=2&q=x')).status, 400);
    });

    test('the responsible office is the one whose area holds the point', async () => {
        const names = async (lat, lon) => (await at(lat, lon)).body.responsible
            .map((s) => [s.organization, s.covers.level]);
        assert.deepEqual(await names(12.5, 104.495), [['Office ford', 2], ['Office west', 1]]);
        assert.deepEqual(await names(12.5, 104.505), [['Office mill', 2], ['Office west', 1]]);
        assert.deepEqual(await names(12.5, 105.75), [['Office east', 1]]); /* Hill is not outlined */
        assert.deepEqual(await names(12.5, 101), []);
    });

    const areas = async (body) => {
        const answer = (await haven.post('/api/v1/nearest',
            { need: 'case_management', limit: 20, ...body }, 'steward')).body;
        const fit = {};
        for (const s of [...answer.results, ...answer.unconfirmed, ...answer.unplaced]) {
            fit[s.organization.slice(7)] = s.fit.area;
        }
        return [fit, answer];
    };

    test('coverage decides by area: yes, no, or not known', async () => {
        const [ford] = await areas({ lat: 12.5, lon: 104.495 });
        assert.deepEqual(ford, { ford: 'yes', west: 'yes', all: 'yes', which: 'unknown' });
        const [hill] = await areas({ lat: 12.5, lon: 105.75 });
        assert.deepEqual(hill, { hill: 'unknown', east: 'yes', all: 'yes', which: 'unknown' });
    });

    test('a chosen place stands for its point and tells its areas', async () => {
        const hill = mustRunHillId(await haven.get('/api/v1/places/at?lat=12.5&lon=105.25'));
        const [fit, answer] = await areas({ place: hill.east });
        assert.equal(answer.country.rule, 'place');
        assert.deepEqual(fit, { east: 'yes', all: 'yes', hill: 'unknown', which: 'unknown' });
        const both = await haven.post('/api/v1/nearest', { place: hill.east, lat: 1, lon: 2 });
        assert.equal(both.status, 400);
        assert.match(both.text, /one of both/);
        const none = await haven.post('/api/v1/nearest', { place: '00000000-0000-4000-8000-000000000000' });
        assert.equal(none.status, 400);
        const url = await haven.get(`/api/v1/nearest?place=${hill.ford}&need=case_management`);
        assert.equal(url.status, 200);
    });

    const mustRunHillId = ({ body }) => ({ east: body.areas[1].id, ford: body.areas[2].id });

    test('haven check names what is no single place', () => {
        const { stdout } = mustRun('check', '--db', haven.db);
        assert.match(stdout, /which of source test: covers: several places are called "Ford"; add what it lies in/);
        assert.doesNotMatch(stdout, /(hill|east|all) of source test: covers/);
        assert.match(stdout, /KH district +4\n/);
    });

    test('a gazetteer that changes is noticed, and one that does not stays', async () => {
        const moved = { ...outlines, features: [...outlines.features,
            feature('h', 2, 'Hyll', rectangle(105.5, 12, 106, 13))] };
        assert.equal(haven.gazetteer('boundaries', moved, 'o').status, 0);
        await changed(haven, async () => (await at(12.5, 105.75)).body.areas.length === 3);
        const hill = (await at(12.5, 105.75)).body.areas[2];
        assert.equal(hill.name, 'Hill'); /* by its point, though the outline is called Hyll */
        assert.deepEqual((await areas({ lat: 12.5, lon: 105.75 }))[0].hill, 'yes');
        haven.import([office('new', 'Hill')], 'other');
        await changed(haven, async () => (await at(12.5, 105.75)).body.responsible.length === 3);
        assert.equal((await at(12.5, 105.75)).body.areas[2].id, hill.id);
    });
});

/* Waits until the running server answers as `ready` says. */
async function changed(haven, ready) {
    for (let i = 0; i < 200; i++) {
        if (await ready()) {
            return;
        }
        await new Promise((r) => setTimeout(r, 50));
    }
    assert.fail('the server did not notice');
}

describe('services of which only an area is known', () => {
    let haven;
    const clinic = (id, more) => ({ id, organization: `Clinic ${id}`, service: 'Care', country: 'KH',
        needs: 'health.clinic', kind: 'clinic', status: 'open', ...more });
    /* Districts with fewer facilities than three are published as their province. */
    const schools = ['Ford', 'Ford', 'Mill'].map((district, i) => ({ ...clinic(`school-${i}`),
        needs: 'education', kind: 'school', district, province: 'Westmark' }));
    before(async () => {
        haven = await start({
            roles: ['operator', 'steward'],
            services: [
                clinic('coarse', { lat: 12.5, lon: 105.25, precision: 'district', district: 'Ford', province: 'Eastmark' }),
                clinic('by-point', { lat: 12.4, lon: 104.6, precision: 'district' }),
                clinic('province', { lat: 12.5, lon: 105.5, precision: 'province', province: 'Eastmark' }),
                clinic('exact', { lat: 12.5, lon: 105.4 }),
                { ...clinic('area', { lat: 12.71, lon: 104.13, address: 'Street 7' }), kind: 'counselling', visibility: 'area' },
                { ...clinic('shelter-named', { lat: 12.7, lon: 104.2 }), kind: 'counselling', organization: 'Mill Shelter', service: 'Talks in Mill', district: 'Mill', province: 'Westmark', visibility: 'area' },
                { ...clinic('coarse-area', { lat: 12.5, lon: 105.5, precision: 'province', province: 'Eastmark' }), kind: 'counselling', visibility: 'area' },
                { ...clinic('nowhere', { lat: 5, lon: 90 }), kind: 'counselling', visibility: 'area' },
                { ...clinic('hidden', { lat: 12.9, lon: 104.9 }), visibility: 'staff' },
                ...schools,
            ],
        });
        haven.gazetteer('places', places, 'g');
        haven.gazetteer('boundaries', outlines, 'o');
        await changed(haven, async () => (await haven.get('/api/v1/places/at?lat=12.5&lon=104.1')).body.areas.length === 3);
    });
    after(() => haven.stop());

    const near = async (lat, lon, key) => {
        const answer = (await haven.post('/api/v1/nearest', { lat, lon, need: 'health', limit: 50 }, key)).body;
        return Object.fromEntries([...answer.results, ...answer.unconfirmed, ...answer.unplaced]
            .map((s) => [s.organization ?? s.name, s]));
    };

    test('their distance is that of the nearest part, with a range', async () => {
        const inside = await near(12.5, 105.1, 'steward');
        assert.equal(inside['Clinic coarse'].distance_m, 0);
        assert.equal(inside['Clinic coarse'].distance_range_m[0], 0);
        assert.ok(Math.abs(inside['Clinic coarse'].distance_range_m[1] - 70300) < 2000,
            String(inside['Clinic coarse'].distance_range_m));
        const outside = await near(12.5, 104.9, 'steward');
        /* a tenth of a degree of longitude at 12.5 north: 10.87 km */
        assert.ok(Math.abs(outside['Clinic coarse'].distance_m - 10870) < 120);
        assert.equal(outside['Clinic coarse'].distance_from, 'area');
        assert.equal(outside['Clinic by-point'].distance_m, 0);
        assert.equal(outside['Clinic exact'].distance_range_m, undefined);
        const order = Object.values(outside).map((s) => s.distance_m);
        assert.deepEqual(order, [...order].sort((a, b) => a - b));
    });

    test('a radius counts the nearest part', async () => {
        const ask = async (radius_km) => (await haven.post('/api/v1/nearest',
            { lat: 12.5, lon: 104.9, need: 'health', radius_km, limit: 50 }, 'steward')).body
            .results.map((s) => s.organization);
        assert.ok((await ask(11)).includes('Clinic coarse'));
        assert.ok(!(await ask(10)).includes('Clinic coarse'));
        assert.ok(!(await ask(11)).includes('Clinic exact'));
    });

    test('the public sees the district, and that it is one', async () => {
        const seen = await near(12.5, 104.1);
        assert.deepEqual(seen['Clinic area'].point, { lat: 12.5, lon: 104.25, precision: 'district',
            place: seen['Clinic area'].point.place, place_name: 'Ford' });
        assert.equal(seen['Clinic area'].distance_m, 0);
        assert.equal(seen['Clinic area'].distance_from, 'area');
        assert.deepEqual(seen['Clinic coarse-area'].point.precision, 'province');
        assert.equal(seen['Clinic nowhere'].point, null);
        assert.equal(seen['Clinic hidden'], undefined);
        /* the district is published, what kind of house it is, is not */
        const talks = Object.values(seen).find((s) => s.name === 'Talks in Mill');
        assert.equal(talks.organization, null);
        assert.equal(talks.point.place_name, 'Mill');
        const box = (await haven.list(undefined, '&bbox=104.24,12.49,104.26,12.51')).map((s) => s.organization);
        assert.deepEqual(box, ['Clinic area']);
        assert.deepEqual((await haven.list(undefined, '&bbox=104.12,12.70,104.14,12.72')), []);
    });

    test('a district with few facilities is published as its province', async () => {
        const id = Object.values(await near(12.5, 104.1)).find((s) => s.name === 'Talks in Mill').id;
        const talks = async () => (await haven.get(`/api/v1/services/${id}`)).body;
        haven.import([{ ...schools[2], district: 'Ford' }]);
        await changed(haven, async () => (await talks()).point.precision === 'province');
        assert.equal((await talks()).point.place_name, 'Westmark');
        assert.ok(!(await haven.get(`/api/v1/services/${id}`)).text.includes('Mill'));
        haven.import([schools[2]]);
        await changed(haven, async () => (await talks()).point.precision === 'district');
    });

    test('moving a place inside its district changes no public byte', async () => {
        const all = async () => [
            (await haven.get('/api/v1/services')).text,
            (await haven.get('/api/v1/status')).text,
            (await haven.post('/api/v1/nearest', { lat: 12.7, lon: 104.13, need: 'health' })).text,
            (await haven.get('/api/v1/places/at?lat=12.71&lon=104.13')).text,
        ];
        const before = await all();
        const revision = (await haven.get('/api/v1/status', 'steward')).body.revision;
        haven.import([{ ...clinic('area', { lat: 12.3, lon: 104.45, address: 'Street 7' }), kind: 'counselling', visibility: 'area' },
            { ...clinic('hidden', { lat: 12.1, lon: 104.1 }), visibility: 'staff' }]);
        await changed(haven, async () => (await haven.get('/api/v1/status', 'steward')).body.revision !== revision);
        assert.deepEqual(await all(), before);
    });
});
