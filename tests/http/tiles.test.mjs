/* SPDX-License-Identifier: Apache-2.0
 *
 * Tiles of services: every service in exactly the tiles it belongs to, for each role, as
 * another program's decoder reads them and as positions of GET /api/v1/services say, with
 * mercator computed apart. And what addresses, headers and TileJSON promise.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, get as httpGet } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { directory, loadGazetteer } from './canaries.mjs';
import { start } from './haven.mjs';
import { decode, degrees, EXTENT, MEDIA, tileAt } from './tile.mjs';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_007);
const TILES = Number(process.env.TILES ?? 10_000);
const ROLES = [null, 'operator', 'steward'];
const ZOOM_MAX = 14;
const EXACT_ZOOM = 12;
const TILE_MAX = 1024;

/* mulberry32 */
let state = SEED;
const roll = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const between = (low, high) => low + roll() * (high - low);
const pick = (list) => list[Math.floor(roll() * list.length)];

/* ---- a directory -------------------------------------------------------------------------- */

const service = (id, lat, lon, more = {}) => ({
    id,
    organization: `Provider ${id.length}`,
    service: `Service "${id}" \\ ខ្មែរ`,
    country: 'KH',
    needs: pick(['health.clinic', 'legal.information;health', 'livelihood', 'housing.shelter']),
    kind: pick(['clinic', 'legal_aid', 'shelter', '']),
    visibility: pick(['exact', 'exact', 'exact', 'area', 'contact', 'staff']),
    precision: pick(['exact', 'exact', 'village', 'country', '']),
    status: pick(['open', 'open', 'closed', 'planned', 'historical', '']),
    lat: lat.toFixed(7),
    lon: lon.toFixed(7),
    ...more,
});
const plain = { visibility: 'exact', precision: 'exact', status: 'open' };

function rows() {
    const town = [between(11, 13.5), between(103, 106)];
    const spread = (n, id, make) =>
        Array.from({ length: n }, (_, i) => service(`${id}${i}`, ...make(i)));
    return [
        ...directory,
        ...spread(600, 'country', () => [between(11, 14), between(103, 107)]),
        ...spread(400, 'town', () => [
            town[0] + between(-0.1, 0.1) * roll(),
            town[1] + between(-0.1, 0.1) * roll(),
        ]),
        ...spread(40, 'shared', () => [...town, plain]),
        /* more points than a tile of zoom 12 holds, in one */
        ...spread(1400, 'dense', () => [
            12.01 + between(0, 0.03),
            104.02 + between(0, 0.03),
            plain,
        ]),
        ...spread(200, 'world', () => [between(-89, 89), between(-180, 180), plain]),
        ...[
            [0, 0],
            [0, 180],
            [0, -180],
            [90, 0],
            [-90, 0],
            [85.0511287, 180],
            [-85.0511288, -180],
            [66.51326, 90],
        ].map(([lat, lon], i) => service(`edge${i}`, lat, lon, plain)),
    ];
}

/* ---- what must be there --------------------------------------------------------------------- */

/* Drawn: where lists show it, unless that stands for a country; to the public, unless it is
 * closed or planned. */
const isDrawn = (key) => (s) =>
    s.point !== null &&
    s.point.precision !== 'country' &&
    !(key === null && ['closed', 'planned'].includes(s.status));

/* Tiles of each zoom: `z/x/y` -> [{ service, units, fine }]. */
function tilesOf(services) {
    const tiles = new Map();
    for (const s of services) {
        for (let z = 0; z <= ZOOM_MAX; z++) {
            const { x, y, units } = tileAt(s.point, z);
            const name = `${z}/${x}/${y}`;
            if (!tiles.has(name)) {
                tiles.set(name, []);
            }
            const fine = `${s.point.lat} ${s.point.lon}`;
            tiles.get(name).push({ service: s, units, fine });
        }
    }
    return tiles;
}

