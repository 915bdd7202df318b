/* SPDX-License-Identifier: Apache-2.0
 *
 * People who sign in: what their session is, when it ends, that no page of another host acts
 * in it, that a password made for them is changed first, and the second factor.
 */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { fillPath } from './crawl.mjs';
import { COOKIE, mustRun, PASSWORD, run, start } from './haven.mjs';
import { ROUTES } from './routes.mjs';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const SESSION = '/api/v1/session';
const SESSIONS = '/api/v1/sessions';
const OTHER = 'another long sentence';
const TOKEN = /^[\w-]{43}$/;

let haven;
let api; /* /openapi.json */
let clients = 0;

/* Each test comes from an address of its own, so that waits of one are not another's. */
const from = () => ({ 'X-Forwarded-For': `192.0.2.${++clients}` });

before(async () => {
    const services = [{ id: 'a', organization: 'o', service: 's', country: 'KH' }];
    const args = ['--proxy', '127.0.0.1', '--session-idle', '7', '--session-hours', '3'];
    haven = await start({ services, roles: ['steward', 'admin'], args });
    api = (await haven.get('/openapi.json')).body;
});
after(() => haven?.stop());

const json = (body) => ({
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
});
const signIn = (name, more) => haven.signIn(name, { headers: from(), ...more });
const as = (cookie, method, path, request) => haven.send(method, path, { cookie, ...request });
const who = (cookie) => as(cookie, 'GET', SESSION);

/* A browser that is signed in, apart from others of the account. */
async function browser(user, name, more) {
    const other = haven.cookies[user];
    const answer = await signIn(user, more);
    assert.equal(answer.status, 200, answer.text);
    const token = haven.cookies[user];
    haven.cookies[user] = other;
    haven.cookies[name] = token;
}

async function account(role, name) {
    haven.addUser(role, name);
    await browser(name, name);
}

async function within(ms, what, holds) {
    const end = Date.now() + ms;
    while (!(await holds())) {
        assert.ok(Date.now() < end, what);
        await new Promise((r) => setTimeout(r, 25));
    }
}

const ended = async (cookie) => (await who(cookie)).status === 401;

/* The program says a second; the rest is for a busy machine. */
const SOON = 3000;

const files = () => readdirSync(haven.dir).map((f) => readFileSync(join(haven.dir, f)));

/* ---- sessions ---------------------------------------------------------------------- */

test('the cookie is for this host alone, and no script sees it', async () => {
    haven.addUser('operator', 'anna');
    const { status, headers, body } = await signIn('anna');
    assert.equal(status, 200);
    assert.deepEqual(body, { role: 'operator', name: 'anna', must_change: false });
    const [pair, ...attributes] = headers.getSetCookie()[0].split('; ');
    assert.equal(headers.getSetCookie().length, 1);
    assert.match(pair, new RegExp(`^${COOKIE}=[\\w-]{43}$`));
    assert.ok(COOKIE.startsWith('__Host-'));
    assert.deepEqual(attributes.sort(), ['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure']);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.deepEqual((await who('anna')).body, body);
    assert.deepEqual((await haven.get(SESSION)).body, {
        role: 'public', name: null, must_change: false,
    });
});

test('the token is new each time, and kept nowhere', async () => {
    const tokens = [];
    haven.addUser('operator', 'ben');
    for (let i = 0; i < 3; i++) {
        await browser('ben', 'ben');
        tokens.push(haven.cookies.ben);
        assert.match(haven.cookies.ben, TOKEN);
        assert.equal((await who('ben')).body.name, 'ben');
    }
    assert.equal(new Set(tokens).size, 3);
    for (const token of tokens) {
        const bytes = Buffer.from(token, 'base64url');
        assert.equal(bytes.length, 32);
        for (const file of files()) {
            assert.ok(!file.includes(token) && !file.includes(bytes));
        }
        assert.ok(!haven.output.includes(token));
    }
});

