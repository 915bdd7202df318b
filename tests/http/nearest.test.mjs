/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/nearest on small maps drawn in the test. A letter is a service, `P` the
 * person; a cell is 0.01 degrees (about 1.1 km) wide, and the maps lie at Siem Reap
 * unless they say otherwise.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { makeRandom, makeServices } from '../differential/generate.mjs';
import { LIST, start } from './haven.mjs';

const CELL = 0.01;
const SIEM_REAP = { lat: 13.36, lon: 103.86 };
const NEAREST = '/api/v1/nearest';

/* Points by letter. Rows run from north to south, two characters a cell. */
function draw(text, origin = SIEM_REAP) {
    const points = {};
    const rows = text
        .split('\n')
        .map((r) => r.trim())
        .filter(Boolean);
    rows.forEach((row, y) =>
        row.split(/\s+/).forEach((letter, x) => {
            if (letter !== '.') {
                points[letter] = {
                    lat: Number((origin.lat - y * CELL).toFixed(4)),
                    lon: Number((origin.lon + x * CELL).toFixed(4)),
                };
            }
        }),
    );
    return points;
}

/* Rows of services.csv from a map and what each letter is. */
function rowsOf(map, services) {
    return Object.entries(services).map(([id, cells]) => ({
        id,
        organization: `organization ${id}`,
        service: id,
        country: 'KH',
        needs: 'health.clinic',
        status: 'open',
        visibility: 'exact',
        ...map[id],
        ...cells,
    }));
}

/* Starts a server on the map and gives a function that asks for `P`. */
async function open(t, drawing, services, { origin, roles } = {}) {
    const map = draw(drawing, origin);
    const rows = rowsOf(map, services);
    const haven = await start({ services: rows, roles });
    t.after(() => haven.stop());
    const ask = async (query, key = 'steward') => {
        const answer = await haven.post(NEAREST, { ...map.P, ...query }, key);
        assert.equal(answer.status, 200, answer.text);
        return answer.body;
    };
    return { haven, ask, map };
}

const names = (list) => list.map((e) => e.name);
const byName = (list, name) => list.find((e) => e.name === name);

