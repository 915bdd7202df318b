/* SPDX-License-Identifier: Apache-2.0
 *
 * What a review as an attacker found, each kept from coming back: questions that cost too
 * much, texts that tell what a point may not, validators that two directories share, ids
 * that a source changed, and a log that nobody reads.
 */
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { start } from './haven.mjs';

const NEAREST = '/api/v1/nearest';
const SERVICES = '/api/v1/services';
const STATUS = '/api/v1/status';
const HERE = { lat: 13, lon: 103, country: 'KH' };
const PLACES = 256; /* most that `avoid` may name */

const service = (id, more) => ({
    id,
    organization: `organization ${id}`,
    service: id,
    country: 'KH',
    needs: 'health.clinic',
    kind: 'clinic',
    visibility: 'exact',
    status: 'open',
    ...more,
});

const at = (lat, lon) => ({ lat: lat.toFixed(4), lon: lon.toFixed(4) });
const names = (list) => list.map((s) => s.name);

/* `count` services of one organization, a kilometre apart, or all at one point. */
const chain = (organization, count, lat, step = 0.01) =>
    Array.from({ length: count }, (_, i) =>
        service(`${organization} ${i}`, { organization, ...at(lat, 104 + i * step) }),
    );

async function until(what, holds) {
    const end = Date.now() + 30_000;
    while (!(await holds())) {
        assert.ok(Date.now() < end, what);
        await new Promise((r) => setTimeout(r, 30));
    }
}

/* ---- one directory for most -------------------------------------------------------- */

const KHMER = 'ផ្ទះសុវត្ថិភាព';
const kept = {
    district: 'Sampov',
    province: 'Battambang',
    covers: 'Sampov, Battambang, KH',
    url: 'https://example.org/sampov/',
};

const rows = [
    ...chain('many', PLACES + 1, 10),
    ...chain('several', PLACES, 11),
    ...chain('hospital', PLACES + 6, 12, 0),
    service('beside', at(10.001, 104)),
    ...['contact', 'area', 'exact'].map((visibility) =>
        service(`telling ${visibility}`, {
            organization: `${visibility} Women's Shelter`,
            kind: 'shelter',
            needs: 'psychosocial',
            'service@km': `${KHMER} ${visibility}`,
            visibility,
            ...kept,
        }),
    ),
    service('named', {
        visibility: 'contact',
        'service@km': `${KHMER} named`,
        public_name: 'day programme',
        'public_name@km': 'កម្មវិធី',
    }),
    service('nobody', { organization: 'unnamed', ...at(14, 105) }),
    ...['exact', 'village', 'district', 'province'].map((precision, i) =>
        service(`${precision} point`, {
            precision,
            needs: 'legal',
            ...at(13.1 + i / 100, 103),
        }),
    ),
    ...['exact', 'province'].map((precision, i) =>
        service(`${precision} shelter`, {
            precision,
            needs: 'housing.shelter;legal',
            kind: 'shelter',
            visibility: '',
            ...at(13.2 + i / 100, 103.2),
        }),
    ),
];

