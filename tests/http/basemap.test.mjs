/* SPDX-License-Identifier: Apache-2.0
 *
 * The basemap: what `haven import basemap` takes and refuses, what `haven tiles build` cuts
 * from it, as other people's decoders read it (@mapbox/vector-tile, GDAL), that the same
 * record gives the same bytes however it is built, and how the server answers from a file
 * that is new, gone, somebody else's or broken.
 *
 *      100        103        106
 *   16  +----------+----------+      land, all of it
 *       |  TH      :          |      : a river from the upper left to the lower right
 *   14  +====level 0==========+
 *       |  west    |  east    |      | level 1, the lake at its middle
 *   11  +----------+----------+
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
    copyFileSync,
    existsSync,
    mkdtempSync,
    readFileSync,
    renameSync,
    rmSync,
    statSync,
    truncateSync,
    writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { mustRun, program, run, start } from './haven.mjs';
import { decode, degrees, MEDIA, tileAt } from './tile.mjs';

const ZOOM = 8;
const BUFFER = 64;

const dir = mkdtempSync(join(tmpdir(), 'haven-basemap-'));
after(() => rmSync(dir, { recursive: true, force: true }));

/* ---- what is drawn ------------------------------------------------------------------------ */

const feature = (type, coordinates, properties = {}) => ({
    type: 'Feature',
    properties,
    geometry: { type, coordinates },
});
const collection = (...features) => JSON.stringify({ type: 'FeatureCollection', features });
const ring = (w, s, e, n) => [[w, s], [e, s], [e, n], [w, n], [w, s]];
const square = (w, s, e, n, properties) => feature('Polygon', [ring(w, s, e, n)], properties);

/* Own land and borders that reach around the world: nothing built in is drawn. */
const corners = [square(-180, 84, -179, 85), square(179, -85, 180, -84)];
const cornerLines = [[[-180, 84], [-179, 85]], [[179, -85], [180, -84]]];

const LAND = collection(square(100, 11, 106, 16, { featurecla: 'Land', min_zoom: 0.5 }), ...corners);
const WATER = collection(square(102.5, 12, 103.5, 13, { name: 'Great Lake', scalerank: 3 }));
const RIVER = collection(
    feature('LineString', [[101, 15.5], [102, 14.2], [105.5, 11.2]],
        { featurecla: 'River', name: 'Long River', min_zoom: 2.1 }),
    feature('LineString', [[104, 15], [104.2, 15.1]], { waterway: 'drain', name: 'A drain' }),
    { type: 'Feature', properties: { featurecla: 'River', name: 'Nowhere' }, geometry: null },
);
const BOUNDARY = collection(
    feature('MultiLineString', cornerLines, { ne_id: 7, featurecla: 'International boundary (verify)' }),
    feature('LineString', [[105, 14.2], [105, 15.8]], { ne_id: 8, featurecla: 'Disputed (please verify)' }),
    /* that of the countries' outlines, a little off */
    feature('LineString', [[100, 14.03], [106, 14.03]], { ne_id: 9, featurecla: 'International boundary (verify)' }),
);
const ROAD = collection(
    feature('LineString', [[100.5, 11.5], [105.5, 11.6]], { osm_id: 1, highway: 'primary' }),
    feature('LineString', [[100.5, 11.7], [105.5, 11.7]], { osm_id: 2, highway: 'footway' }),
);

const area = (id, level, iso, name, ...box) =>
    square(...box, { id, level, iso, name });
const AREAS = collection(
    area('kh', 0, 'KH', 'South', 100, 11, 106, 14),
    area('th', 0, 'TH', 'North', 100, 14, 106, 16),
    area('kh-w', 1, 'KH', 'West', 100, 11, 103, 14),
    area('kh-e', 1, 'KH', 'East', 103.001, 11, 106, 14), /* they do not quite meet */
);

const PLACES = `id,kind,parent,country,name,name@km,name@th,aliases,lat,lon,population
kh,country,,KH,South,ខ្មែរ,,,12.5,104.5,
kh-w,province,kh,KH,West,,,,12.6,101.5,
kh-e,province,kh,KH,East,,,,12.6,104.6,
big,town,kh-e,KH,Big Town,ក្រុងធំ,,Bigtown,12.55,105.1,1500000
small,village,kh-e,KH,Small Village,,,,12.551,105.101,200
`;

