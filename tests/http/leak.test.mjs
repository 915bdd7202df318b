/* SPDX-License-Identifier: Apache-2.0
 *
 * What the public may not know, it cannot learn over HTTP: not from a body, a count, a
 * validator, a revision, an error or a cache; and nothing that happens to a hidden place
 * changes a byte of any answer.
 *
 * Two rows are hidden (housing is for staff by default) and full of markers. Every path
 * of /openapi.json is asked, with parameters made from the document itself.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { start } from './haven.mjs';

const NEAREST = '/api/v1/nearest';
const SERVICES = '/api/v1/services';
const STATUS = '/api/v1/status';
const HIDDEN_NEED = 'housing.shelter';
const ABSENT = randomUUID();

/* What stands in the hidden rows and nowhere else. */
const MARKERS = [
    'qzwname',
    'qzworganization',
    'qzwacronym',
    'qzwdescription',
    'qzwkhmer',
    'qzwstreet',
    'qzwvillage',
    'qzwcontact',
    'qzwevidence',
    'qzwsource',
    'qzwid',
    '79119119',
    '79229229',
    'qzwmail',
    'qzwurl',
    '13.7654',
    '105.4321',
    '13.77',
    '105.43',
    'Asia/Jayapura',
];

const hidden = (n, more) => ({
    id: `qzwid-${n}`,
    organization: `qzworganization ${n}`,
    organization_acronym: 'qzwacronym',
    service: `qzwname ${n}`,
    'service@km': 'qzwkhmer',
    public_name: 'qzwname for all',
    description: 'qzwdescription',
    country: 'KH',
    needs: `${HIDDEN_NEED};health.clinic;information.hotline`,
    kind: 'shelter',
    lat: '13.7654321',
    lon: '105.4321987',
    precision: 'exact',
    address: 'qzwstreet 9',
    village: 'qzwvillage',
    phones: '+855 79119119;+855 79229229',
    email: 'qzwmail@example.org',
    url: 'https://qzwurl.example.org/',
    contact: 'qzwcontact',
    evidence: 'qzwevidence',
    source: 'qzwsource',
    time_zone: 'Asia/Jayapura',
    genders: 'female',
    age_min: 12,
    age_max: 17,
    languages: 'shn',
    remote: 'phone',
    covers: 'any',
    status: 'open',
    verified_on: '2026-02-03',
    ...more,
});

const open = Array.from({ length: 12 }, (_, i) => ({
    id: `open-${i}`,
    organization: `provider ${i % 4}`,
    service: `clinic ${i}`,
    country: 'KH',
    needs: i % 4 === 3 ? 'information.hotline' : i % 2 ? 'health.clinic' : 'legal',
    kind: i % 4 === 3 ? 'hotline' : 'clinic',
    visibility: ['exact', 'exact', 'area', 'contact'][i % 4],
    lat: (13.7 + i / 100).toFixed(2),
    lon: '105.4',
    phones: `+855 23 000 ${100 + i}`,
    only_where_absent: i === 1 ? 'qzwid-1' : '',
    status: i % 5 ? 'open' : '',
}));

let haven;
let api;

before(async () => {
    haven = await start({ services: [...open, hidden(1), hidden(2)] });
    api = (await haven.get('/api/v1/openapi.json')).body;
});
after(() => haven?.stop());

/* ---- questions --------------------------------------------------------------------- */

const QUERY = {
    '/api/v1/services': [
        '',
        '?limit=1',
        '?limit=1000',
        `?need=${HIDDEN_NEED}`,
        '?need=housing',
        '?need=health',
        '?country=KH',
        '?bbox=105.43,13.76,105.44,13.77',
        '?bbox=-180,-90,180,90',
        '?lang=km',
    ],
    '/api/v1/nearest': [
        '?lat=13.7654321&lon=105.4321987',
        `?lat=13.7654321&lon=105.4321987&need=${HIDDEN_NEED}`,
        '?lat=13.7&lon=105.4&need=health&limit=100&lang=km',
        '?lat=13.7&lon=105.4&radius_km=1&cross_border=true',
    ],
};

const point = { lat: 13.7654321, lon: 105.4321987, country: 'KH' };
const BODIES = [
    { ...point },
    { ...point, need: HIDDEN_NEED },
    { ...point, need: 'housing', age: 15, gender: 'female', language: 'shn' },
    { ...point, need: ['health.clinic', 'housing'], age: 40, gender: 'male' },
    { ...point, need: 'information.hotline', cross_border: true },
    { ...point, need: 'health', radius_km: 0.5, limit: 1 },
    { ...point, need: 'health', order: 'fit', with_children: [{ age: 3 }] },
    { ...point, open_at: '2026-11-22T10:00:00+07:00', need: 'health' },
];

/* Asks everything that the document lists, and a few addresses that it does not; gives
 * what an onlooker would see of each answer. */
async function askAll(more = []) {
    const seen = new Map();
    const keep = async (what, answer) => {
        const a = await answer;
        const headers = [...a.headers].filter(([k]) => k !== 'date').sort();
        seen.set(what, { status: a.status, headers, text: a.text, body: a.body });
    };
    for (const [path, methods] of Object.entries(api.paths)) {
        for (const query of QUERY[path] ?? ['']) {
            const filled = path.replace(/\{\w+\}/g, ABSENT) + query;
            for (const method of Object.keys(methods).filter((m) => m !== 'post')) {
                await keep(
                    `${method} ${filled}`,
                    haven.send(method.toUpperCase(), filled),
                );
            }
            await keep(`HEAD ${filled}`, haven.send('HEAD', filled));
        }
        if (methods.post) {
            for (const body of BODIES) {
                await keep(
                    `POST ${path} ${JSON.stringify(body)}`,
                    haven.post(path, body),
                );
            }
        }
    }
    for (const path of ['/', '/nothing', `${SERVICES}/`, ...more]) {
        await keep(path, haven.get(path));
    }
    return seen;
}

