/* SPDX-License-Identifier: Apache-2.0
 *
 * Ten thousand wrong passwords: at an account, at many, at none, one after the other and at
 * once. Whoever tries learns nothing, not even which accounts there are; the server goes on
 * answering in bounded memory; and who knows the password gets in.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { mustRun, start } from './haven.mjs';

const SESSION = '/api/v1/session';
const ABSENT = 'xaver nowhere';
const AT_ONCE = 32;
const WRONG = 'surely not this one';
const SLOW = { timeout: 300_000 };

let haven;
let agent;

before(async () => {
    const services = [{ id: 'a', organization: 'o', service: 's', country: 'KH' }];
    haven = await start({ services, roles: ['admin'], args: ['--proxy', '127.0.0.1'] });
    for (const name of ['anna', 'ben', 'carla', 'dora', 'emil']) {
        haven.addUser('operator', name);
    }
    agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
});
after(async () => {
    agent?.destroy();
    await haven?.stop();
});

/* One try from an address: status, body, and the wait that was told. */
function attempt(user, client, password = WRONG) {
    return new Promise((done, failed) => {
        const sent = request(haven.origin + SESSION, {
            agent, method: 'POST', timeout: 60_000,
            headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': client },
        }, (answer) => {
            let text = '';
            answer.setEncoding('utf8').on('data', (d) => {
                text += d;
            });
            answer.on('end', () => done({
                status: answer.statusCode, text,
                wait: answer.headers['retry-after'] ?? null,
                cookie: answer.headers['set-cookie'] ?? null,
            }));
        });
        sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
        sent.on('error', failed);
        sent.end(JSON.stringify({ user, password }));
    });
}

async function inTurn(count, one) {
    const got = [];
    for (let i = 0; i < count; i++) {
        got.push(await one(i));
    }
    return got;
}

