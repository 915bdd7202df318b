/* SPDX-License-Identifier: Apache-2.0
 *
 * Every address x every role x every kind of credential, against a table of the test's own
 * (routes.mjs). Those that may not are told 401 or 403, whatever they send, and nothing
 * comes of it: every request that is refused here would change something if it were not.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { fillPath } from './crawl.mjs';
import { buildBasemap, mustRun, start, toCsv } from './haven.mjs';
import { mayUse, PAGES, ROLES, ROUTES } from './routes.mjs';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const WRONG_KEY = `haven_${'x'.repeat(43)}`;
const STAFF = ROLES.slice(1);
const METHODS = ['GET', 'POST', 'PATCH', 'DELETE', 'PUT'];
const JSON_TYPE = { 'Content-Type': 'application/json' };

const SERVICES = [
    { id: 'open', organization: 'One', service: 'open', country: 'KH', needs: 'legal',
        kind: 'clinic', visibility: 'exact', lat: 13, lon: 103 },
    { id: 'hidden', organization: 'One', service: 'hidden', country: 'KH',
        needs: 'housing.shelter', lat: 13.5, lon: 103.5 },
];
const UPLOAD = toCsv([{ id: 'new', organization: 'Two', service: 'new', country: 'KH' }]);

const json = (body) => ({ body: JSON.stringify(body), headers: JSON_TYPE });
const csv = (body) => ({ body, headers: { 'Content-Type': 'text/csv' } });
const patch = (tag, body) => ({
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': tag },
});

let haven;
let api; /* /openapi.json */
let live; /* what there is to change */

/* Keys that end on a day have ended: the day is written over in the file, of the same
 * length, while nothing has it open. */
function endKeys(h) {
    for (const role of STAFF) {
        h.addKey(role, `expired-${role}`, '--expires', '2090-12-31');
        h.keys[`expired ${role}`] = h.keys[role];
    }
    const files = readdirSync(h.dir).filter((f) => f.startsWith('test-access.db'));
    assert.deepEqual(files, ['test-access.db']);
    const path = `${h.dir}/test-access.db`;
    const text = readFileSync(path, 'latin1');
    assert.equal(text.split('2090-12-31').length - 1, STAFF.length);
    writeFileSync(path, text.replaceAll('2090-12-31', '2020-12-31'), 'latin1');
}

/* Signs in one account of each role, one whose session was ended, and one disabled. */
async function openSessions() {
    for (const role of STAFF) {
        for (const name of [role, `ended ${role}`, `disabled ${role}`]) {
            haven.addUser(role, name);
            assert.equal((await haven.signIn(name)).status, 200, name);
        }
        const out = await haven.send('DELETE', '/api/v1/session', {
            cookie: `ended ${role}`,
        });
        assert.equal(out.status, 204);
        mustRun('user', 'disable', '--db', haven.db, '--name', `disabled ${role}`);
        haven.keys[`revoked ${role}`] = haven.addKey(role, `revoked-${role}`);
        mustRun('key', 'revoke', '--db', haven.db, '--name', `revoked-${role}`);
        haven.addKey(role);
    }
}

async function until(what, holds) {
    const end = Date.now() + 5000;
    while (!(await holds())) {
        assert.ok(Date.now() < end, what);
        await new Promise((r) => setTimeout(r, 50));
    }
}

const must = async (sent) => {
    const answer = await sent;
    assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
    return answer;
};

const recordOf = (id) => haven.get(`/api/v1/services/${id}/record`, 'steward');

/* What requests that must be refused aim at, as it is now. */
async function aim() {
    const all = await haven.list('steward');
    const { id } = all.find((s) => s.name === 'open');
    const suggestion = { service: id, note: 'a note', cells: { status: 'paused' } };
    const suggested = await must(haven.post('/api/v1/suggestions', suggestion, 'operator'));
    const uploaded = await must(
        haven.send('POST', '/api/v1/imports?source=two', { key: 'steward', ...csv(UPLOAD) }),
    );
    const { headers } = await must(recordOf(id));
    await must(haven.send('PATCH', `/api/v1/services/${id}/record`, {
        key: 'steward', ...patch(headers.get('etag'), { url: 'https://example.org/' }),
    }));
    await until('the change is in the answers', async () =>
        (await haven.get('/api/v1/status', 'steward')).body.revision === '2',
    );
    const runs = await must(haven.get('/api/v1/runs', 'steward'));
    live = {
        service: id,
        hidden: all.find((s) => s.name === 'hidden').id,
        suggestion: suggested.body.id,
        upload: uploaded.body.id,
        tag: (await must(recordOf(id))).headers.get('etag'),
        run: runs.body.runs[0].number,
    };
}