/* How the services of a tile go into features: by point, or by cells of a grid. */
function grouped(z, here) {
    const points = new Set(here.map((h) => h.fine)).size;
    const cell = (side) => (h) => h.units.map((u) => Math.floor((u * side) / EXTENT)).join();
    const exact = z >= EXACT_ZOOM && points <= TILE_MAX;
    const by = exact ? (h) => h.fine : cell(z < EXACT_ZOOM ? 16 : 32);
    const groups = new Map();
    for (const h of here) {
        const name = by(h);
        if (!groups.has(name)) {
            groups.set(name, []);
        }
        groups.get(name).push(h);
    }
    return [...groups.values()];
}

/* A feature as it should be: its properties, and where it may be. */
function expected(group) {
    const [{ service: s, units }] = group;
    const far = (i) => group.map((h) => h.units[i]);
    const within = [0, 1].map((i) => [Math.min(...far(i)), Math.max(...far(i))]);
    if (group.length === 1) {
        const properties = {
            count: 1,
            id: s.id,
            name: s.name,
            kind: s.kind,
            needs: s.needs.join(';'),
            precision: s.point.precision,
        };
        const told = Object.entries(properties).filter(([, v]) => v !== null && v !== '');
        return { properties: Object.fromEntries(told), within, units };
    }
    const needs = new Set(group.flatMap((h) => h.service.needs.map((n) => n.split('.')[0])));
    return { properties: { count: group.length, needs }, within, units };
}

const inside = (at, within) =>
    at.x >= within[0][0] && at.x <= within[0][1] && at.y >= within[1][0] && at.y <= within[1][1];

/* Compares a tile with what should be in it; says what is wrong, or null. */
function wrong(z, here, features) {
    const want = grouped(z, here).map(expected);
    if (want.length !== features.length) {
        return `${features.length} features, not ${want.length}`;
    }
    for (const f of features) {
        const [[at]] = f.geometry;
        const i = want.findIndex(
            (w) =>
                w.properties.count === f.properties.count &&
                w.properties.id === f.properties.id &&
                inside(at, w.within),
        );
        if (f.type !== 1 || f.geometry.length !== 1 || i < 0) {
            return `a feature too many: ${JSON.stringify(f)}`;
        }
        const [w] = want.splice(i, 1);
        const properties =
            w.properties.count === 1
                ? f.properties
                : { ...f.properties, needs: new Set(f.properties.needs.split(';')) };
        try {
            assert.deepEqual(properties, w.properties);
        } catch (e) {
            return e.message;
        }
    }
    return null;
}

/* ---- asking ------------------------------------------------------------------------------------ */

let haven;
let agent;
const shown = new Map(); /* by role: drawn services, and their tiles */

function fetchTile(path, key, headers = {}) {
    const own = key ? { Authorization: `Bearer ${haven.keys[key]}` } : {};
    return new Promise((done, failed) => {
        httpGet(haven.origin + path, { agent, headers: { ...headers, ...own } }, (r) => {
            const chunks = [];
            r.on('data', (c) => chunks.push(c));
            r.on('end', () =>
                done({ status: r.statusCode, headers: r.headers, bytes: Buffer.concat(chunks) }),
            );
            r.on('error', failed);
        }).on('error', failed);
    });
}

const unpacked = (a) =>
    a.headers['content-encoding'] === 'gzip' ? gunzipSync(a.bytes) : a.bytes;

/* Runs `work(i)` for 0 .. count-1, eight at a time. */
async function each(count, work) {
    let next = 0;
    const run = async () => {
        while (next < count) {
            await work(next++);
        }
    };
    await Promise.all(Array.from({ length: 8 }, run));
}

const tilePath = (name) => `/tiles/services/${name}.mvt`;

before(async () => {
    console.log(`SEED=${SEED}`);
    agent = new Agent({ keepAlive: true, maxSockets: 8 });
    haven = await start({
        services: rows(),
        roles: ['operator', 'steward'],
        prepare: loadGazetteer,
    });
    for (const key of ROLES) {
        const services = (await haven.list(key)).filter(isDrawn(key));
        shown.set(key, { services, tiles: tilesOf(services) });
    }
});
after(async () => {
    agent?.destroy();
    await haven?.stop();
});

/* ---- every service in its tiles ------------------------------------------------------------------ */