const publicIds = async () => (await haven.list(null)).map((s) => s.id).sort();
const staffIds = async () => (await haven.list('steward')).map((s) => s.id).sort();

async function hiddenIds() {
    const known = new Set(await publicIds());
    return (await staffIds()).filter((id) => !known.has(id));
}

/* Imports, and waits until staff see another revision. */
async function change(rows) {
    const before_ = (await haven.get(STATUS, 'steward')).body.revision;
    haven.import(rows);
    const end = Date.now() + 30_000;
    while ((await haven.get(STATUS, 'steward')).body.revision === before_) {
        assert.ok(Date.now() < end, 'the server did not notice the import');
        await new Promise((r) => setTimeout(r, 30));
    }
}

function assertSame(before_, now) {
    assert.deepEqual([...now.keys()], [...before_.keys()]);
    for (const [what, answer] of before_) {
        assert.deepEqual(now.get(what), answer, what);
    }
}

/* ---- tests ------------------------------------------------------------------------- */

test('staff see the hidden rows, so that the markers could be found', async () => {
    const ids = await hiddenIds();
    assert.equal(ids.length, 2);
    const texts = await Promise.all(
        ids.map(async (id) => (await haven.get(`${SERVICES}/${id}`, 'steward')).text),
    );
    for (const marker of ['qzwname', 'qzwstreet', '79119119', '13.7654', 'qzwevidence']) {
        assert.ok(texts[0].includes(marker), marker);
    }
});

test('no public answer holds anything of a hidden row', async () => {
    const ids = await hiddenIds();
    const seen = await askAll(ids.map((id) => `${SERVICES}/${id}`));
    assert.ok(seen.size > 30, `${seen.size} questions`);
    for (const [what, answer] of seen) {
        const whole = JSON.stringify(answer.headers) + answer.text;
        for (const marker of [...MARKERS, ...ids]) {
            assert.ok(
                !whole.toLowerCase().includes(marker.toLowerCase()),
                `${what}: ${marker}`,
            );
        }
        assert.ok(answer.status < 500, `${what}: ${answer.status}`);
    }
});

test('pages, counts and summaries add up to the public ones', async () => {
    const all = await haven.get(`${SERVICES}?limit=1000`);
    assert.equal(all.body.total, open.length);
    assert.equal(all.body.services.length, open.length);
    assert.equal((await haven.get(STATUS)).body.services, open.length);
    const housing = await haven.post(NEAREST, { ...point, need: 'housing' });
    for (const part of ['results', 'unconfirmed', 'remote', 'unplaced', 'excluded']) {
        assert.deepEqual(housing.body[part] ?? [], [], part);
    }
    assert.equal(housing.body.summary.considered, 0);
});

test('a hidden id is as unknown as a random one', async () => {
    const [id] = await hiddenIds();
    const plain = (a) => [a.status, a.text, [...a.headers].filter(([k]) => k !== 'date')];
    for (const query of ['', '?lang=km']) {
        const one = await haven.get(`${SERVICES}/${id}${query}`);
        const other = await haven.get(`${SERVICES}/${randomUUID()}${query}`);
        assert.equal(one.status, 404);
        assert.deepEqual(plain(one), plain(other));
    }
    const avoiding = (service) =>
        haven.post(NEAREST, { ...point, need: 'health', avoid: [{ service, km: 30 }] });
    assert.deepEqual(plain(await avoiding(id)), plain(await avoiding(randomUUID())));
    const after_ = (cursor) => haven.get(`${SERVICES}?cursor=${cursor}&limit=3`);
    const near = id.slice(0, -1) + (id.endsWith('0') ? '1' : '0');
    const [one, other] = [await after_(id), await after_(near)];
    assert.equal(one.text, other.text);
});

test('a validator of staff gives the public no 304', async () => {
    const [id] = await hiddenIds();
    const ids = await publicIds();
    for (const path of [SERVICES, `${SERVICES}/${ids[0]}`, `${SERVICES}/${id}`]) {
        const staff = await haven.get(path, 'steward');
        const etag = staff.headers.get('etag');
        assert.ok(etag, path);
        assert.match(staff.headers.get('cache-control'), /private/);
        assert.match(staff.headers.get('vary'), /authorization/i);
        const again = await haven.get(path, 'steward', { 'If-None-Match': etag });
        assert.equal(again.status, 304);
        const public_ = await haven.get(path, null, { 'If-None-Match': etag });
        assert.equal(public_.status, path.endsWith(id) ? 404 : 200, path);
        assert.notEqual(public_.headers.get('etag'), etag);
    }
});

test('nothing that happens to a hidden row changes a public byte', async () => {
    const before_ = await askAll();
    const steps = [
        [hidden(1, { lat: '12.1', lon: '104.2' }), hidden(2)],
        [hidden(1, { lat: '12.1', lon: '104.2' }), hidden(2), hidden(3)],
        [hidden(1), hidden(2, { status: 'closed', needs: HIDDEN_NEED }), hidden(3)],
        [
            hidden(1),
            hidden(2, { organization: 'provider 1', service: 'qzwname' }),
            hidden(3),
        ],
    ];
    for (const step of steps) {
        await change([...open, ...step]);
        assertSame(before_, await askAll());
    }
});

test('the log names no service and no place', () => {
    for (const marker of [...MARKERS, ABSENT]) {
        assert.ok(!haven.output.includes(marker), marker);
    }
});