describe('one directory', () => {
    let haven;
    let all;

    before(async () => {
        haven = await start({ services: rows, roles: ['steward', 'operator'] });
        all = new Map((await haven.list('steward')).map((s) => [s.name, s]));
    });
    after(() => haven?.stop());

    const ask = (query, key) => haven.post(NEAREST, { ...HERE, ...query }, key);
    const one = async (name, key, query = '') => {
        const answer = await haven.get(`${SERVICES}/${all.get(name).id}${query}`, key);
        assert.equal(answer.status, 200, answer.text);
        return answer;
    };

    for (const [organization, km, status] of [
        ['many', 1, 400],
        ['many', 0, 200],
        ['many', undefined, 200],
        ['several', 1, 200],
        ['hospital', 1, 200],
    ]) {
        test(`avoid organization ${organization} by ${km} km: ${status}`, async () => {
            const id = all.get(`${organization} 0`).organization_id;
            const answer = await ask({ avoid: [{ organization: id, km }], limit: 100 });
            assert.equal(answer.status, status, answer.text);
            if (status === 400) {
                assert.deepEqual(
                    answer.body.errors.map((e) => e.parameter),
                    ['avoid'],
                );
                return;
            }
            const found = names(answer.body.results);
            assert.ok(found.length > 0);
            assert.ok(found.every((name) => !name.startsWith(organization)));
        });
    }

    test('places to avoid are counted over the whole list', async () => {
        const avoid = ['several', 'hospital'].map((organization) => ({
            organization: all.get(`${organization} 0`).organization_id,
            km: 1,
        }));
        assert.equal((await ask({ avoid })).status, 400);
        assert.equal((await ask({ avoid: avoid.slice(1) })).status, 200);
    });

    for (const [what, avoided, gone] of [
        ['service', 'many 0', true],
        ['service', 'many 1', false],
        ['organization', 'beside', true],
    ]) {
        test(`avoid the ${what} of "${avoided}" and what is within 1 km`, async () => {
            const { id, organization_id } = all.get(avoided);
            const value = what === 'service' ? id : organization_id;
            const query = { lat: 10, lon: 104, radius_km: 0.5, need: 'health' };
            const near = async (km) =>
                (await ask({ ...query, avoid: [{ [what]: value, km }] })).body;
            const other = avoided === 'beside' ? 'many 0' : 'beside';
            assert.ok(names((await near(0.05)).results).includes(other));
            assert.equal(names((await near(1)).results).includes(other), !gone);
        });
    }

    for (const visibility of ['contact', 'area']) {
        test(`nothing of a service of visibility ${visibility} tells`, async () => {
            for (const query of ['', '?lang=km']) {
                const { text, body } = await one(`telling ${visibility}`, null, query);
                assert.equal(body.organization, null);
                assert.equal(body.kind, null);
                assert.equal(body.point, null);
                assert.equal(body.name, `telling ${visibility}`);
                assert.doesNotMatch(text, /shelter|sampov|battambang/i);
                assert.ok(!text.includes(KHMER), text);
            }
            const listed = await haven.list(null, '&lang=km');
            const { id } = all.get(`telling ${visibility}`);
            const text = JSON.stringify(listed.find((s) => s.id === id));
            assert.ok(!text.includes(KHMER) && !/shelter/i.test(text), text);
        });
    }

    for (const [name, key] of [
        ['telling exact', null],
        ['telling exact', 'steward'],
        ['telling contact', 'steward'],
    ]) {
        test(`"${name}" tells all to ${key ?? 'the public'}`, async () => {
            const { body } = await one(name, key, '?lang=km');
            const visibility = name.split(' ')[1];
            assert.equal(body.name, `${KHMER} ${visibility}`);
            assert.equal(body.organization, `${visibility} Women's Shelter`);
            assert.equal(body.kind, 'shelter');
            assert.match(JSON.stringify(body.covers), /Sampov/);
            assert.equal(body.url, kept.url);
        });
    }

    test('a translated public name is shown, a translated name is not', async () => {
        assert.equal((await one('named', null)).body.name, 'day programme');
        const { body, text } = await one('named', null, '?lang=km');
        assert.equal(body.name, 'កម្មវិធី');
        assert.ok(!text.includes(KHMER), text);
    });

    for (const [bbox, status] of [
        ['1,2,3,4', 200],
        ['1,2,3,4,5', 400],
        ['1,2,3,4,', 400],
        ['1,2,3,4,5,6,7,8', 400],
        ['1,2,3', 400],
    ]) {
        test(`bbox=${bbox}: ${status}`, async () => {
            assert.equal((await haven.get(`${SERVICES}?bbox=${bbox}`)).status, status);
        });
    }

    test('those that name nobody are no organization', async () => {
        for (const key of [null, 'steward']) {
            const [nobody, beside] = [await one('nobody', key), await one('beside', key)];
            assert.equal(nobody.body.organization_id, null);
            assert.match(beside.body.organization_id, /^[0-9a-f-]{36}$/);
        }
    });

    test('a distance says from what it was measured', async () => {
        const open = {
            'exact point': 'exact',
            'village point': 'area',
            'district point': 'area',
            'province point': 'area',
        };
        const staff = { 'exact shelter': 'exact', 'province shelter': 'area' };
        const hidden = { 'exact shelter': 'rounded', 'province shelter': 'rounded' };
        for (const [key, expected] of [
            [null, open],
            ['operator', { ...open, ...hidden }],
            ['steward', { ...open, ...staff }],
        ]) {
            const { body } = await ask({ need: 'legal', radius_km: 50 }, key);
            const from = body.results.map((s) => [s.name, s.distance_from]);
            assert.deepEqual(Object.fromEntries(from), expected, key);
            for (const s of body.results.filter((r) => r.distance_from === 'rounded')) {
                assert.equal(s.distance_m % 1000, 0);
                assert.equal(s.point, null);
            }
        }
    });

    for (const [name, wrong, right] of [
        ['lat', '13', 13],
        ['lon', '103', 103],
        ['radius_km', '50', 50],
        ['limit', '5', 5],
        ['cross_border', 'yes', true],
        ['cross_border', 'true', false],
        ['open_only', 'no', false],
        ['identified', 'yes', true],
        ['residential', 'no', false],
        ['no_home_visit', 'yes', true],
        ['no_authorities', 'yes', true],
    ]) {
        test(`${name}: ${JSON.stringify(wrong)} in JSON is refused`, async () => {
            const answer = await ask({ [name]: wrong });
            assert.equal(answer.status, 400, answer.text);
            assert.deepEqual(
                answer.body.errors.map((e) => e.parameter),
                [name],
            );
            assert.equal((await ask({ [name]: right })).status, 200);
        });
    }
});