before(async () => {
    const prepare = (h) => {
        endKeys(h);
        buildBasemap(h);
    };
    haven = await start({ services: SERVICES, roles: [], prepare });
    await openSessions();
    await until('revoked keys and accounts are noticed', async () => {
        const key = await haven.get('/api/v1/session', 'revoked admin');
        const disabled = await haven.send('GET', '/api/v1/session', {
            cookie: 'disabled admin',
        });
        return key.status === 401 && disabled.status === 401;
    });
    api = (await haven.get('/openapi.json')).body;
    await aim();
});
after(() => haven?.stop());

/* ---- requests ---------------------------------------------------------------------- */

/* One that does something, for who may. */
const EFFECTIVE = {
    'POST /api/v1/nearest': () => json({ lat: 13, lon: 103, need: 'legal' }),
    'POST /api/v1/places': () => json({ q: 'a' }),
    'POST /api/v1/session': () => json({ user: 'partner', password: 'not this one' }),
    'POST /api/v1/password': () => json({ old: 'not this one', new: 'nor is it this' }),
    'POST /api/v1/totp': () => json({ password: 'not this one' }),
    'POST /api/v1/totp/remove': () => json({ password: 'not this one' }),
    'POST /api/v1/suggestions': () => json({ service: live.service, note: 'other' }),
    'POST /api/v1/suggestions/{id}': () => json({ decision: 'accept' }),
    'PATCH /api/v1/services/{id}/record': () => patch(live.tag, { status: 'paused' }),
    'POST /api/v1/runs/{number}/undo': () => json({}),
    'POST /api/v1/imports': () => csv(UPLOAD),
    'POST /api/v1/imports/{id}': () => json({}),
};

const QUERY = {
    'GET /api/v1/nearest': '?lat=13&lon=103&need=legal',
    'GET /api/v1/places': '?q=abc',
    'GET /api/v1/places/at': '?lat=13&lon=103',
    'POST /api/v1/imports': '?source=two',
};

function pathOf({ name, path }, ids) {
    const id = path.includes('suggestions') ? ids.suggestion
        : path.includes('imports') ? ids.upload
            : path.includes('places') ? UNKNOWN : ids.service;
    return fillPath(api, path, { id, number: ids.run }) + (QUERY[name] ?? '');
}

const effective = (route, credential) =>
    haven.send(route.method, pathOf(route, live), {
        ...merge(credential, EFFECTIVE[route.name]?.()),
    });

const merge = (credential, request = {}) => ({
    ...credential,
    ...request,
    headers: { ...credential?.headers, ...request.headers },
});

/* One that who may is let through with, and that changes nothing: what comes of it. */
const IDLE = {
    'GET /api/v1/places/{id}': { status: 404 },
    'POST /api/v1/nearest': { status: 200, ...json({ lat: 13, lon: 103, need: 'legal' }) },
    'POST /api/v1/places': { status: 200, ...json({ q: 'abc' }) },
    'POST /api/v1/session': { status: 400, ...json({}) },
    'POST /api/v1/password': { status: 400, ...json({}) },
    'POST /api/v1/totp': { status: [400, 401], ...json({ code: '00000000' }) },
    'POST /api/v1/totp/remove': { status: 400, ...json({}) },
    'POST /api/v1/suggestions': { status: 400, ...json({}) },
    'POST /api/v1/suggestions/{id}': { status: 404, ...json({ decision: 'accept' }) },
    'PATCH /api/v1/services/{id}/record': {
        status: 412, ...patch(`"${'0'.repeat(32)}"`, { status: 'paused' }),
    },
    'POST /api/v1/runs/{number}/undo': { status: 409, ...json({}) },
    'POST /api/v1/imports': { status: 200, ...csv('no columns of services.csv') },
    'POST /api/v1/imports/{id}': { status: 404, ...json({}) },
    'DELETE /api/v1/imports/{id}': { status: 404 },
};

const idle = (route, credential) => {
    const { status, ...request } = IDLE[route.name] ?? {};
    const ids = { ...live, suggestion: UNKNOWN, upload: UNKNOWN, run: 999_999 };
    return haven.send(route.method, pathOf(route, ids), merge(credential, request));
};

const idleStatus = (route) => [IDLE[route.name]?.status ?? 200].flat();

const ends = (route) => route.method === 'DELETE' && route.path.includes('/session');

/* ---- the table --------------------------------------------------------------------- */

