/* SPDX-License-Identifier: Apache-2.0
 *
 * What the public may not know, it cannot learn over HTTP: not from a body, a count, a
 * validator, a revision, an error or a cache; and nothing that happens to a hidden place
 * changes a byte of any answer.
 *
 * Two rows are hidden (housing is for staff by default) and full of markers. Every path
 * of /openapi.json is asked, with parameters made from the document itself.
 *
 * Then the same with two services in each visibility (canaries.mjs, where the table stands
 * of what the public may learn) and with every value of every parameter (crawl.mjs), after
 * everything was asked by staff, so that whatever is kept of their answers is there.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import {
    canaries,
    canary,
    clinics,
    directory,
    loadGazetteer,
    POLICY,
} from './canaries.mjs';
import { crawl, forbidden, leaks } from './crawl.mjs';
import { buildBasemap, start } from './haven.mjs';

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
async function change(rows, server = haven, ...args) {
    const before_ = (await server.get(STATUS, 'steward')).body.revision;
    server.import(rows, 'test', ...args);
    const end = Date.now() + 30_000;
    while ((await server.get(STATUS, 'steward')).body.revision === before_) {
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

/* ---- canaries ------------------------------------------------------------------------ */

describe('canaries in each visibility', () => {
    const roles = ['operator', 'caseworker', 'steward', 'admin'];
    const points = [
        ...canaries.map((c) => [Number(c.row.lat), Number(c.row.lon)]),
        [12.5, 104.75],
        [12.5, 105.5],
    ];
    const words = canaries.flatMap((c) => [c.marker.village, c.marker.organization]);
    let server;
    let ids; /* of everything that there is, hidden or not */
    let seen;
    const staff = new Map();
    const validators = new Map();

    /* Things of staff only, which have ids too. */
    async function makeHiddenThings() {
        const all = await server.list('steward');
        const [service] = all.filter((s) => s.visibility === 'staff');
        const suggestion = await server.post(
            '/api/v1/suggestions',
            { service: service.id, note: 'qzwstaff1note', cells: { status: 'paused' } },
            'operator',
        );
        assert.ok(suggestion.status < 300, suggestion.text);
        const upload = await server.send(
            'POST',
            '/api/v1/imports?source=qzwstaff1upload',
            {
                key: 'steward',
                headers: { 'Content-Type': 'text/csv' },
                body: 'id,organization,service,country\nqzwstaff1row,o,s,KH\n',
            },
        );
        assert.ok(upload.status < 300, upload.text);
        return [suggestion.body.id, upload.body.id];
    }

    const look = () => crawl(server, { points, ids, words, validators });

    before(async () => {
        server = await start({
            services: directory,
            roles,
            prepare: (h) => {
                loadGazetteer(h);
                buildBasemap(h);
            },
            args: ['--places-an-hour', '1000'],
        });
        const made = await makeHiddenThings();
        const known = await server.list('steward');
        const interesting = known.filter((s) => !s.name.startsWith('Clinic'));
        const places = (await server.get('/api/v1/places?q=mill')).body.results;
        ids = [
            ...interesting.flatMap((s) => [s.id, s.organization_id]),
            ...places.map((p) => p.id),
            ...made,
            known.find((s) => s.name.startsWith('Clinic')).id,
        ];
        for (const key of roles) {
            staff.set(key, await crawl(server, { key, points, ids, words }));
        }
        for (const answers of staff.values()) {
            for (const [what, { headers }] of answers) {
                const etag = headers.find(([name]) => name === 'etag')?.[1];
                if (etag && /^GET \S+$/.test(what)) {
                    validators.set(what.slice(4), etag);
                }
            }
        }
        const from = performance.now();
        seen = await look();
        console.log(
            `${seen.size} questions in ${Math.round(performance.now() - from)} ms`,
        );
    });
    after(async () => {
        const { exitCode, signalCode } = server?.child ?? {};
        await server?.stop();
        assert.deepEqual([exitCode, signalCode], [null, null], server?.output);
    });

    const count = (part) => [...seen.keys()].filter((what) => what.includes(part)).length;

    test('every path and method of the document was asked', async () => {
        const { paths } = (await server.get('/openapi.json')).body;
        for (const [path, methods] of Object.entries(paths)) {
            const form = path.replace(/\./g, '\\.').replace(/\{\w+\}/g, '[^/ ?]+');
            for (const method of [...Object.keys(methods), 'head', 'options']) {
                const question = new RegExp(`^${method.toUpperCase()} ${form}([ ?]|$)`);
                assert.ok(
                    [...seen.keys()].some((what) => question.test(what)),
                    `${method} ${path}`,
                );
            }
        }
        assert.ok(seen.size > 5000, `${seen.size}`);
        assert.ok(count('cursor=') > 20);
        assert.ok(validators.size > 1000, `${validators.size} validators`);
    });

    test('no answer, header or error tells what the table forbids', () => {
        const found = leaks(seen, forbidden(canaries));
        assert.deepEqual(found.slice(0, 20), [], `${found.length} leaks`);
        for (const [what, answer] of seen) {
            assert.ok(
                answer.status < 500 || answer.status === 505,
                `${what}: ${answer.status}`,
            );
        }
    });

    /* Nobody told the crawl of tiles: it found them in the document. */
    test('tiles of every role were read, and what they tell of staff is known as such', () => {
        const told = (answers) =>
            new Map(
                [...answers].filter(
                    ([what, a]) =>
                        /^GET \S+\.mvt( |$)/.test(what) &&
                        a.status === 200 &&
                        a.text.includes('"count":'),
                ),
            );
        const tiles = told(seen);
        assert.ok(tiles.size > 50, `${tiles.size} tiles of the public`);
        assert.ok([...tiles.keys()].some((what) => what.endsWith('Accept-Encoding gzip')));
        for (const key of roles) {
            const own = told(staff.get(key));
            assert.ok(own.size > 20, `${own.size} tiles of ${key}`);
            const found = leaks(own, forbidden(canaries)).map((l) => l.split(': ').at(-1));
            assert.ok(found.includes('under of exact 2'), `${key}: ${found}`);
            /* Those hidden share the point of their district: which are there, nobody tells. */
            const exact = ['steward', 'admin'].includes(key);
            assert.equal(found.includes('lat of staff 1'), exact, key);
            assert.equal(found.includes('under of staff 2'), exact, key);
        }
    });

    test('no id of a hidden thing stands in an answer', async () => {
        const known = new Set();
        for (const s of await server.list(null)) {
            known.add(s.id).add(s.organization_id);
        }
        const answers = [...seen].map(([what, a]) => [
            what,
            a.text + a.headers.flat().join(' '),
        ]);
        const hiddenNow = (await server.list('steward'))
            .filter((s) => s.visibility === 'staff')
            .flatMap((s) => [s.id, s.organization_id]);
        assert.equal(hiddenNow.length, 4);
        for (const id of [...hiddenNow, ...ids.slice(-3, -1)]) {
            assert.ok(!known.has(id));
            const told = answers.filter(([, text]) => text.includes(id));
            assert.deepEqual(
                told.map(([what]) => what),
                [],
                id,
            );
        }
    });

    test('what the table allows is told: the canaries are no straw men', () => {
        const whole = [...seen.values()].map((a) => a.text).join('\n');
        for (const { visibility, n, marker } of canaries) {
            for (const kind of POLICY[visibility].filter((k) => k in marker)) {
                assert.ok(whole.includes(marker[kind]), `${visibility} ${n}: ${kind}`);
            }
        }
    });

    test('staff are told all of it: the crawl would find it', () => {
        const pairs = (found) =>
            new Set(found.map((f) => f.slice(f.lastIndexOf(': ') + 2)));
        const marks = forbidden(canaries);
        const told = pairs(leaks(staff.get('steward'), marks));
        assert.deepEqual(
            marks.map((m) => `${m.kind} of ${m.of}`).filter((m) => !told.has(m)),
            [],
        );
    });

    const headerOf = (answer, name) => answer.headers.find(([n]) => n === name)?.[1] ?? '';

    /* But for whose pages may read it, which is told to each by itself. */
    const seenByAll = ({ status, digest, headers }) => ({
        status,
        digest,
        headers: headers.filter(
            ([n]) => !/^(access-control-.*|cross-origin-resource-policy)$/.test(n),
        ),
    });

    /* What staff are given that caches may hand to others, by its path. */
    const shared = () => {
        const found = new Set();
        for (const answers of staff.values()) {
            for (const [what, answer] of answers) {
                if (/\bpublic\b/.test(headerOf(answer, 'cache-control'))) {
                    found.add(what);
                }
            }
        }
        return found;
    };

    test('what caches may share is the same, to a byte, for every role', () => {
        const whats = shared();
        for (const what of whats) {
            for (const [key, answers] of staff) {
                assert.deepEqual(
                    seenByAll(answers.get(what)),
                    seenByAll(seen.get(what)),
                    `${key}: ${what}`,
                );
            }
        }
        for (const path of ['/', '/assets/', '/favicon.ico']) {
            assert.ok(
                [...whats].some((what) => what.startsWith(`GET ${path}`)),
                `${path} is not shared`,
            );
        }
    });

    test('the basemap is the same for every role, and only its validators are not', () => {
        const whats = [...seen.keys()].filter((what) => what.startsWith('GET /tiles/basemap'));
        const same = ({ status, digest }) => ({ status, digest });
        const told = whats.filter((what) => seen.get(what).status === 200);
        assert.ok(told.some((what) => /basemap\/\S+\.mvt$/.test(what)), `${told.length}`);
        for (const answers of staff.values()) {
            for (const what of told.filter((w) => answers.has(w))) {
                assert.deepEqual(same(answers.get(what)), same(seen.get(what)), what);
            }
        }
    });

    test('no validator of staff gives the public a 304, and no other answer of staff is shared', () => {
        const whats = shared();
        for (const [path, etag] of validators) {
            const answer = seen.get(`GET ${path} If-None-Match ${etag}`);
            assert.equal(answer.status === 304, whats.has(`GET ${path}`), path);
        }
        for (const answers of staff.values()) {
            for (const [what, answer] of answers) {
                const pattern = whats.has(what) ? /^public, / : /private|no-store/;
                assert.match(headerOf(answer, 'cache-control'), pattern, what);
            }
        }
    });

    const rowsOf = (...changed) => [
        ...clinics,
        ...canaries.map((c) => changed.find((x) => x.row.id === c.row.id)?.row ?? c.row),
        ...changed.filter((x) => x.n > 2).map((x) => x.row),
    ];
    const without = (gone) => rowsOf().filter((row) => row.id !== gone.row.id);
    const moved = (visibility, n, ...by) => canary(visibility, n, { moved: by });
    const renamed = canary('staff', 1, {
        more: {
            service: 'qzwother',
            'service@km': 'qzwotherkm',
            phones: '+855 79333',
            status: 'closed',
        },
    });

    for (const [what, rows, ...args] of [
        ['a staff record is added', rowsOf(canary('staff', 3))],
        [
            'a staff record moves within its district',
            rowsOf(moved('staff', 1, 0.03, 0.02)),
        ],
        ['a staff record moves to another province', rowsOf(moved('staff', 1, 0.2, 0.9))],
        ['a staff record has another name, telephone and state', rowsOf(renamed)],
        [
            'a staff record is retired',
            without(canaries.at(-1)),
            '--retire-missing',
            '--force',
        ],
        [
            'an area record moves within its district',
            rowsOf(moved('area', 1, 0.21, 0.11)),
        ],
        ['a contact record moves', rowsOf(moved('contact', 1, 0.1, 0.3))],
    ]) {
        test(`no public byte changes when ${what}`, async () => {
            await change(rows, server, ...args);
            const now = await look();
            assertSame(seen, now);
        });
    }

    test('an area record that leaves its district is seen to: the comparison would find it', async () => {
        await change(rowsOf(moved('area', 1, 0, 0.5)), server);
        const now = await look();
        assert.throws(() => assertSame(seen, now), assert.AssertionError);
        const list = `GET ${SERVICES}?limit=1000`;
        assert.notEqual(now.get(list).text, seen.get(list).text);
    });
});