describe('who is admitted', () => {
    test("a man who needs housing is not offered the women's shelter", async (t) => {
        const { ask } = await open(
            t,
            `
            . w . . .
            . P . m .
            . . . . .
            . . . . k`,
            {
                w: { needs: 'housing.shelter', genders: 'female', kind: 'shelter' },
                m: { needs: 'legal', genders: 'any' },
                k: {
                    needs: 'housing.shelter',
                    genders: 'female;male:case',
                    kind: 'shelter',
                    age_max: 12,
                },
            },
        );
        const man = { need: 'housing', gender: 'male', age: 30, country: 'KH' };
        const answer = await ask(man);
        assert.deepEqual(answer.results, []);
        assert.deepEqual(answer.unconfirmed, []);
        assert.equal(answer.summary.outcome, 'none_for_group');
        assert.deepEqual(
            answer.excluded.map((e) => [e.name, e.reasons]),
            [
                ['w', ['gender']],
                ['k', ['age']],
            ],
        );
        assert.deepEqual(answer.summary.reasons, { gender: 1, age: 1 });
        assert.deepEqual(answer.summary.instead, ['material', 'case_management']);
        assert.ok(!(answer.summary.relax ?? []).some((r) => r.found > 0));

        const near = await ask({ ...man, radius_km: 1, language: 'km' });
        const relaxed = (near.summary.relax ?? []).filter((r) => r.found > 0);
        assert.deepEqual(relaxed, [], 'facts of the person are never relaxed');
    });

    test('a boy of 16, and 18 inclusive', async (t) => {
        const { ask } = await open(
            t,
            `
            a b c d P`,
            {
                a: { genders: 'male', age_min: 12, age_max: 17 },
                b: { genders: 'male', age_min: 18 },
                c: { genders: 'any', age_max: 18 },
                d: { genders: 'female', age_max: 17 },
            },
        );
        const of = async (age) =>
            names((await ask({ gender: 'male', age })).results).sort();
        assert.deepEqual(await of(16), ['a', 'c']);
        assert.deepEqual(await of(17), ['a', 'c']);
        assert.deepEqual(await of(18), ['b', 'c']);
        assert.deepEqual(await of(19), ['b']);
        assert.deepEqual(await of('16-17'), ['a', 'c']);
        const unsure = await ask({ gender: 'male', age: '17-18' });
        assert.deepEqual(
            Object.fromEntries(unsure.results.map((r) => [r.name, r.fit.age])),
            { a: 'case', b: 'case', c: 'yes' },
        );
    });

    test('a man whose age is not given is not confirmed by a rule for boys', async (t) => {
        const { ask } = await open(
            t,
            `
            b P`,
            { b: { genders: 'male', age_max: 17 } },
        );
        const { results, unconfirmed } = await ask({ gender: 'male' });
        assert.deepEqual(results, []);
        assert.deepEqual(unconfirmed[0].fit, { gender: 'yes', age: 'unknown' });
        assert.ok(unconfirmed[0].ask.includes('age'));
        assert.ok(!unconfirmed[0].ask.includes('gender'));
        assert.deepEqual((await ask({ gender: 'male', age: 17 })).unconfirmed, []);
        assert.deepEqual((await ask({})).results[0].ask, ['gender', 'age']);
    });

    test('tied rules: women from 18, boys under 12 with their mother', async (t) => {
        const { ask } = await open(
            t,
            `
            s P`,
            {
                s: {
                    genders: 'female',
                    age_min: 18,
                    kind: 'shelter',
                    needs: 'housing.shelter',
                    rules: '[{"genders":["male"],"age_max":11,"accompanied_by":"mother"}]',
                },
            },
        );
        const is = async (gender, age) => {
            const { results, excluded } = await ask({ need: 'housing', gender, age });
            return results.length ? results[0] : excluded[0].reasons;
        };
        assert.deepEqual((await is('female', 30)).fit, { gender: 'yes', age: 'yes' });
        const boy = await is('male', 11);
        assert.deepEqual(boy.fit, { gender: 'yes', age: 'yes', accompanied_by: 'case' });
        assert.ok(boy.ask.includes('accompanied_by'));
        assert.deepEqual(await is('male', 12), ['age']);
        assert.deepEqual(await is('male', 30), ['gender']);
        assert.deepEqual(await is('female', 8), ['age']);
    });

    test('silence is neither yes nor no', async (t) => {
        const { ask } = await open(
            t,
            `
            a b c P`,
            {
                a: {},
                b: { genders: 'male' },
                c: { status: 'historical', genders: 'any' },
            },
        );
        const answer = await ask({ gender: 'male' });
        assert.deepEqual(names(answer.results), ['b']);
        assert.deepEqual(names(answer.unconfirmed), ['c', 'a']);
        assert.equal(byName(answer.unconfirmed, 'a').fit.gender, 'unknown');
        assert.deepEqual(byName(answer.unconfirmed, 'c').ask, ['status']);
    });

    test('closed, planned and detention are never returned', async (t) => {
        const { ask } = await open(
            t,
            `
            c p j P h`,
            {
                c: { needs: 'housing', status: 'closed' },
                p: { needs: 'housing', status: 'planned' },
                j: { needs: 'housing;safety.police', kind: 'police' },
                h: { needs: 'housing' },
            },
        );
        const housing = await ask({ need: 'housing' });
        assert.deepEqual(names(housing.results), ['h']);
        assert.deepEqual(names(housing.excluded), ['j']);
        assert.deepEqual(housing.excluded[0].reasons, ['detention']);
        assert.deepEqual(names((await ask({ need: 'safety.police' })).results), ['j']);
    });
});