test('the program has the addresses of the table, and no other', async () => {
    const listed = Object.entries(api.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, o]) => ({
            name: `${method.toUpperCase()} ${path}`,
            open: o.security.some((s) => Object.keys(s).length === 0),
        })),
    );
    const names = (list) => list.map((r) => r.name).sort();
    const all = [...ROUTES, ...PAGES];
    assert.deepEqual(names(listed), names(all));
    const open = all.filter((r) => r.least === 'public');
    assert.deepEqual(names(listed.filter((r) => r.open)), names(open));
});

/* ---- refused ----------------------------------------------------------------------- */

/* Everything that a refused request could have moved, but the audit. */
async function state() {
    const parts = [
        '/api/v1/status', '/api/v1/services?limit=100', '/api/v1/runs', '/api/v1/suggestions',
        `/api/v1/services/${live.service}/record`, `/api/v1/services/${live.hidden}/record`,
        '/api/v1/users', '/api/v1/keys',
    ];
    const texts = [];
    for (const path of parts) {
        texts.push((await must(haven.get(path, 'admin'))).text);
    }
    texts.push(readdirSync(haven.dir).filter((f) => f.includes('.upload-')).join());
    return texts;
}

async function mustRefuse(route, credential, expected, what) {
    const answer = await effective(route, credential);
    const told = `${route.name}, ${what}`;
    assert.equal(answer.status, expected, `${told}: ${answer.text}`);
    assert.equal(answer.body.status, expected, told);
    assert.equal(answer.headers.get('etag'), null, told);
    assert.equal(answer.headers.get('www-authenticate'), expected === 401 ? 'Bearer' : null);
    assert.ok(!answer.text.includes(live.hidden) && !answer.text.includes('hidden'), told);
}

/* Credentials that open nothing, of a role. */
const dead = (role) => ({
    'a revoked key': { key: `revoked ${role}` },
    'an expired key': { key: `expired ${role}` },
    'a key in another scheme': { headers: { Authorization: `Basic ${haven.keys[role]}` } },
    'a key without a scheme': { headers: { Authorization: haven.keys[role] } },
    'a key and a bit': { headers: { Authorization: `Bearer ${haven.keys[role]}x` } },
    'a session that ended': { cookie: `ended ${role}` },
    'a session of a disabled account': { cookie: `disabled ${role}` },
    'a dead key beside an open session': {
        cookie: role, headers: { Authorization: `Bearer ${WRONG_KEY}` },
    },
});

describe('refused', () => {
    let as;
    before(async () => {
        as = await state();
    });
    after(async () => assert.deepEqual(await state(), as));

    test('nobody: 401 above the public', async () => {
        for (const route of ROUTES.filter((r) => r.least !== 'public')) {
            await mustRefuse(route, undefined, 401, 'no credential');
        }
    });

    test('a wrong key opens nothing, not even what is public', async () => {
        for (const route of ROUTES) {
            const wrong = { headers: { Authorization: `Bearer ${WRONG_KEY}` } };
            await mustRefuse(route, wrong, 401, 'wrong key');
        }
    });

    for (const role of STAFF) {
        test(`${role}: what has ended, or never was, opens nothing`, async () => {
            for (const [what, credential] of Object.entries(dead(role))) {
                for (const route of ROUTES) {
                    await mustRefuse(route, credential, 401, `${what} of ${role}`);
                }
            }
        });

        test(`${role}: 403 above the role`, async () => {
            for (const route of ROUTES.filter((r) => !mayUse(r, role))) {
                await mustRefuse(route, { key: role }, 403, `key of ${role}`);
                await mustRefuse(route, { cookie: role }, 403, `session of ${role}`);
            }
        });
    }

    test('a method that an address does not have is no way round', async () => {
        for (const path of new Set(ROUTES.map((r) => r.path))) {
            const has = ROUTES.filter((r) => r.path === path).map((r) => r.method);
            const lacks = METHODS.filter((m) => !has.includes(m));
            for (const method of lacks) {
                const answer = await haven.send(method, pathOf({ path }, live), {
                    key: 'partner',
                });
                assert.equal(answer.status, 405, `${method} ${path}`);
                const allowed = answer.headers.get('allow').split(', ');
                assert.deepEqual(
                    METHODS.filter((m) => allowed.includes(m)),
                    METHODS.filter((m) => has.includes(m)),
                );
            }
        }
    });
});

/* ---- let through ------------------------------------------------------------------- */