test('fixation: what was in the browser before is not what opens the account', async () => {
    haven.addUser('operator', 'mallory');
    haven.addUser('operator', 'carla');
    const planted = 'A'.repeat(43);
    const withPlanted = { Cookie: `${COOKIE}=${planted}` };
    const refused = await signIn('carla', { headers: { ...from(), ...withPlanted } });
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get('set-cookie'), /^__Host-haven=;.*Max-Age=0/);

    await browser('mallory', 'mallory');
    const cookie = `${COOKIE}=${haven.cookies.mallory}`;
    const answer = await signIn('carla', { headers: { ...from(), Cookie: cookie } });
    assert.equal(answer.status, 200, answer.text);
    assert.notEqual(haven.cookies.carla, haven.cookies.mallory);
    assert.equal((await who('carla')).body.name, 'carla');
    assert.equal((await who('mallory')).body.name, 'mallory');
    haven.cookies.planted = planted;
    assert.ok(await ended('planted'));
});

test('a token that is cut, longer, or in a cookie of another name opens nothing', async () => {
    await account('operator', 'dora');
    const token = haven.cookies.dora;
    const cut = token.slice(0, -1);
    for (const wrong of [cut, `${token}A`, token.toUpperCase(), '', 'a"b', ' ']) {
        haven.cookies.wrong = wrong;
        assert.ok(await ended('wrong'), wrong);
    }
    for (const name of ['haven', '__host-haven', '__Secure-haven', 'x__Host-haven']) {
        const answer = await haven.get(SESSION, null, { Cookie: `${name}=${token}` });
        assert.equal(answer.body.role, 'public', name);
    }
    const among = await haven.get(SESSION, null, { Cookie: `a=b; ${COOKIE}=${token}; c=d` });
    assert.equal(among.body.name, 'dora');
});

test('one account has at most twenty sessions: the oldest ends', async () => {
    haven.addUser('operator', 'many');
    for (let i = 0; i <= 20; i++) {
        await browser('many', `many ${i}`);
        if (i === 0) { /* age is known to the second */
            await new Promise((r) => setTimeout(r, 1100));
        }
    }
    assert.ok(await ended('many 0'));
    const { body } = await as('many 1', 'GET', SESSIONS);
    assert.equal(body.sessions.length, 20);
    assert.equal(body.sessions.filter((s) => s.current).length, 1);
    for (const s of body.sessions) {
        assert.equal(Date.parse(s.ends) - Date.parse(s.created), 3 * 3600e3);
    }
});

test('signing out ends this session and no other, and the cookie in the browser', async () => {
    await account('operator', 'emil');
    await browser('emil', 'elsewhere');
    const out = await as('emil', 'DELETE', SESSION);
    assert.equal(out.status, 204);
    assert.match(out.headers.get('set-cookie'), /^__Host-haven=; .*Max-Age=0$/);
    for (let i = 0; i < 3; i++) {
        assert.ok(await ended('emil'));
    }
    assert.equal((await as('emil', 'DELETE', SESSION)).status, 401);
    assert.equal((await who('elsewhere')).body.name, 'emil');
});

test('signing out everywhere ends all of the account, and of nobody else', async () => {
    await account('operator', 'fred');
    await account('operator', 'gerda');
    for (const name of ['fred 1', 'fred 2']) {
        await browser('fred', name);
    }
    assert.equal((await as('fred 1', 'DELETE', SESSIONS)).status, 204);
    for (const name of ['fred', 'fred 1', 'fred 2']) {
        assert.ok(await ended(name), name);
    }
    assert.equal((await who('gerda')).body.name, 'gerda');
});

test('a new password ends the other sessions, and the old one is wrong', async () => {
    await account('operator', 'hugo');
    await browser('hugo', 'hugo elsewhere');
    const change = (old, now) =>
        as('hugo', 'POST', '/api/v1/password', merge(json({ old, new: now }), from()));
    assert.equal((await change('not the password', OTHER)).status, 401);
    for (const weak of ['short', 'password1234', 'my name is hugo', PASSWORD]) {
        const answer = await change(PASSWORD, weak);
        assert.equal(answer.status, 400, weak);
        assert.ok(!answer.text.includes(weak));
    }
    assert.equal((await who('hugo elsewhere')).status, 200);
    assert.equal((await change(PASSWORD, OTHER)).status, 204);
    assert.ok(await ended('hugo elsewhere'));
    assert.equal((await who('hugo')).body.name, 'hugo');
    assert.equal((await signIn('hugo')).status, 401);
    assert.equal((await signIn('hugo', { password: OTHER })).status, 200);
});