describe('leaving a criterion out gives a superset', () => {
    const random = makeRandom(7);
    const rows = makeServices(random, { count: 95, today: '2026-11-22' }).map((row) => ({
        ...row,
        country: 'KH',
        needs: 'health.clinic',
        covers: '',
    }));
    const full = {
        lat: 13.36,
        lon: 103.86,
        country: 'KH',
        limit: 100,
        need: 'health',
        radius_km: 20000,
        gender: 'female',
        age: 20,
        form: 'labour',
        language: 'km',
        nationality: 'KH',
        stage: 'crisis',
        referred_by: 'ngo',
        disability: ['visual'],
        documents: 'none',
        with_children: [{ age: 4, gender: 'male' }],
        identified: false,
        residential: false,
        beneficiary: 'child',
        no_home_visit: true,
        no_authorities: true,
    };
    const fixed = ['lat', 'lon', 'country', 'limit'];
    const criteria = Object.keys(full).filter((name) => !fixed.includes(name));
    let haven;
    before(async () => {
        haven = await start({ services: rows });
    });
    after(() => haven?.stop());

    const sets = async (query) => {
        const { body, status, text } = await haven.post(NEAREST, query, 'steward');
        assert.equal(status, 200, text);
        return {
            sure: names(body.results),
            all: [...names(body.results), ...names(body.unconfirmed)],
        };
    };
    const without = (query, dropped) =>
        Object.fromEntries(
            Object.entries(query).filter(([name]) => !dropped.includes(name)),
        );

    for (const name of criteria) {
        test(name, async () => {
            for (const others of [
                [],
                criteria.filter((c) => c !== name && c > name),
                criteria.filter((c) => c !== name),
            ]) {
                const given = without(full, others);
                const narrow = await sets(given);
                const wide = await sets(without(given, [name]));
                assert.deepEqual(
                    narrow.sure.filter((n) => !wide.sure.includes(n)),
                    [],
                );
                assert.deepEqual(
                    narrow.all.filter((n) => !wide.all.includes(n)),
                    [],
                );
            }
        });
    }
});

