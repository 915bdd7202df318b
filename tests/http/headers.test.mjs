/* SPDX-License-Identifier: Apache-2.0
 *
 * Headers of the real server: every answer carries those that keep browsers and caches from
 * doing harm, also when it is an error or was refused before it was read whole; and a page
 * of another host can read public answers only.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { start } from './haven.mjs';

const STATUS = '/api/v1/status';
const ALWAYS = {
    'content-security-policy':
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    vary: 'Authorization, Cookie',
};

let haven;

before(async () => {
    const services = [{ id: 'a', organization: 'o', service: 's', country: 'KH' }];
    haven = await start({ services, args: ['--proxy', '127.0.0.1'] });
});
after(() => haven?.stop());

/* The head of an answer to raw bytes, as { status, headers }. */
async function head(bytes) {
    const { text } = await haven.raw(bytes, 3000);
    const [first, ...lines] = text.split('\r\n\r\n')[0].split('\r\n');
    const headers = new Headers(lines.map((l) => l.split(/: (.*)/s).slice(0, 2)));
    return { status: Number(first.split(' ')[1]), headers };
}

const raw = (first, more = '') =>
    head(`${first} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${more}\r\n`);

function assertAlways(answer, what) {
    for (const [name, value] of Object.entries(ALWAYS)) {
        assert.equal(answer.headers.get(name), value, `${what}: ${name}`);
    }
    const policy = answer.headers.get('permissions-policy');
    for (const off of ['camera=()', 'microphone=()', 'payment=()', 'geolocation=(self)']) {
        assert.ok(policy.split(', ').includes(off), `${what}: ${off}`);
    }
    assert.ok(answer.headers.get('cache-control'), what);
}

const isOpen = ({ headers }) =>
    headers.get('access-control-allow-origin') === '*' &&
    headers.get('cross-origin-resource-policy') === 'cross-origin';

const isClosed = ({ headers }) =>
    ![...headers.keys()].some((k) => k.startsWith('access-control-')) &&
    headers.get('cross-origin-resource-policy') === 'same-origin';

test('every answer carries them, errors too', async () => {
    const answers = {
        status: [200, await raw(`GET ${STATUS}`)],
        'not found': [404, await raw('GET /nowhere')],
        'wrong method': [405, await raw(`DELETE ${STATUS}`, 'Content-Length: 0\r\n')],
        options: [204, await raw(`OPTIONS ${STATUS}`)],
        'too long': [414, await raw(`GET /${'x'.repeat(5000)}`)],
        'too large': [413, await raw('POST /api/v1/nearest', 'Content-Length: 9999999\r\n')],
        'not UTF-8': [400, await raw(`GET ${STATUS}?x=%ff`)],
        'not acceptable': [406, await raw(`GET ${STATUS}`, 'Accept: text/html\r\n')],
    };
    for (const [what, [status, answer]] of Object.entries(answers)) {
        assert.equal(answer.status, status, what);
        assertAlways(answer, what);
        assert.ok(isOpen(answer), what);
    }
});

test('other hosts read what the public may read, and nothing else', async () => {
    const origin = { Origin: 'https://example.org' };
    assert.ok(isOpen(await haven.get(STATUS, null, origin)));
    const staff = await haven.get(STATUS, 'steward', origin);
    assert.equal(staff.status, 200);
    assert.ok(isClosed(staff));
    assertAlways(staff, 'steward');
    for (const more of ['Cookie: a=b\r\n', 'Authorization: Bearer nonsense\r\n']) {
        for (const first of [`GET ${STATUS}`, 'GET /nowhere', `OPTIONS ${STATUS}`]) {
            const answer = await raw(first, more);
            assert.ok(isClosed(answer), `${first} ${more}`);
            assertAlways(answer, `${first} ${more}`);
        }
    }
});

test('browsers are told to stay with TLS when they came over it', async () => {
    const name = 'strict-transport-security';
    const plain = await haven.get(STATUS);
    assert.equal(plain.headers.get(name), null);
    const over = await haven.get(STATUS, null, { 'X-Forwarded-Proto': 'https' });
    assert.equal(over.headers.get(name), 'max-age=63072000');
});

test('nothing says what the program is', async () => {
    const answer = await haven.get(STATUS);
    for (const name of ['server', 'x-powered-by', 'via']) {
        assert.equal(answer.headers.get(name), null);
    }
});