test('disable and reset end sessions while the server runs', async () => {
    await account('operator', 'ida');
    await account('operator', 'jan');
    const command = (...args) => mustRun('user', ...args, '--db', haven.db);
    command('disable', '--name', 'ida');
    await within(SOON, 'disabled', () => ended('ida'));
    assert.equal((await signIn('ida')).status, 401);
    command('enable', '--name', 'ida');
    assert.ok(await ended('ida'));
    assert.equal((await signIn('ida')).status, 200);

    const made = command('reset', '--name', 'jan').stdout.trim().split(' ').at(-1);
    await within(SOON, 'reset', () => ended('jan'));
    assert.equal((await signIn('jan')).status, 401);
    const { status, body } = await signIn('jan', { password: made });
    assert.deepEqual([status, body.must_change], [200, true]);
});

test('a restart signs nobody out, and brings nobody back', async () => {
    await account('steward', 'kim');
    await account('operator', 'out');
    await as('out', 'DELETE', SESSION);
    const before = (await as('kim', 'GET', SESSIONS)).body.sessions[0];
    await haven.restart();
    assert.equal((await who('kim')).body.name, 'kim');
    assert.ok(await ended('out'));
    const { created, ends } = (await as('kim', 'GET', SESSIONS)).body.sessions[0];
    assert.deepEqual({ created, ends }, { created: before.created, ends: before.ends });
});

for (const [option, values] of [
    ['--session-idle', ['0', '-1', '1441', '1.5', 'x', '']],
    ['--session-hours', ['0', '-1', '169', '1h', '']],
]) {
    test(`${option} is refused where it cannot be`, () => {
        for (const value of values) {
            const done = run('serve', '--db', haven.db, option, value);
            assert.equal(done.status, 2, `${option} ${value}`);
            assert.match(done.stderr, /haven serve: /);
        }
    });
}

/* ---- pages of other hosts ------------------------------------------------------------ */

const merge = (request, headers) => ({
    ...request, headers: { ...request?.headers, ...headers },
});

const pathOf = ({ path }) => fillPath(api, path, { id: UNKNOWN, number: 999_999 });

describe('pages of other hosts', () => {
    const acting = ROUTES.filter((r) => r.method !== 'GET');
    let host;

    before(async () => {
        await account('admin', 'page');
        host = new URL(haven.origin).host;
    });

    /* As a browser sends it: the cookie, and what the page says of itself. */
    const send = (route, headers) =>
        haven.send(route.method, pathOf(route), {
            ...(route.method === 'DELETE' ? {} : { body: '{}' }),
            headers: {
                Cookie: `${COOKIE}=${haven.cookies.page}`,
                'Content-Type': 'application/json',
                ...headers,
            },
        });

    const foreign = () => ({
        'neither Origin nor Sec-Fetch-Site': {},
        'cross-site': { 'Sec-Fetch-Site': 'cross-site' },
        'cross-site that names us': { 'Sec-Fetch-Site': 'cross-site', Origin: haven.origin },
        'same-site': { 'Sec-Fetch-Site': 'same-site', Origin: `http://other.${host}` },
        none: { 'Sec-Fetch-Site': 'none' },
        'another host': { Origin: 'https://example.org' },
        'another port': { Origin: 'http://127.0.0.1:1' },
        'no port': { Origin: 'http://127.0.0.1' },
        'a host that begins as ours': { Origin: `http://${host}.example.org` },
        'a host that ends as ours': { Origin: `http://x${host}` },
        'a user that looks as ours': { Origin: `http://${host}@example.org` },
        'our host without a scheme': { Origin: host },
        'no origin that may be told': { Origin: 'null' },
        'an open line to a server behind TLS': {
            Origin: `http://${host}`, 'X-Forwarded-Proto': 'https',
        },
    });

    for (const route of acting) {
        test(`${route.name}: 403 but from our own page`, async () => {
            for (const [what, headers] of Object.entries(foreign())) {
                const answer = await send(route, headers);
                assert.equal(answer.status, 403, `${what}: ${answer.text}`);
                assert.equal(answer.headers.get('access-control-allow-origin'), null);
                assert.equal(answer.headers.get('set-cookie'), null);
            }
            assert.equal((await who('page')).body.name, 'page');
            for (const headers of [
                { Origin: haven.origin },
                { 'Sec-Fetch-Site': 'same-origin' },
                { Origin: `https://${host}`, 'X-Forwarded-Proto': 'https' },
            ]) {
                const answer = await send(route, headers);
                assert.ok(![401, 403].includes(answer.status), `${answer.status}`);
                if (route.method === 'DELETE' && route.path.includes('/session')) {
                    assert.equal(answer.status, 204);
                    await browser('page', 'page');
                }
            }
        });
    }

    test('no page of another host signs anybody in', async () => {
        const right = json({ user: 'page', password: PASSWORD });
        for (const [what, headers] of Object.entries(foreign())) {
            const known = Object.keys(headers).length > 0;
            const request = merge(right, { ...from(), ...headers });
            const answer = await haven.send('POST', SESSION, request);
            assert.equal(answer.status, known ? 403 : 200, what);
            assert.equal(answer.headers.get('set-cookie') !== null, !known, what);
        }
    });

    test('a key is known to who sends it: it needs no page', async () => {
        for (const headers of Object.values(foreign())) {
            const suggestion = json({ service: UNKNOWN, note: 'x' });
            const answer = await haven.send('POST', '/api/v1/suggestions', {
                key: 'steward', ...merge(suggestion, headers),
            });
            assert.equal(answer.status, 404, answer.text);
        }
    });

    test('what anybody may ask, any page may, and read the answer', async () => {
        const origin = { Origin: 'https://example.org', 'Sec-Fetch-Site': 'cross-site' };
        const question = json({ lat: 13, lon: 103, need: 'legal' });
        const asked = await haven.send('OPTIONS', '/api/v1/nearest', { headers: origin });
        assert.equal(asked.status, 204);
        assert.match(asked.headers.get('access-control-allow-methods'), /POST/);
        assert.doesNotMatch(asked.headers.get('access-control-allow-headers'), /auth|cookie/i);
        const answer = await haven.send('POST', '/api/v1/nearest', merge(question, origin));
        assert.equal(answer.status, 200);
        for (const { headers } of [asked, answer]) {
            assert.equal(headers.get('access-control-allow-origin'), '*');
            assert.equal(headers.get('access-control-allow-credentials'), null);
        }
    });
});