describe('order, status and place', () => {
    test('paused ones are followed by one open one beyond the limit', async (t) => {
        const { ask } = await open(
            t,
            `
            P p q w x y`,
            {
                p: { status: 'paused' },
                q: { status: 'waitlist' },
                w: { status: 'paused' },
                x: { status: 'open' },
                y: { status: 'open' },
            },
        );
        assert.deepEqual(names((await ask({ limit: 2 })).results), ['p', 'q', 'x']);
        assert.deepEqual(names((await ask({ limit: 4 })).results), ['p', 'q', 'w', 'x']);
        assert.equal((await ask({ limit: 1 })).results[0].status, 'paused');
    });

    test('one point: in the order of ids', async (t) => {
        const at = { lat: 13.36, lon: 103.87 };
        const same = Object.fromEntries('abcdefgh'.split('').map((l) => [l, at]));
        const { ask } = await open(t, 'P .', same);
        const { results } = await ask({ limit: 5 });
        const ids = results.map((r) => r.id);
        assert.equal(ids.length, 5);
        assert.deepEqual(ids, [...ids].sort());
        const all = (await ask({ limit: 100 })).results.map((r) => r.id);
        assert.deepEqual(all.slice(0, 5), ids);
    });

    test('the antimeridian and the pole are no edges', async (t) => {
        const { haven } = await open(t, 'P .', {
            e: { lat: -17, lon: 179.99 },
            w: { lat: -17, lon: -179.99 },
            n: { lat: 89.99, lon: 0 },
            s: { lat: 89.99, lon: 180 },
        });
        const ask = async (lat, lon) =>
            (await haven.post(NEAREST, { lat, lon, country: 'KH' }, 'steward')).body
                .results;
        const fiji = await ask(-17, 179.995);
        assert.deepEqual(names(fiji).slice(0, 2), ['e', 'w']);
        assert.ok(fiji[1].distance_m < 2000);
        const pole = await ask(89.995, 0);
        assert.deepEqual(names(pole).slice(0, 2), ['n', 's']);
        assert.ok(Math.abs(pole[1].distance_m - 3 * pole[0].distance_m) < 1);
    });

    test('a service that meets two of the needs is answered once', async (t) => {
        const { haven } = await open(t, 'P .', {
            a: { needs: 'legal;education', lat: 13.4, lon: 103.9 },
            s: { needs: 'legal;education', lat: -90, lon: 5 },
        });
        for (const [lat, lon] of [
            [13.4, 103.9],
            [-90, -70],
            [-89.9, 100],
        ]) {
            const query = { lat, lon, country: 'KH', need: ['education', 'legal'] };
            const { body } = await haven.post(NEAREST, query, 'steward');
            assert.deepEqual(names(body.results).sort(), ['a', 's']);
            assert.equal(body.summary.considered, 2);
        }
    });

    test('order: fit', async (t) => {
        const { ask } = await open(
            t,
            `
            P a b c d e`,
            {
                a: { age_min: 18, languages: 'en', interpreters: 'km' },
                b: { age_min: 18, languages: 'km', status: 'paused' },
                c: { age_min: 18, languages: 'km', kind: 'shelter' },
                d: {
                    age_min: 18,
                    languages: 'km',
                    needs: 'health.clinic;housing.shelter',
                },
                e: { age_min: 18, languages: 'km', needs: 'health.clinic;family' },
            },
        );
        const query = { language: 'km', order: 'fit' };
        assert.deepEqual(names((await ask({ ...query, age: 30 })).results), [
            'e',
            'c',
            'd',
            'b',
            'a',
        ]);
        assert.deepEqual(names((await ask(query)).results), ['c', 'd', 'e', 'b', 'a']);
    });

    test('order: fit, adults without living in, children in families', async (t) => {
        const { ask } = await open(
            t,
            `
            P s o f`,
            {
                s: {
                    age_min: 0,
                    kind: 'shelter',
                    needs: 'housing.shelter;health.clinic',
                },
                o: { age_min: 0 },
                f: { age_min: 0, needs: 'housing.foster;health.clinic' },
            },
        );
        const of = async (age) => names((await ask({ age, order: 'fit' })).results);
        assert.deepEqual(await of(30), ['o', 's', 'f']);
        assert.deepEqual(await of(9), ['f', 'o', 's']);
        assert.deepEqual(await of('16-19'), ['s', 'o', 'f']);
    });

    test('avoid a service, an organization and what is near', async (t) => {
        const { haven, ask } = await open(
            t,
            `
            P a b . . . c . . . d`,
            {
                a: {},
                b: {},
                c: { organization: 'the same' },
                d: { organization: 'the same' },
            },
        );
        const all = await ask({});
        assert.deepEqual(names(all.results), ['a', 'b', 'c', 'd']);
        const id = byName(all.results, 'a').id;
        const near = await ask({ avoid: [{ service: id, km: 2 }] });
        assert.deepEqual(names(near.results), ['c', 'd']);
        assert.deepEqual(
            near.excluded.map((e) => e.reasons),
            [['avoid'], ['avoid']],
        );
        const only = await ask({ avoid: [{ service: id, km: 0.5 }] });
        assert.deepEqual(names(only.results), ['b', 'c', 'd']);
        const organization = byName(all.results, 'c').organization_id;
        const group = await ask({ avoid: [{ organization, km: 0.1 }] });
        assert.deepEqual(names(group.results), ['a', 'b']);
        const wrong = await haven.post(
            NEAREST,
            { ...SIEM_REAP, avoid: [{ km: 2 }] },
            'steward',
        );
        assert.equal(wrong.status, 400);
    });

    test('open_only', async (t) => {
        const zone = { time_zone: 'Asia/Phnom_Penh' };
        const { ask } = await open(
            t,
            `
            P a b c d`,
            {
                a: { hours: 'Mo-Fr 08:00-17:00', ...zone },
                b: { hours: '24/7', ...zone },
                c: {},
                d: { hours: 'Mo-Su 20:00-23:00', ...zone },
            },
        );
        const at = async (open_at) => ask({ open_only: true, open_at });
        const monday = await at('2026-11-23T08:00:00+07:00');
        assert.deepEqual(names(monday.results), ['a', 'b']);
        assert.deepEqual(names(monday.unconfirmed), ['c']);
        assert.equal(monday.summary.reasons.open_at ?? 0, 1);
        assert.equal(byName(monday.unconfirmed, 'c').fit.open_at, 'unknown');
        const evening = await at('2026-11-23T13:00:00Z');
        assert.deepEqual(names(evening.results), ['b', 'd']);
        const shown = await ask({ open_at: '2026-11-23T17:00:00+07:00' });
        assert.deepEqual(names(shown.results), ['a', 'b', 'c', 'd']);
        assert.equal(byName(shown.results, 'a').open.state, 'closed');
        assert.equal(byName(shown.results, 'b').open.state, 'open');
    });

    test('remote, unplaced and helplines', async (t) => {
        const nowhere = { lat: '', lon: '' };
        const { ask } = await open(
            t,
            `
            P a`,
            {
                a: {},
                u: { ...nowhere },
                r: { ...nowhere, remote: 'phone' },
                v: { ...nowhere, remote: 'phone', country: 'TH', covers: 'KH' },
                x: { ...nowhere, remote: 'phone', country: 'TH' },
                h: {
                    ...nowhere,
                    remote: 'phone',
                    needs: 'information.hotline',
                    kind: 'hotline',
                },
            },
        );
        const answer = await ask({ need: 'health', country: 'KH' });
        assert.deepEqual(names(answer.results), ['a']);
        assert.deepEqual(names(answer.unplaced), ['u']);
        assert.deepEqual(names(answer.remote).sort(), ['r', 'v']);
        assert.deepEqual(names(answer.helplines), ['h']);
        for (const entry of [...answer.unplaced, ...answer.remote]) {
            assert.equal(entry.point ?? null, null);
        }
    });

    test('a record without needs is never a result', async (t) => {
        const { ask } = await open(t, 'P a b', { a: { needs: '' }, b: {} });
        assert.deepEqual(names((await ask({})).results), ['b']);
    });
});