const LAYERS = { land: LAND, water: WATER, river: RIVER, boundary: BOUNDARY, road: ROAD };

const write = (name, text) => {
    const path = join(dir, name);
    writeFileSync(path, text);
    return path;
};

const importLayer = (db, layer, text, ...args) =>
    run('import', 'basemap', write(`${layer}.geojson`, text), '--layer', layer, '--db', db,
        '--source', 'test', ...args);

/* A record with all of the above. */
function makeRecord(db) {
    mustRun('import', 'places', write('places.csv', PLACES), '--db', db, '--source', 'test');
    mustRun('import', 'boundaries', write('areas.geojson', AREAS), '--db', db, '--source', 'test');
    for (const [layer, text] of Object.entries(LAYERS)) {
        const done = importLayer(db, layer, text);
        assert.equal(done.status, 0, done.stderr);
    }
}

const build = (db, out, ...args) =>
    mustRun('tiles', 'build', '--db', db, '--out', out, '--max-zoom', String(ZOOM), ...args);

/* ---- import ------------------------------------------------------------------------------- */

describe('haven import basemap', () => {
    const db = join(dir, 'import.db');
    before(() => mustRun('init', db));

    test('takes lines and polygons, and leaves out what is not drawn', () => {
        const done = importLayer(db, 'river', RIVER);
        assert.equal(done.status, 0, done.stderr);
        assert.match(done.stdout, /added 1, updated 0, unchanged 0, retired 0, rejected 0, left out 2/);
    });

    test('the same file again changes nothing', () => {
        const bytes = readFileSync(db);
        assert.match(importLayer(db, 'river', RIVER).stdout, /added 0, updated 0, unchanged 1/);
        assert.deepEqual(readFileSync(db), bytes);
    });

    test('a feature with an id is updated, and retired when it is gone', () => {
        const line = (id, lat) => feature('LineString', [[1, lat], [2, lat]], { osm_id: id, highway: 'primary' });
        const ids = [1, 2, 3, 4, 5, 6];
        const load = (text, ...args) => importLayer(db, 'road', text, ...args).stdout;
        assert.match(load(collection(...ids.map((id) => line(id, id)))), /added 6/);
        assert.match(load(collection(line(1, 9))), /updated 1, unchanged 0, retired 0/);
        assert.match(load(collection(...ids.slice(0, 5).map((id) => line(id, id))), '--retire-missing'),
            /updated 1, unchanged 4, retired 1/);
    });

    const refused = [
        ['lines where polygons belong', 'land', collection(feature('LineString', [[0, 0], [1, 1]], { name: 'Isle' })),
            /:1: Isle \(feature 1\): a geometry of the type LineString; allowed: Polygon, MultiPolygon/],
        ['polygons where lines belong', 'river', collection(square(0, 0, 1, 1, { name: 'Wide', featurecla: 'River' })),
            /Wide \(feature 1\): a geometry of the type Polygon; allowed: LineString, MultiLineString/],
        ['a line of one position', 'river', collection(feature('LineString', [[0, 0]], { featurecla: 'River' })),
            /feature 1\): a line that is no list of two positions or more/],
        ['coordinates in metres', 'road', collection(feature('LineString', [[0, 0], [11000000, 1]], { highway: 'trunk' })),
            /feature 1\): coordinates beyond 180 and 90 degrees/],
        ['a road without a class', 'road', collection(feature('LineString', [[0, 0], [1, 1]], {})),
            /feature 1\): class: not stated; allowed: --class-field/],
        ['an impossible level', 'boundary', collection(feature('LineString', [[0, 0], [1, 1]], { admin_level: '9' })),
            /level: "9" \(admin_level\); allowed: 2 \(country\), 4 \(province\), 6 \(district\)/],
        ['an impossible zoom', 'water', collection(square(0, 0, 1, 1, { min_zoom: 99 })),
            /zoom: "99" \(min_zoom\); allowed: 0 to 20/],
        ['no FeatureCollection', 'land', '[]', /:1: not GeoJSON; allowed: a FeatureCollection/],
        ['a file that ends too soon', 'land', LAND.slice(0, -30), /geojson:1: /],
    ];
    for (const [what, layer, text, message] of refused) {
        test(`refuses ${what}, and nothing is changed`, () => {
            const bytes = readFileSync(db);
            const done = importLayer(db, layer, text);
            assert.equal(done.status, 1, done.stdout);
            assert.match(done.stderr, message);
            assert.deepEqual(readFileSync(db), bytes);
        });
    }

    test('says which layers there are', () => {
        const done = importLayer(db, 'sea', LAND);
        assert.equal(done.status, 2);
        assert.match(done.stderr, /land, water, river, boundary or road/);
    });

    test('is in the history', () => {
        const { stdout } = mustRun('history', '--db', db);
        assert.match(stdout, /import of basemap of test: added 6/);
    });
});