async function atOnce(count, one) {
    const got = [];
    let next = 0;
    const worker = async () => {
        while (next < count) {
            got.push(await one(next++));
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return got;
}

const kibibytes = (what) => {
    const status = readFileSync(`/proc/${haven.child.pid}/status`, 'utf8');
    return Number(status.match(new RegExp(`^${what}:\\s+(\\d+) kB`, 'm'))[1]);
};

/* 503: the queue for work that takes time is full. */
function assertRefused(answers) {
    for (const { status, wait, cookie, text } of answers) {
        assert.ok([401, 429, 503].includes(status), `${status} ${text}`);
        assert.equal(wait !== null && Number(wait) > 0, status !== 401, `${status} ${wait}`);
        assert.equal(cookie, null);
    }
}

const distinct = (answers, status) =>
    [...new Set(answers.filter((a) => a.status === status).map((a) => a.text))];

/* Tries, each from another client, until the account waits for two seconds at least. */
async function close(user) {
    for (let i = 0, wait = 0; wait < 2; i++) {
        const answer = await attempt(user, `198.51.100.${i}`);
        assert.ok(i > 2 || answer.status === 401);
        wait = Number(answer.wait ?? 0);
        await new Promise((r) => setTimeout(r, i > 2 ? 50 : 0));
    }
}

/* ---- what there is to learn ------------------------------------------------------------ */

test('an account and none are answered the same, try for try', async () => {
    const [there, absent] = [[], []];
    for (let i = 0; i < 12; i++) {
        there.push(await attempt('anna', '192.0.2.1'));
        absent.push(await attempt(ABSENT, '192.0.2.2'));
    }
    const seen = (list) => list.map(({ status, text }) => [status, text]);
    assert.deepEqual(seen(there).slice(0, 3), seen(absent).slice(0, 3));
    assert.equal(there[2].status, 401);
    for (const status of [401, 429]) { /* waits are whole seconds, of which one may end */
        const [a, b] = [there, absent].map((list) => distinct(list, status));
        assert.deepEqual(a, b);
        assert.equal(a.length, 1);
        const times = (list) => list.filter((x) => x.status === status).length;
        assert.ok(Math.abs(times(there) - times(absent)) <= 1);
    }
    mustRun('user', 'disable', '--db', haven.db, '--name', 'emil');
    const disabled = await inTurn(3, () => attempt('emil', '192.0.2.3'));
    assert.deepEqual(seen(disabled), seen(absent.slice(0, 3)));
});

/* How long a refusal takes tells nothing: a hash is made in any case. */
test('a try at no account takes as long as one at an account', async () => {
    const timed = async (user, client) => {
        const from = performance.now();
        assert.equal((await attempt(user, client)).status, 401);
        return performance.now() - from;
    };
    const there = await inTurn(3, () => timed('ben', '192.0.2.11'));
    const absent = await inTurn(3, () => timed('no ben', '192.0.2.12'));
    assert.ok(Math.min(...absent) > Math.min(...there) / 3, `${there} and ${absent}`);
});

test('an account waits for all clients, a client for all accounts', async () => {
    await close('carla');
    const elsewhere = await attempt('carla', '198.51.100.99');
    assert.equal(elsewhere.status, 429);
    const answers = await inTurn(14, (i) => attempt(`name ${i}`, '198.51.100.200'));
    assert.deepEqual(answers.slice(0, 10).map((a) => a.status), Array(10).fill(401));
    assert.ok(answers.slice(10).some((a) => a.status === 429));
});

test('a name is one name in any case, and no text is too odd', async () => {
    const answers = [];
    for (const name of ['dora', 'DORA', 'Dora', 'doRA', 'dOrA']) {
        answers.push((await attempt(name, '203.0.113.1')).status);
    }
    assert.deepEqual(answers.slice(0, 3), [401, 401, 401]);
    assert.ok(answers.includes(429));
    for (const name of ['\u0000', "' OR 1=1 --", '\ud83d\ude00'.repeat(25), 'x'.repeat(101)]) {
        const { status } = await attempt(name, '203.0.113.2');
        assert.ok([400, 401].includes(status), `${status}`);
    }
});

/* ---- ten thousand ---------------------------------------------------------------------- */

/* Asks `path` again and again while it lasts. Ends with how long each took, sorted. */
function meanwhile(path, key, allowed) {
    const took = [];
    let going = true;
    const asking = (async () => {
        while (going) {
            const from = performance.now();
            const { status } = await haven.get(path, key);
            assert.ok(allowed.includes(status), `${path}: ${status}`);
            took.push(performance.now() - from);
            await new Promise((r) => setTimeout(r, 20));
        }
    })();
    return async () => {
        going = false;
        await asking;
        assert.ok(took.length > 0);
        took.sort((a, b) => a - b);
        return `${took.length} of ${path}, 95 % in ` +
            `${took[Math.floor(took.length * 0.95)].toFixed(0)} ms`;
    };
}

describe('ten thousand wrong passwords', () => {
    const found = {};

    before(() => {
        found.memory = kibibytes('VmHWM');
    });

    for (const [what, tries, one] of [
        ['at one account, from one client', 6000, () => attempt('anna', '192.0.2.21')],
        ['at an account that is none', 3800, () => attempt(ABSENT, '192.0.2.22')],
        ['at many names, from as many clients', 200, (i) =>
            attempt(`name ${i}`, `10.9.9.${i}`)],
    ]) {
        test(`${what}, ${tries} at once`, SLOW, async (t) => {
            const done = [
                meanwhile('/api/v1/nearest?lat=13&lon=103&need=legal', null, [200]),
                meanwhile('/api/v1/runs', 'admin', [200, 503]),
            ];
            const answers = await atOnce(tries, one);
            const told = await Promise.all(done.map((d) => d()));
            assert.equal(answers.length, tries);
            assertRefused(answers);
            for (const status of [401, 429, 503]) {
                assert.ok(distinct(answers, status).length <= 1);
            }
            const counts = [401, 429, 503].map(
                (s) => `${answers.filter((a) => a.status === s).length} x ${s}`,
            );
            t.diagnostic(`${counts.join(', ')}; meanwhile ${told.join('; ')}`);
        });
    }

    /* Four hashes of 64 MiB at once, at most, and what else the server has. */
    test('memory is bounded', (t) => {
        const now = kibibytes('VmHWM');
        t.diagnostic(`${found.memory} kB before, ${now} kB after`);
        assert.ok(now - found.memory < (4 * 64 + 64) * 1024, `${found.memory} -> ${now} kB`);
    });

    test('while an account waits its password is of no use; then it is', async () => {
        haven.addUser('operator', 'gustav');
        await close('gustav');
        const headers = { 'X-Forwarded-For': '192.0.2.40' };
        const right = await haven.signIn('gustav', { headers });
        assert.equal(right.status, 429);
        assert.equal(right.headers.get('set-cookie'), null);
        const wait = Number(right.headers.get('retry-after'));
        await new Promise((r) => setTimeout(r, wait * 1000));
        const later = await haven.signIn('gustav', { headers });
        assert.equal(later.status, 200, later.text);
    });

    test('others are not kept out', async () => {
        const headers = { 'X-Forwarded-For': '192.0.2.78' };
        const answer = await haven.signIn('ben', { headers });
        assert.equal(answer.status, 200, answer.text);
        assert.equal((await haven.send('GET', SESSION, { cookie: 'ben' })).body.name, 'ben');
    });

    test('who signed in from a place today is not locked out by strangers', async () => {
        const home = { 'X-Forwarded-For': '192.0.2.79' };
        haven.addUser('operator', 'fred');
        assert.equal((await haven.signIn('fred', { headers: home })).status, 200);
        await atOnce(200, (i) => attempt('fred', `10.9.9.${i}`));
        /* Of many at once only a few are looked at. */
        for (let i = 1; i < 6; i++) {
            await attempt('fred', `10.9.8.${i}`);
        }
        assert.equal((await attempt('fred', '10.9.10.1')).status, 429);
        assert.equal((await haven.signIn('fred', { headers: home })).status, 200);
    });

    test('nothing of who tried, and of what, is in the output or in the files', async () => {
        await haven.end();
        const texts = readdirSync(haven.dir).map((f) =>
            readFileSync(`${haven.dir}/${f}`, 'latin1'),
        );
        for (const trace of ['192.0.2.', '10.9.9.', '10.9.8.', ABSENT, WRONG, 'name 19']) {
            assert.ok(texts.every((t) => !t.includes(trace)), trace);
            assert.ok(!haven.output.includes(trace), trace);
        }
        await haven.serve(haven.args);
    });

    test('tries at accounts that there are stand in the audit, counted by day', async () => {
        const { entries } = (await haven.get('/api/v1/audit', 'admin')).body;
        const refused = entries.filter((e) => e.action === 'sign_in_refused');
        assert.ok(refused.find((e) => e.actor === 'anna').count >= 4);
        const accounts = ['anna', 'ben', 'carla', 'dora', 'emil', 'fred', 'gustav'];
        assert.deepEqual(refused.filter((e) => !accounts.includes(e.actor)), []);
    });
});