describe('countries', () => {
    const both = {
        k: { country: 'LA' },
        t: { country: 'TH' },
    };

    test('the nearest across the river is another country', async (t) => {
        const { ask } = await open(
            t,
            `
            t . . .
            P . . k`,
            both,
        );
        const own = await ask({ country: 'LA' });
        assert.deepEqual(names(own.results), ['k']);
        assert.equal(own.country.code, 'LA');
        const crossing = await ask({ country: 'LA', cross_border: true });
        assert.deepEqual(names(crossing.results), ['t', 'k']);
        const none = await ask({ country: 'VN' });
        assert.deepEqual(none.results, []);
        assert.equal(none.summary.outcome, 'none_recorded');
        assert.deepEqual(
            none.summary.relax
                .filter((r) => r.found > 0)
                .map((r) => [r.parameter, r.found]),
            [['cross_border', 2]],
        );
    });

    test('cross_border reaches 500 km, and farther when asked', async (t) => {
        const { ask } = await open(
            t,
            `
            P k`,
            { ...both, t: { country: 'TH', lat: 13.36, lon: 98.5 } },
        );
        assert.deepEqual(
            names((await ask({ country: 'LA', cross_border: true })).results),
            ['k'],
        );
        assert.deepEqual(
            names(
                (await ask({ country: 'LA', cross_border: true, radius_km: 700 }))
                    .results,
            ),
            ['k', 't'],
        );
    });

    test('at a river border both sides are searched, each result with its own', async (t) => {
        const mekong = { lat: 17.88, lon: 102.74 };
        const { ask } = await open(
            t,
            `
            k . .
            P . .
            t . .`,
            both,
            { origin: mekong },
        );
        const answer = await ask({});
        assert.equal(answer.country.uncertain, true);
        assert.deepEqual(
            Object.fromEntries(answer.results.map((r) => [r.name, r.country])),
            { k: 'LA', t: 'TH' },
        );
    });

    test('far from any border the country is known', async (t) => {
        const { ask } = await open(t, 'P a', { a: {}, ...both });
        const answer = await ask({});
        assert.equal(answer.country.code, 'KH');
        assert.equal(answer.country.uncertain, false);
        assert.deepEqual(names(answer.results), ['a']);
    });
});