/* Half of the tiles hold a service, some of the others lie beside one, some anywhere. */
function randomTile(services) {
    const z = Math.floor(roll() * (ZOOM_MAX + 1));
    const n = 2 ** z;
    const { x, y } = tileAt(pick(services).point, z);
    const kind = roll();
    const near = (i) => Math.min(Math.max(i + Math.floor(between(-2, 3)), 0), n - 1);
    if (kind < 0.6) {
        return [z, x, y];
    }
    return kind < 0.9
        ? [z, near(x), near(y)]
        : [z, Math.floor(roll() * n), Math.floor(roll() * n)];
}

describe('tiles of services', () => {
    test(`${TILES} random ones hold exactly the services that belong there`, async () => {
        let filled = 0;
        await each(TILES, async (i) => {
            const key = ROLES[i % ROLES.length];
            const { services, tiles } = shown.get(key);
            const [z, x, y] = randomTile(services);
            const name = `${z}/${x}/${y}`;
            const headers = i % 2 ? { 'Accept-Encoding': 'gzip' } : {};
            const answer = await fetchTile(tilePath(name), key, headers);
            assert.equal(answer.status, 200, name);
            assert.equal(answer.headers['content-type'], MEDIA);
            const features = decode(unpacked(answer)).services ?? [];
            const here = tiles.get(name) ?? [];
            assert.equal(wrong(z, here, features), null, `${key} ${name}`);
            assert.ok(features.length <= TILE_MAX, name);
            filled += features.length > 0;
        });
        console.log(`${filled} of ${TILES} tiles hold something`);
        assert.ok(filled > TILES / 3 && filled < TILES);
    });

    for (const key of ROLES) {
        test(`${key ?? 'the public'}: counts of all tiles of a zoom add up`, async () => {
            const { services, tiles } = shown.get(key);
            for (const z of [0, 3, 7, 12, 14]) {
                const names = [...tiles.keys()].filter((n) => n.startsWith(`${z}/`));
                let sum = 0;
                await each(names.length, async (i) => {
                    const features = decode((await fetchTile(tilePath(names[i]), key)).bytes);
                    sum += features.services.reduce((n, f) => n + f.properties.count, 0);
                });
                assert.equal(sum, services.length, `zoom ${z}`);
            }
        });
    }

    test('the comparison sees a service that is missing, moved or too many', () => {
        const { tiles } = shown.get(null);
        const [name, here] = [...tiles].find(([n, h]) => n.startsWith('14/') && h.length === 1);
        const z = Number(name.split('/')[0]);
        const [good] = grouped(z, here).map(expected);
        const at = { x: good.units[0], y: good.units[1] };
        const feature = { type: 1, geometry: [[at]], properties: good.properties };
        assert.equal(wrong(z, here, [feature]), null);
        assert.notEqual(wrong(z, here, []), null);
        assert.notEqual(wrong(z, here, [feature, feature]), null);
        assert.notEqual(
            wrong(z, here, [{ ...feature, geometry: [[{ ...at, x: at.x + 1 }]] }]),
            null,
        );
        const other = { ...good.properties, name: 'other' };
        assert.notEqual(wrong(z, here, [{ ...feature, properties: other }]), null);
    });

    test('a position comes back to half a metre', async () => {
        const { tiles } = shown.get(null);
        const single = [...tiles].filter(([n, h]) => n.startsWith('14/') && h.length === 1);
        assert.ok(single.length > 200);
        for (const [name, [{ service: s }]] of single.slice(0, 200)) {
            const [z, x, y] = name.split('/').map(Number);
            const { services } = decode((await fetchTile(tilePath(name))).bytes);
            const at = degrees(z, x, y, services[0].geometry[0][0]);
            const lat = Math.max(Math.min(s.point.lat, 85.0511288), -85.0511288);
            assert.ok(Math.abs(at.lon - s.point.lon) < 6e-6, name);
            assert.ok(Math.abs(at.lat - lat) < 6e-6, name);
        }
    });

    test('a tile with too many points puts those near each other together', async () => {
        const { tiles } = shown.get(null);
        const full = [...tiles].filter(
            ([n, h]) => n.startsWith('12/') && new Set(h.map((i) => i.fine)).size > TILE_MAX,
        );
        assert.ok(full.length > 0, `SEED=${SEED}`);
        for (const [name, here] of full) {
            const { services } = decode((await fetchTile(tilePath(name))).bytes);
            assert.ok(services.length <= TILE_MAX);
            assert.equal(wrong(12, here, services), null);
        }
    });

    test('staff see hidden ones only where lists show them', async () => {
        const listed = (await haven.list('operator')).filter((s) => s.visibility === 'staff');
        assert.ok(listed.length > 10);
        for (const s of listed.filter((one) => one.point)) {
            assert.notEqual(s.point.precision, 'exact', s.id);
        }
        const { services } = shown.get('operator');
        assert.ok(services.some((s) => s.visibility === 'staff'));
        assert.ok(!shown.get(null).services.some((s) => s.visibility === 'staff'));
    });
});