/* ---- a password that has to be changed ------------------------------------------------ */

test('a password made for somebody is changed before all else', async () => {
    const made = mustRun('user', 'add', '--db', haven.db, '--name', 'new', '--role', 'admin')
        .stdout.trim().split(' ').at(-1);
    const answer = await signIn('new', { password: made });
    assert.deepEqual([answer.status, answer.body.must_change], [200, true]);
    const first = [`GET ${SESSION}`, `DELETE ${SESSION}`, `DELETE ${SESSIONS}`,
        'POST /api/v1/password'];
    const request = (r) => (r.method === 'GET' || r.method === 'DELETE' ? {} : json({}));
    for (const route of ROUTES.filter((r) => !first.includes(r.name))) {
        const got = await as('new', route.method, pathOf(route), request(route));
        assert.equal(got.status, 403, route.name);
        assert.match(got.body.detail, /[Cc]hange the password first/);
    }
    assert.equal((await who('new')).body.must_change, true);
    assert.equal((await as('new', 'DELETE', SESSION)).status, 204);
    await browser('new', 'new', { password: made });
    assert.equal((await as('new', 'DELETE', SESSIONS)).status, 204);
    await browser('new', 'new', { password: made });
    const same = merge(json({ old: made, new: made }), from());
    assert.equal((await as('new', 'POST', '/api/v1/password', same)).status, 400);
    assert.equal((await as('new', 'GET', '/api/v1/users')).status, 403);
    const change = merge(json({ old: made, new: OTHER }), from());
    assert.equal((await as('new', 'POST', '/api/v1/password', change)).status, 204);
    assert.equal((await who('new')).body.must_change, false);
    assert.equal((await as('new', 'GET', '/api/v1/users')).status, 200);
});

/* ---- the second factor ---------------------------------------------------------------- */

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function unbase32(text) {
    const bits = [...text].map((c) => BASE32.indexOf(c).toString(2).padStart(5, '0')).join('');
    return Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
}

const stepNow = () => Math.floor(Date.now() / 30_000);

/* RFC 6238 with SHA-1, six digits, 30 seconds. */
function codeOf(secret, step) {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const mac = createHmac('sha1', unbase32(secret)).update(counter).digest();
    const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
    return String(number % 1e6).padStart(6, '0');
}