describe('the public', () => {
    const SECRET = 'quiet-house-7731';
    const ABSENT = '00000000-0000-4000-8000-000000000000';
    let haven;
    let hidden;
    before(async () => {
        const rows = rowsOf(draw('P h c'), {
            h: {
                service: SECRET,
                needs: 'housing.shelter',
                kind: 'shelter',
                visibility: '',
                genders: 'female',
            },
            c: { kind: 'clinic', visibility: '' },
            l: {
                needs: 'information.hotline',
                remote: 'phone',
                kind: 'hotline',
                visibility: '',
                public_name: 'line',
                phones: '[{"number":"1280","kind":"voice","audience":"public"}]',
            },
        });
        haven = await start({ services: rows });
        hidden = byName(await haven.list('steward'), SECRET).id;
    });
    after(() => haven?.stop());

    test('a steward finds the shelter', async () => {
        const { body } = await haven.post(
            NEAREST,
            { ...SIEM_REAP, need: 'housing' },
            'steward',
        );
        assert.deepEqual(names(body.results), [SECRET]);
    });

    test('"not published" is never "none", and the helplines are there', async () => {
        const answer = await haven.post(NEAREST, { ...SIEM_REAP, need: 'housing' });
        assert.equal(answer.status, 200);
        assert.equal(answer.body.summary.outcome, 'not_published');
        assert.deepEqual(answer.body.results, []);
        assert.deepEqual(answer.body.excluded, []);
        assert.deepEqual(names(answer.body.helplines), ['line']);
        assert.equal(answer.body.helplines[0].phones[0].number, '1280');
    });

    test('no answer holds the hidden record', async () => {
        const queries = [
            {},
            { need: 'housing' },
            { need: ['housing.shelter', 'health'] },
            { gender: 'male' },
            { gender: 'female', need: 'housing.shelter' },
            { cross_border: true },
            { radius_km: 1 },
            { order: 'fit' },
            { limit: 100, country: 'KH' },
            { avoid: [{ service: hidden, km: 3 }] },
        ];
        for (const query of queries) {
            const { text } = await haven.post(NEAREST, { ...SIEM_REAP, ...query });
            assert.ok(!text.includes(SECRET), JSON.stringify(query));
            assert.ok(!text.includes(hidden) || query.avoid, JSON.stringify(query));
        }
        for (const path of [
            '/api/v1/services?limit=100',
            '/api/v1/services?need=housing',
            '/api/v1/services?bbox=103,13,104,14',
            '/api/v1/status',
        ]) {
            const { text } = await haven.get(path);
            assert.ok(!text.includes(SECRET) && !text.includes(hidden), path);
        }
    });

    test('to avoid a hidden service is answered as to avoid an absent one', async () => {
        const of = async (id) => {
            const { status, text } = await haven.post(NEAREST, {
                ...SIEM_REAP,
                avoid: [{ service: id, km: 50 }],
            });
            return { status, text };
        };
        assert.deepEqual(await of(hidden), await of(ABSENT));
    });

    test('a hidden id and an absent id get the same 404', async () => {
        const [one, other] = [
            await haven.get(`/api/v1/services/${hidden}`),
            await haven.get(`/api/v1/services/${ABSENT}`),
        ];
        assert.equal(one.status, 404);
        assert.equal(other.status, 404);
        assert.equal(one.text, other.text);
        assert.equal(
            (await haven.get(`/api/v1/services/${hidden}`, 'steward')).status,
            200,
        );
    });

    test('totals do not count it', async () => {
        const { body } = await haven.get('/api/v1/services');
        assert.equal(body[LIST.total], body[LIST.items].length);
        assert.equal(
            (await haven.get('/api/v1/services?need=housing')).body[LIST.total],
            0,
        );
    });
});