/* ---- build -------------------------------------------------------------------------------- */

/* Runs a build and kills it as soon as it says `when`. Resolves with whether it was killed. */
function killed(args, when) {
    return new Promise((done) => {
        const child = spawn(program, args);
        let said = '';
        child.stderr.setEncoding('utf8').on('data', (text) => {
            said += text;
            if (said.includes(when)) {
                child.kill('SIGKILL');
            }
        });
        child.on('exit', (code, signal) => done(signal === 'SIGKILL'));
    });
}

describe('haven tiles build', () => {
    const db = join(dir, 'build.db');
    const out = join(dir, 'build.mbtiles');
    before(() => {
        mustRun('init', db);
        makeRecord(db);
        build(db, out, '--threads', '2');
    });

    test('one thread makes the same file as two, and as four', () => {
        for (const threads of ['1', '4']) {
            const other = join(dir, `threads-${threads}.mbtiles`);
            build(db, other, '--threads', threads);
            assert.ok(readFileSync(other).equals(readFileSync(out)), `${threads} threads`);
        }
    });

    test('killed and resumed, it is the same file; before it is whole there is none', async () => {
        const other = join(dir, 'killed.mbtiles');
        const args = ['tiles', 'build', '--db', db, '--out', other, '--max-zoom', String(ZOOM), '--threads', '1'];
        assert.ok(await killed(args, 'zoom 6'), 'it was too fast to be killed');
        assert.ok(!existsSync(other));
        assert.ok(existsSync(`${other}.part`));
        const done = build(db, other, '--resume');
        assert.match(done.stderr, /[1-9]\d* blocks of tiles were cut before/);
        assert.ok(readFileSync(other).equals(readFileSync(out)));
        assert.ok(!existsSync(`${other}.part`));
    });

    test('what was cut of another record, or with other options, is not gone on with', async () => {
        const other = join(dir, 'other.mbtiles');
        const args = ['tiles', 'build', '--db', db, '--out', other, '--max-zoom', '7', '--threads', '1'];
        assert.ok(await killed(args, 'zoom 6'), 'it was too fast to be killed');
        const done = build(db, other, '--resume');
        assert.doesNotMatch(done.stderr, /were cut before/);
        assert.ok(readFileSync(other).equals(readFileSync(out)));
    });

    test('a file that is made of the same stays', () => {
        const { mtimeMs } = statSync(out);
        assert.match(build(db, out, '--resume').stdout, /made of the same already/);
        assert.equal(statSync(out).mtimeMs, mtimeMs);
    });

    test('GDAL reads its layers and names', () => {
        const gdal = (...args) => {
            const done = spawnSync('ogrinfo', ['-ro', ...args], { encoding: 'utf8' });
            assert.equal(done.error, undefined, 'ogrinfo is needed: apt-get install gdal-bin');
            assert.equal(done.status, 0, done.stderr);
            return done.stdout;
        };
        const list = gdal('-so', out);
        for (const layer of ['land', 'water', 'river', 'boundary', 'road', 'place']) {
            assert.match(list, new RegExp(`^\\d: ${layer}\\b`, 'm'));
        }
        const places = gdal('-al', out, 'place');
        assert.match(places, /name \(String\) = Big Town/);
        assert.match(places, /name:km \(String\) = ក្រុងធំ/);
        assert.match(gdal('-al', out, 'water'), /name \(String\) = Great Lake/);
    });

    test('what is built in is drawn where the record has no land', () => {
        const empty = join(dir, 'empty.db');
        const world = join(dir, 'world.mbtiles');
        mustRun('init', empty);
        mustRun('tiles', 'build', '--db', empty, '--out', world, '--max-zoom', '0');
        const text = spawnSync('ogrinfo', ['-ro', '-al', world], { encoding: 'utf8' }).stdout;
        assert.match(text, /Layer name: land/);
        assert.match(text, /Layer name: boundary/);
        assert.doesNotMatch(text, /Layer name: place\nGeometry: Point\nFeature Count: [1-9]/);
    });

    test('a record without places does not say what to cut', () => {
        const empty = join(dir, 'empty.db');
        const done = run('tiles', 'build', '--db', empty, '--out', join(dir, 'no.mbtiles'));
        assert.equal(done.status, 1);
        assert.match(done.stderr, /allowed: --bbox W,S,E,N, or --max-zoom 5/);
    });

    const wrong = [
        [['--bbox', '10,10,5,20'], /--bbox: allowed: west,south,east,north/],
        [['--bbox', '1,2,3'], /--bbox/],
        [['--max-zoom', '15'], /--max-zoom: allowed: 0 to 14/],
        [['--threads', '0'], /--threads: allowed: 1 to 256/],
    ];
    for (const [args, message] of wrong) {
        test(`refuses ${args.join(' ')}`, () => {
            const done = run('tiles', 'build', '--db', db, ...args);
            assert.equal(done.status, 2);
            assert.match(done.stderr, message);
        });
    }
});