describe('let through', () => {
    const counted = {}; /* "actor action": times */
    const operation = (r) => api.paths[r.path][r.method.toLowerCase()].operationId;

    const count = (kind, role, route) => {
        const action = operation(route).replace('_post', '');
        counted[`${kind} ${role} ${action}`] ??= 0;
        counted[`${kind} ${role} ${action}`] += 1;
    };

    async function mustPass(route, credential, statuses, what) {
        const answer = await idle(route, credential);
        const told = `${route.name}, ${what}: ${answer.status} ${answer.text}`;
        assert.ok(statuses.includes(answer.status), told);
        if (what !== 'nobody') {
            assert.doesNotMatch(answer.headers.get('cache-control'), /public/, told);
            assert.equal(answer.headers.get('access-control-allow-origin'), null, told);
        }
    }

    test('nobody: what is public', async () => {
        for (const route of ROUTES.filter((r) => r.least === 'public')) {
            await mustPass(route, undefined, idleStatus(route), 'nobody');
        }
    });

    for (const role of STAFF) {
        test(`${role}: all up to the role, by key and by session`, async () => {
            for (const route of ROUTES.filter((r) => mayUse(r, role) && !ends(r))) {
                await mustPass(route, { key: role }, idleStatus(route), role);
                await mustPass(route, { cookie: role }, idleStatus(route), role);
                count('key', `test-${role}`, route);
                count('user', role, route);
            }
        });

        test(`${role}: HEAD as GET`, async () => {
            for (const route of ROUTES.filter((r) => r.method === 'GET')) {
                const answer = await haven.send('HEAD', pathOf(route, live), {
                    key: role,
                });
                const [status] = mayUse(route, role) ? idleStatus(route) : [403];
                assert.equal(answer.status, status, `HEAD ${route.path}, ${role}`);
                assert.equal(answer.text, '');
                if (mayUse(route, role)) {
                    count('key', `test-${role}`, route);
                }
            }
        });

        test(`${role}: signing out, here and everywhere`, async () => {
            for (const route of ROUTES.filter(ends)) {
                await mustPass(route, { key: role }, [400], role);
                await mustPass(route, { cookie: role }, [204], role);
                count('key', `test-${role}`, route);
                count('user', role, route);
                await mustRefuse(ROUTES[0], { cookie: role }, 401, 'signed out');
                await must(haven.signIn(role));
            }
        });
    }

    /* What was refused before could have done something: here it does. */
    test('each of those that were refused does something for who may', async () => {
        const at = (name) => ROUTES.find((r) => r.name === name);
        const acts = [
            'PATCH /api/v1/services/{id}/record',
            'POST /api/v1/suggestions/{id}',
            'POST /api/v1/suggestions',
        ];
        for (const name of acts) {
            await must(effective(at(name), { key: 'steward' }));
            count('key', 'test-steward', at(name));
        }
        for (const name of ['DELETE /api/v1/imports/{id}', 'POST /api/v1/imports/{id}']) {
            const upload = at('POST /api/v1/imports');
            live.upload = (await must(effective(upload, { key: 'steward' }))).body.id;
            await must(effective(at(name), { key: 'steward' }));
            count('key', 'test-steward', upload);
            count('key', 'test-steward', at(name));
        }
        const runs = await must(haven.get('/api/v1/runs', 'steward'));
        live.run = runs.body.runs[0].number;
        await must(effective(at('POST /api/v1/runs/{number}/undo'), { key: 'steward' }));
        count('key', 'test-steward', at('GET /api/v1/runs'));
        count('key', 'test-steward', at('POST /api/v1/runs/{number}/undo'));
    });

    /* What this file asks for besides, as operator, steward and admin, is more than what is
     * counted; but nobody did what is above the role. */
    test('the audit has what was let through, and nothing of what was not', async () => {
        await haven.restart();
        const { entries } = (await must(haven.get('/api/v1/audit', 'admin'))).body;
        const used = entries.filter((e) => e.kind !== 'command' && e.object === '');
        const times = new Map(used.map((e) => [`${e.kind} ${e.actor} ${e.action}`, e.count]));
        for (const [what, least] of Object.entries(counted)) {
            assert.ok(times.get(what) >= least, `${what}: ${times.get(what)}, not ${least}`);
            if (/ (test-)?(partner|caseworker) (?!sign_in)/.test(what)) {
                assert.equal(times.get(what), least, what);
            }
        }
        for (const role of STAFF) {
            const above = ROUTES.filter((r) => !mayUse(r, role)).map(operation);
            const own = used.filter((e) => e.actor.endsWith(role));
            assert.deepEqual(own.filter((e) => above.includes(e.action)), [], role);
        }
        /* But for asking who one is, while the server had not heard of it yet. */
        const ghosts = used.filter((e) => /revoked|expired/.test(e.actor));
        assert.deepEqual(ghosts.filter((e) => e.action !== 'session'), []);
        const changed = entries.filter((e) => e.kind !== 'command' && e.object !== '');
        assert.deepEqual([...new Set(changed.map((e) => e.actor))], ['test-steward']);
    });
});