/* ---- addresses, headers, TileJSON -------------------------------------------------------------- */

describe('addresses', () => {
    const BAD = [
        '15/0/0', '14/16384/0', '14/0/16384', '0/1/0', '0/0/1', '-1/0/0', '1/-1/0', '1/0/-0',
        '01/0/0', '1/00/0', '1/0/+0', '1/0/0x0', '1e0/0/0', '1.0/0/0', ' 1/0/0', '1/0/0 ',
        '99999999999999999999/0/0', '14/4294967296/0', '14/18446744073709551616/0', 'x/y/z',
        '%31/%30/%30x', '{z}/{x}/{y}', '%00/0/0', '1/0/%00', '\u0661/0/0',
    ].map((name) => [name, `/tiles/services/${name}.mvt`]);
    for (const [name, path] of [
        ...BAD,
        ['no ending', '/tiles/services/0/0/0'],
        ['another ending', '/tiles/services/0/0/0.pbf'],
        ['nothing before the ending', '/tiles/services/0/0/.mvt'],
        ['two endings', '/tiles/services/0/0/0.mvt.mvt'],
        ['one part too many', '/tiles/services/0/0/0/0.mvt'],
        ['one part too few', '/tiles/services/0/0.mvt'],
        ['no set', '/tiles/0/0/0.mvt'],
        ['long', `/tiles/services/0/0/${'0'.repeat(3000)}.mvt`],
    ]) {
        test(`${JSON.stringify(name)} is not found`, async () => {
            const answer = await fetchTile(encodeURI(decodeURI(path)));
            assert.equal(answer.status, 404, path);
            assert.match(answer.headers['content-type'], /problem\+json/);
        });
    }

    test('a parameter is refused, and POST', async () => {
        assert.equal((await fetchTile('/tiles/services/0/0/0.mvt?x=1')).status, 400);
        assert.equal((await fetchTile('/tiles/services.json?x=1')).status, 400);
        const answer = await haven.send('POST', '/tiles/services/0/0/0.mvt', { body: '' });
        assert.equal(answer.status, 405);
        assert.equal(answer.headers.get('allow'), 'GET, HEAD, OPTIONS');
    });
});