/* ---- small directories ------------------------------------------------------------- */

for (const [what, services] of [
    ['only closed services', [service('a', { ...at(13, 103), status: 'closed' })]],
    ['only services without needs', [service('a', { ...at(13, 103), needs: '' })]],
    ['nothing', []],
]) {
    test(`a directory of ${what} is well`, async (t) => {
        const haven = await start({ services });
        t.after(() => haven.stop());
        for (const key of [null, 'steward']) {
            const { status, body } = await haven.get(STATUS, key);
            assert.deepEqual([status, body.status], [200, 'ok']);
        }
    });
}

test('two directories of one revision share no validator', async (t) => {
    const directory = async (lat) => {
        const haven = await start({ services: [service('a', at(lat, 103))] });
        t.after(() => haven.stop());
        return haven;
    };
    const [one, other] = [await directory(13), await directory(14)];
    const revision = async (haven) => (await haven.get(STATUS, 'steward')).body.revision;
    assert.equal(await revision(one), await revision(other));
    for (const path of [SERVICES, `${NEAREST}?lat=13&lon=103&need=health`]) {
        const etag = (await one.get(path, 'steward')).headers.get('etag');
        assert.ok(etag, path);
        const again = { 'If-None-Match': etag };
        assert.equal((await one.get(path, 'steward', again)).status, 304);
        const answer = await other.get(path, 'steward', again);
        assert.equal(answer.status, 200, path);
        assert.notEqual(answer.headers.get('etag'), etag);
    }
});

/* Each pair: the hidden row, which the source takes away, and the one that comes under a
 * new id and states no visibility. */
test('a row whose id changed stays hidden', async (t) => {
    const street = { province: 'A', address: '12, Street 63' };
    const pairs = [
        ['same address', { ...street, district: 'one' }, { ...street, district: 'one' }],
        [
            'other spelling',
            { ...street, district: 'two' },
            { province: 'a', district: 'Two', address: '12 street 63' },
        ],
        ['same point', at(13.5, 103.5), at(13.5, 103.5)],
        [
            'same point, more digits',
            { lat: '13.6', lon: '103.6' },
            { lat: '13.600004', lon: '103.599996' },
        ],
    ];
    const row = (id, more) => service(id, { visibility: '', ...more });
    const open = row('open', { ...street, district: 'three', ...at(12, 103) });
    const old = pairs.map(([id, cells]) =>
        row(`old ${id}`, { ...cells, visibility: 'staff' }),
    );
    const haven = await start({ services: [open, ...old] });
    t.after(() => haven.stop());
    const now = pairs.map(([id, , cells]) => row(`new ${id}`, cells));
    haven.import([open, ...now], 'test', '--retire-missing', '--force');
    const listed = async () => names(await haven.list('steward'));
    await until('the import was not seen', async () =>
        (await listed()).includes('new same point'),
    );
    const expected = [open, ...now].map((s) => s.service).sort();
    assert.deepEqual((await listed()).sort(), expected);
    assert.deepEqual(names(await haven.list(null)), ['open']);
});

/* ---- a log that nobody reads ------------------------------------------------------- */

const REQUESTS = 24_000;
const CONNECTIONS = 8;

function quick(agent, url) {
    return new Promise((done, failed) => {
        const sent = request(url, { agent, timeout: 20_000 }, (answer) => {
            answer.resume();
            answer.on('end', () => done(answer.statusCode));
        });
        sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
        sent.on('error', failed);
        sent.end();
    });
}

const SLOW = { timeout: 180_000 };

test('who does not read the log keeps nobody waiting', SLOW, async (t) => {
    const haven = await start({ services: [service('a', at(13, 103))] });
    t.after(() => haven.stop());
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    t.after(() => agent.destroy());
    haven.child.stderr.pause();
    let left = REQUESTS;
    const client = async () => {
        while (left-- > 0) {
            assert.equal(await quick(agent, haven.origin + STATUS), 200);
        }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, client));
    await new Promise((r) => setTimeout(r, 1500));
    assert.equal((await haven.get(STATUS)).status, 200);
    /* The pipe was full indeed: the server says that lines are missing. */
    haven.child.stderr.resume();
    await until('the log was never stalled', () => /lines were lost/.test(haven.output));
});