describe('what is refused', () => {
    let haven;
    before(async () => {
        haven = await start({ services: rowsOf(draw('a'), { a: {} }) });
    });
    after(() => haven?.stop());

    const refused = async (answer, parameter) => {
        assert.equal(answer.status, 400, answer.text);
        assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
        const named = (answer.body.errors ?? []).map((e) => e.parameter);
        assert.ok(named.includes(parameter), `${answer.text} does not name ${parameter}`);
    };

    test('GET takes place, need and paging', async () => {
        const { status, body } = await haven.get(
            `${NEAREST}?lat=13.36&lon=103.86&need=health&limit=5`,
            'steward',
        );
        assert.equal(status, 200);
        assert.deepEqual(names(body.results), ['a']);
    });

    test('GET with anything about a person gets the advice to POST', async () => {
        for (const name of [
            'gender',
            'age',
            'form',
            'language',
            'nationality',
            'disability',
            'identified',
            'with_children',
        ]) {
            const answer = await haven.get(
                `${NEAREST}?lat=13.36&lon=103.86&${name}=female`,
            );
            await refused(answer, name);
            assert.match(answer.text, /POST/);
        }
    });

    test('an unknown parameter is named', async () => {
        await refused(
            await haven.post(NEAREST, { ...SIEM_REAP, gendr: 'male' }),
            'gendr',
        );
        await refused(await haven.get(`${NEAREST}?lat=13&lon=103&nead=health`), 'nead');
    });

    const bad = {
        lat: [91, null, [13]],
        lon: [181, {}],
        need: ['hospital', 7, ['health', 1]],
        gender: ['man', 1, ['male']],
        age: [-1, 121, 16.5, '17-15', 'old', '15-'],
        form: ['work'],
        language: ['khmer'],
        nationality: ['KHM'],
        stage: ['now'],
        limit: [0, 101, 1.5],
        radius_km: [-1, 'far'],
        country: ['Cambodia', 'XX'],
        cross_border: ['yes', 1],
        order: ['price'],
        open_at: ['today', '2026-13-01T00:00:00Z'],
        with_children: [{}, [{ age: 200 }], [{ years: 3 }]],
        documents: ['passport'],
        identified: ['false'],
        disability: ['all'],
        avoid: [{}, [{ km: 5 }]],
        beneficiary: ['dog'],
        no_home_visit: ['x'],
    };
    for (const [name, values] of Object.entries(bad)) {
        test(`a bad ${name}`, async () => {
            for (const value of values) {
                const answer = await haven.post(NEAREST, { ...SIEM_REAP, [name]: value });
                assert.equal(answer.status, 400, `${name}=${JSON.stringify(value)}`);
                const named = answer.body.errors.map((e) => e.parameter);
                assert.ok(
                    named.some((n) => n.startsWith(name)),
                    answer.text,
                );
            }
        });
    }

    test('no place', async () => {
        assert.equal((await haven.post(NEAREST, { need: 'health' })).status, 400);
        assert.equal((await haven.post(NEAREST, { lat: 13 })).status, 400);
    });

    test('latitude and longitude 0 are a place', async () => {
        assert.equal((await haven.post(NEAREST, { lat: 0, lon: 0 })).status, 200);
    });
});