describe('headers', () => {
    const path = tilePath('0/0/0');
    const full = () => [...shown.get(null).tiles].filter(([n]) => /^8\//.test(n)).sort((a, b) =>
        b[1].length - a[1].length)[0][0];

    for (const [accept, coding] of [
        ['gzip', 'gzip'],
        ['GZip;q=0.5', 'gzip'],
        ['br, gzip;q=0.001', 'gzip'],
        ['*', 'gzip'],
        ['deflate, *;q=0.3', 'gzip'],
        ['gzip; q=1.000', 'gzip'],
        ['', undefined],
        ['br', undefined],
        ['gzip;q=0', undefined],
        ['gzip;q=0.000', undefined],
        ['*, gzip;q=0', undefined],
        ['gzip;q=x', undefined],
        ['gzip;q=', undefined],
        ['gzip;q=2', undefined],
        ['xgzip', undefined],
        ['gzip2', undefined],
        ['identity', undefined],
    ]) {
        test(`Accept-Encoding: ${accept} gives ${coding ?? 'no coding'}`, async () => {
            const name = full();
            const answer = await fetchTile(tilePath(name), null, { 'Accept-Encoding': accept });
            assert.equal(answer.headers['content-encoding'], coding);
            assert.match(answer.headers.vary, /Accept-Encoding/);
            const other = await fetchTile(tilePath(name));
            assert.deepEqual(unpacked(answer), other.bytes);
        });
    }

    test('a validator gives 304 without a body, and HEAD none either', async () => {
        for (const coding of ['gzip', 'identity']) {
            const headers = { 'Accept-Encoding': coding };
            const first = await fetchTile(path, null, headers);
            const { etag } = first.headers;
            assert.match(etag, /^"[0-9a-f]{32}"$/);
            const again = await fetchTile(path, null, { ...headers, 'If-None-Match': etag });
            assert.equal(again.status, 304);
            assert.equal(again.bytes.length, 0);
            assert.equal(again.headers.etag, etag);
            assert.match(again.headers.vary, /Accept-Encoding/);
        }
        const head = await haven.send('HEAD', path);
        assert.equal(head.status, 200);
        assert.equal(head.text, '');
    });

    test('the two codings have two validators', async () => {
        const name = tilePath(full());
        const one = await fetchTile(name, null, { 'Accept-Encoding': 'gzip' });
        const other = await fetchTile(name);
        assert.notEqual(one.headers.etag, other.headers.etag);
    });

    test('public tiles may be kept by all, those of staff by who asked', async () => {
        assert.equal((await fetchTile(path)).headers['cache-control'], 'public, no-cache');
        for (const key of ['operator', 'steward']) {
            const answer = await fetchTile(path, key);
            assert.equal(answer.headers['cache-control'], 'private, no-cache');
            assert.match(answer.headers.vary, /Authorization, Cookie/);
        }
    });

    test('a tile without services is an empty one', async () => {
        const answer = await fetchTile(tilePath('14/1/1'));
        assert.equal(answer.status, 200);
        assert.equal(answer.bytes.length, 0);
        assert.equal(answer.headers['content-encoding'], undefined);
        assert.deepEqual(decode(answer.bytes), {});
    });
});

describe('TileJSON', () => {
    test('says what TileJSON 3.0 wants', async () => {
        const answer = await haven.get('/tiles/services.json');
        const { body } = answer;
        assert.equal(answer.headers.get('content-type'), 'application/json');
        assert.equal(body.tilejson, '3.0.0');
        assert.deepEqual(body.tiles, [`${haven.origin}/tiles/services/{z}/{x}/{y}.mvt`]);
        assert.ok(body.minzoom === 0 && body.maxzoom === ZOOM_MAX);
        const [west, south, east, north] = body.bounds;
        assert.ok(west >= -180 && south >= -90 && east <= 180 && north <= 90);
        assert.ok(west < east && south < north);
        const [layer] = body.vector_layers;
        assert.equal(layer.id, 'services');
        const { tiles } = shown.get(null);
        const names = new Set();
        for (const name of [...tiles.keys()].filter((n) => n.startsWith('12/'))) {
            const { services } = decode((await fetchTile(tilePath(name))).bytes);
            services.forEach((f) => Object.keys(f.properties).forEach((p) => names.add(p)));
        }
        assert.deepEqual([...names].sort(), Object.keys(layer.fields).sort());
    });

    test('its address gives tiles, and a strange Host is not repeated', async () => {
        const [template] = (await haven.get('/tiles/services.json')).body.tiles;
        const path = new URL(template.replace(/\{\w\}/g, '0')).pathname;
        assert.equal((await fetchTile(path)).status, 200);
        for (const host of ['x"y', 'a/b', 'a b', '<x>', 'a@b']) {
            const answer = await fetchTile('/tiles/services.json', null, { Host: host });
            const { tiles } = JSON.parse(answer.bytes.toString());
            assert.deepEqual(tiles, ['/tiles/services/{z}/{x}/{y}.mvt'], host);
        }
    });

    test('bounds hold every service that is drawn', async () => {
        for (const key of ROLES) {
            const [west, south, east, north] = (await haven.get('/tiles/services.json', key)).body
                .bounds;
            for (const { point } of shown.get(key).services) {
                assert.ok(point.lon >= west && point.lon <= east);
                assert.ok(point.lat >= south && point.lat <= north);
            }
        }
    });
});