/* Codes of steps that stay in the window for the length of a test. */
async function steadyStep() {
    const left = 30_000 - (Date.now() % 30_000);
    if (left < 6000) {
        await new Promise((r) => setTimeout(r, left + 100));
    }
    return stepNow();
}

test('the second factor', async () => {
    const home = from(); /* where she has signed in before, her account has no waits */
    haven.addUser('operator', 'lena');
    const of = (name, more) => signIn(name, { headers: home, ...more });
    assert.equal((await of('lena')).status, 200);
    const totp = (body, path = '/api/v1/totp') =>
        as('lena', 'POST', path, merge(json(body), home));
    const step = await steadyStep();

    assert.equal((await totp({ code: '123456' })).status, 400); /* none was begun */
    assert.equal((await totp({})).status, 400);
    assert.equal((await totp({ password: OTHER })).status, 401);
    const begun = await totp({ password: PASSWORD });
    assert.equal(begun.status, 200, begun.text);
    assert.equal(begun.headers.get('cache-control'), 'no-store');
    const { secret, uri } = begun.body;
    assert.match(secret, /^[A-Z2-7]{32}$/);
    assert.equal(new URL(uri).searchParams.get('secret'), secret);
    for (const file of files()) { /* not kept before it is confirmed */
        assert.ok(!file.includes(secret) && !file.includes(unbase32(secret)));
    }
    assert.equal((await of('lena')).status, 200); /* nor asked for */

    const wrong = codeOf(secret, step + 1000);
    assert.equal((await totp({ code: wrong })).status, 400); /* begun in another session */
    const again = await totp({ password: PASSWORD });
    assert.notEqual(again.body.secret, secret);
    const now = again.body.secret;
    assert.equal((await totp({ code: codeOf(now, step + 1000) })).status, 401);
    assert.equal((await totp({ code: codeOf(secret, step) })).status, 401);
    assert.equal((await totp({ code: 'abcdef' })).status, 401);
    assert.equal((await totp({ code: codeOf(now, step - 1) })).status, 204);

    /* It is asked for only after the right password. */
    const noCode = await of('lena');
    assert.deepEqual([noCode.status, noCode.body.errors?.[0].parameter], [401, 'code']);
    assert.equal(noCode.headers.get('set-cookie'), null);
    const wrongPassword = await of('lena', { password: OTHER });
    const absent = await of('nobody at all', { password: OTHER });
    assert.equal(wrongPassword.status, 401);
    assert.equal(wrongPassword.text, absent.text);
    const rightCode = await of('lena', { password: OTHER, code: codeOf(now, step) });
    assert.equal(rightCode.text, absent.text);

    const bad = await of('lena', { code: codeOf(now, step + 1000) });
    assert.equal(bad.text, absent.text);
    const confirmed = await of('lena', { code: codeOf(now, step - 1) });
    assert.equal(confirmed.text, absent.text, 'the code that confirmed it is used up');
    assert.equal((await of('lena', { code: codeOf(now, step) })).status, 200);
    const replayed = await of('lena', { code: codeOf(now, step) });
    assert.equal(replayed.status, 401, 'a code is good once');
    const later = await of('lena', { code: codeOf(now, step + 1).replace(/^.../, '$& ') });
    assert.equal(later.status, 200, 'the next code, typed in two halves');

    const list = mustRun('user', 'list', '--db', haven.db).stdout;
    assert.match(list, /^lena operator \S+ active second-factor$/m);
    assert.equal((await totp({ password: OTHER }, '/api/v1/totp/remove')).status, 401);
    assert.equal((await totp({ password: PASSWORD }, '/api/v1/totp/remove')).status, 204);
    assert.equal((await of('lena')).status, 200);
});

test('a telephone that is lost: the command takes the second factor away', async () => {
    await account('operator', 'mia');
    const totp = (body) => as('mia', 'POST', '/api/v1/totp', merge(json(body), from()));
    const { secret } = (await totp({ password: PASSWORD })).body;
    assert.equal((await totp({ code: codeOf(secret, stepNow()) })).status, 204);
    assert.equal((await signIn('mia')).status, 401);
    const reset = ['user', 'reset', '--db', haven.db, '--name', 'mia', '--no-second-factor'];
    const password = mustRun(...reset).stdout.trim().split(' ').at(-1);
    assert.equal((await signIn('mia', { password })).status, 200);
});