/* ---- serve -------------------------------------------------------------------------------- */

const until = async (what, condition) => {
    for (let i = 0; !(await condition()); i++) {
        assert.ok(i < 100, `never: ${what}`);
        await new Promise((r) => setTimeout(r, 100));
    }
};

describe('the server', () => {
    let haven, file;
    before(async () => {
        haven = await start({
            services: [{ id: 'a', organization: 'o', service: 's', country: 'KH', needs: 'health.clinic', kind: 'clinic', lat: 12.5, lon: 104.5 }],
            roles: ['operator', 'steward'],
            prepare: ({ db }) => makeRecord(db),
        });
        file = haven.db.replace(/\.db$/, '.mbtiles');
    });
    after(() => haven?.stop());

    const bytes = async (path, headers = {}) => {
        const answer = await fetch(haven.origin + path, { headers });
        return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
    };
    const tile = async (z, x, y) => {
        const answer = await bytes(`/tiles/basemap/${z}/${x}/${y}.mvt`);
        assert.equal(answer.status, 200);
        return decode(answer.body);
    };
    const tileOf = async (lon, lat, z = ZOOM) => {
        const { x, y } = tileAt({ lon, lat }, z);
        return { x, y, layers: await tile(z, x, y) };
    };
    const lines = (t, layer, wanted) => t.layers[layer]
        .filter(({ properties }) => wanted(properties))
        .flatMap(({ geometry }) => geometry)
        .map((line) => line.map((unit) => degrees(ZOOM, t.x, t.y, unit)));

    test('without a file there is no basemap, and the rest works', async () => {
        assert.equal((await bytes('/tiles/basemap.json')).status, 404);
        assert.equal((await bytes('/tiles/basemap/0/0/0.mvt')).status, 404);
        assert.equal((await bytes('/api/v1/status')).status, 200);
        assert.equal((await bytes('/tiles/services.json')).status, 200);
    });

    test('a file that appears is noticed', async () => {
        build(haven.db, file, '--attribution', 'Roads: OpenStreetMap');
        await until('the basemap', async () => (await bytes('/tiles/basemap.json')).status === 200);
    });

    test('TileJSON', async () => {
        const { body } = await haven.get('/tiles/basemap.json');
        assert.equal(body.tilejson, '3.0.0');
        assert.deepEqual([body.minzoom, body.maxzoom], [0, ZOOM]);
        assert.deepEqual(body.vector_layers.map(({ id }) => id),
            ['land', 'water', 'river', 'boundary', 'road', 'place']);
        assert.deepEqual(body.tiles, [`${haven.origin}/tiles/basemap/{z}/{x}/{y}.mvt`]);
        assert.equal(body.attribution, 'Made with Natural Earth; Roads: OpenStreetMap');
    });

    test('land fills a tile inside it, and its buffer', async () => {
        const t = await tileOf(102, 15);
        const [{ type, geometry }] = t.layers.land;
        assert.equal(type, 3);
        const xs = geometry.flat().map(({ x }) => x);
        assert.deepEqual([Math.min(...xs), Math.max(...xs)], [-BUFFER, 4096 + BUFFER]);
    });

    test('a tile at sea is empty', async () => {
        const { x, y } = tileAt({ lon: 90, lat: 13 }, ZOOM);
        const answer = await bytes(`/tiles/basemap/${ZOOM}/${x}/${y}.mvt`);
        assert.deepEqual([answer.status, answer.body.length], [200, 0]);
    });

    test('two provinces that do not quite meet have one line between them', async () => {
        const t = await tileOf(103, 12.5);
        const between = lines(t, 'boundary', ({ level }) => level === 1);
        assert.equal(between.length, 1);
        for (const { lon } of between[0]) {
            assert.ok(Math.abs(lon - 103) < 0.01, `${lon}`);
        }
        assert.equal(t.layers.boundary.every(({ properties }) => properties.level !== 0), true);
    });

    test('where outlines of countries meet, their line is drawn and no other beside it', async () => {
        const border = lines(await tileOf(102, 14), 'boundary', ({ level }) => level === 0);
        assert.equal(border.length, 1);
        for (const { lat } of border[0]) {
            assert.ok(Math.abs(lat - 14) < 0.01, `${lat}`);
        }
    });

    test('a coast is no border', async () => {
        const t = await tileOf(100, 12.5);
        assert.equal(t.layers.boundary, undefined);
    });

    test('disputed lines, rivers, lakes and roads say what they are', async () => {
        const claimed = lines(await tileOf(105, 15), 'boundary', ({ disputed }) => disputed);
        assert.ok(claimed.length === 1 && claimed[0].every(({ lon }) => Math.abs(lon - 105) < 0.001));
        const { layers } = await tileOf(102.6, 12.6);
        assert.deepEqual(layers.water[0].properties, { name: 'Great Lake' });
        assert.deepEqual((await tileOf(102, 14.2)).layers.river.map((r) => r.properties),
            [{ class: 'river', name: 'Long River' }]);
        assert.deepEqual((await tileOf(102, 11.53)).layers.road.map((r) => r.properties),
            [{ class: 'primary' }]);
    });

    test('a line goes on in the next tile where it left the one before', async () => {
        const crossing = (line, x) => {
            for (let i = 1; i < line.length; i++) {
                const [a, b] = [line[i - 1], line[i]];
                if ((a.x - x) * (b.x - x) < 0) {
                    return a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x);
                }
            }
            return NaN;
        };
        let seams = 0;
        for (let lon = 101.2; lon < 105; lon += 0.1) {
            const lat = lon < 102 ? 15.5 - (lon - 101) * 1.3 : 14.2 - ((lon - 102) * 3) / 3.5;
            const { x, y, layers } = await tileOf(lon, lat);
            const next = await tile(ZOOM, x + 1, y);
            const [here] = layers.river[0].geometry.map((l) => crossing(l, 4096)).filter((v) => v >= 0 && v < 4096);
            if (here === undefined || !next.river) {
                continue;
            }
            const there = next.river[0].geometry.map((l) => crossing(l, 0)).filter((v) => v >= 0 && v < 4096);
            assert.ok(Math.abs(there[0] - here) <= 1.5, `${x}/${y}: ${here} and ${there}`);
            seams++;
        }
        assert.ok(seams > 5, `${seams} seams`);
    });

    test('names have languages, kind, rank and population; the larger place is first', async () => {
        const { layers } = await tileOf(105.1, 12.55);
        const [first] = layers.place.filter(({ properties }) => properties.kind === 'town');
        assert.deepEqual(first.properties, { name: 'Big Town', 'name:km': 'ក្រុងធំ', kind: 'town', country: 'KH', rank: 1, population: 1500000 });
        const { x, y, units } = tileAt({ lon: 105.1, lat: 12.55 }, ZOOM);
        assert.deepEqual([first.geometry[0][0].x, first.geometry[0][0].y], units, `${x}/${y}`);
        const low = (await tileOf(104.5, 12.5, 3)).layers.place.map(({ properties }) => properties.name);
        assert.ok(low.includes('South') && !low.includes('Small Village'), `${low}`);
    });

    test('it is the same for every role, with a validator, and packed where that is taken', async () => {
        const path = '/tiles/basemap/5/25/14.mvt';
        const open = await bytes(path, { 'Accept-Encoding': 'identity' });
        assert.equal(open.headers.get('content-type'), MEDIA);
        assert.equal(open.headers.get('content-encoding'), null);
        assert.match(open.headers.get('cache-control'), /public/);
        for (const role of ['operator', 'steward']) {
            const other = await bytes(path, { 'Accept-Encoding': 'identity', Authorization: `Bearer ${haven.keys[role]}` });
            assert.ok(other.body.equals(open.body), role);
        }
        const packed = await bytes(path, { 'Accept-Encoding': 'gzip' });
        assert.equal(packed.headers.get('content-encoding'), 'gzip');
        assert.ok(packed.body.equals(open.body));
        const again = await bytes(path, { 'Accept-Encoding': 'identity', 'If-None-Match': open.headers.get('etag') });
        assert.deepEqual([again.status, again.body.length], [304, 0]);
    });

    test('addresses beyond the file, and parameters, are refused', async () => {
        for (const path of [`${ZOOM + 1}/0/0`, '3/8/0', '3/0/8', '30/0/0', 'x/0/0', '-1/0/0', '0/0/00000000000000000000001']) {
            assert.equal((await bytes(`/tiles/basemap/${path}.mvt`)).status, 404, path);
        }
        assert.equal((await bytes('/tiles/basemap/0/0/0.mvt?v=1')).status, 400);
    });

    test('an import of the basemap changes nothing that is asked', async () => {
        const asked = async () => Promise.all(['/api/v1/services', '/api/v1/status', '/api/v1/places?q=west', '/tiles/services/0/0/0.mvt']
            .map(async (path) => {
                const answer = await bytes(path);
                return [answer.body.toString('hex'), answer.headers.get('etag')];
            }));
        const before = await asked();
        const text = collection(square(101, 12, 101.2, 12.2, { name: 'Pond', scalerank: 9 }));
        mustRun('import', 'basemap', write('pond.geojson', text), '--layer', 'water', '--db', haven.db, '--source', 'more');
        await new Promise((r) => setTimeout(r, 1500));
        assert.deepEqual(await asked(), before);
    });

    test('a file that is built anew is noticed, and what changed is in it', async () => {
        const { x, y } = tileAt({ lon: 101.1, lat: 12.1 }, ZOOM);
        const names = async () => (await tile(ZOOM, x, y)).water?.map(({ properties }) => properties.name);
        assert.equal(await names(), undefined);
        build(haven.db, file, '--resume');
        await until('the pond', async () => (await names())?.includes('Pond'));
    });

    const broken = {
        'cut off': (path) => truncateSync(path, statSync(path).size >> 1),
        'empty': (path) => truncateSync(path, 0),
        'no database': (path) => writeFileSync(path, 'GIF89a'.repeat(1000)),
        'another database': (path) => copyFileSync(haven.db, path),
    };
    for (const [what, spoil] of Object.entries(broken)) {
        test(`a file that is ${what} is said, and the old one goes on`, async () => {
            const bad = join(dir, 'bad.mbtiles');
            copyFileSync(file, bad);
            spoil(bad);
            const kept = `${file}.kept`;
            renameSync(file, kept);
            haven.output = '';
            renameSync(bad, file);
            await until('the message', () => /the basemap is as it was: /.test(haven.output));
            assert.equal((await bytes('/tiles/basemap.json')).status, 200);
            assert.equal((await bytes('/tiles/basemap/0/0/0.mvt')).status, 200);
            renameSync(kept, file);
        });
    }

    test('a file that was named has to be there', () => {
        const done = run('serve', '--db', haven.db, '--listen', '127.0.0.1:0', '--basemap', join(dir, 'none.mbtiles'));
        assert.equal(done.status, 3);
        assert.match(done.stderr, /none\.mbtiles: there is no such file/);
    });

    test('when the file goes, so does the basemap', async () => {
        rmSync(file);
        await until('404', async () => (await bytes('/tiles/basemap.json')).status === 404);
    });
});