/* ---- what changes --------------------------------------------------------------------------- */

describe('when the directory changes', () => {
    const [a, b] = [12.1, 12.4].map((lat, i) => service('ab'[i], lat, 104.5, plain));
    const name = (lat) => {
        const { x, y } = tileAt({ lat, lon: 104.5 }, 14);
        return tilePath(`14/${x}/${y}`);
    };
    let own;
    before(async () => {
        own = await start({ services: [a, b] });
    });
    after(() => own?.stop());

    const ask = (path, headers) => own.get(path, null, headers);
    async function change(rows) {
        const revision = async () => (await own.get('/api/v1/status', 'steward')).body.revision;
        const was = await revision();
        own.import(rows);
        for (const end = Date.now() + 30_000; (await revision()) === was;) {
            assert.ok(Date.now() < end, 'the server did not notice the import');
            await new Promise((r) => setTimeout(r, 30));
        }
    }

    test('its tile does, and no other needs to be sent again', async () => {
        const [one, other] = [await ask(name(12.1)), await ask(name(12.4))];
        await change([a, { ...b, service: 'Another name' }]);
        const tags = [one, other].map((a) => ({ 'If-None-Match': a.headers.get('etag') }));
        assert.equal((await ask(name(12.1), tags[0])).status, 304);
        const now = await ask(name(12.4), tags[1]);
        assert.equal(now.status, 200);
        assert.ok(now.text.includes('Another name'));
        assert.notEqual(now.headers.get('etag'), other.headers.get('etag'));
    });

    test('a service that is held back is in no tile of the public any more', async () => {
        assert.ok((await ask(name(12.1))).text.includes('Service'));
        await change([{ ...a, visibility: 'staff' }, b]);
        assert.equal((await ask(name(12.1))).text, '');
        assert.match((await ask(tilePath('0/0/0'))).text, /Service "b"/);
        assert.ok((await own.get(name(12.1), 'steward')).text.includes('Service'));
    });
});

/* ---- GDAL ------------------------------------------------------------------------------------------ */

const hasGdal = spawnSync('ogrinfo', ['--version']).status === 0;

describe('GDAL', { skip: hasGdal ? false : 'ogrinfo is not installed (gdal-bin)' }, () => {
    function ogrinfo(...args) {
        const done = spawnSync('ogrinfo', ['-al', '-q', ...args], { encoding: 'utf8' });
        assert.equal(done.status, 0, done.stderr);
        return done.stdout;
    }

    test('reads a tile from a file as @mapbox/vector-tile does', async () => {
        const { tiles } = shown.get(null);
        const names = [...tiles.keys()].filter((n) => /^(3|8|12)\//.test(n)).slice(0, 30);
        for (const name of names) {
            const { bytes } = await fetchTile(tilePath(name));
            const file = join(haven.dir, 'tile.mvt');
            writeFileSync(file, bytes);
            const text = ogrinfo(file);
            const points = [...text.matchAll(/POINT \((\S+) (\S+)\)/g)].map(([, x, y]) =>
                [Number(x), EXTENT - Number(y)].join(),
            );
            const { services } = decode(bytes);
            const own = services.map((f) => [f.geometry[0][0].x, f.geometry[0][0].y].join());
            assert.deepEqual(points.sort(), own.sort(), name);
        }
    });

    test('reads one from the server', async () => {
        const name = [...shown.get(null).tiles.keys()].find((n) => n.startsWith('6/'));
        const [z, x, y] = name.split('/');
        const text = ogrinfo(`MVT:${haven.origin}${tilePath(name)}`, '-oo', `Z=${z}`, '-oo',
            `X=${x}`, '-oo', `Y=${y}`);
        assert.match(text, /OGRFeature\(services\)/);
    });
});
