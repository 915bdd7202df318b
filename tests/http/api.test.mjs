/* SPDX-License-Identifier: Apache-2.0
 *
 * The interface beside the search: lists and paging, caching by role, what is refused and
 * how, and the limits that a hostile or slow client meets.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { LIST, packages, start } from './haven.mjs';

const SERVICES = '/api/v1/services';
const NEAREST = '/api/v1/nearest';
const STATUS = '/api/v1/status';
const VOCABULARY = '/api/v1/vocabulary';
const OPENAPI = '/api/v1/openapi.json';
const ABSENT = '00000000-0000-4000-8000-000000000000';
const SLOW_MS = 90_000;

const OPEN = 25;
const HIDDEN = 5;

function rows() {
    const base = (id, i, more) => ({
        id,
        organization: `organization ${i}`,
        service: `name ${id}`,
        country: 'KH',
        lat: (12 + i / 10).toFixed(1),
        lon: '104',
        status: 'open',
        ...more,
    });
    return [
        ...Array.from({ length: OPEN }, (_, i) =>
            base(`c${i}`, i, {
                needs: i % 5 ? 'health.clinic' : 'legal',
                kind: 'clinic',
                visibility: 'exact',
            }),
        ),
        ...Array.from({ length: HIDDEN }, (_, i) =>
            base(`h${i}`, 40 + i, {
                needs: 'housing.shelter',
                kind: 'shelter',
            }),
        ),
    ];
}

let haven;
let slow;

/* Sends half of a request and waits for the server to lose patience. */
const half =
    `POST ${NEAREST} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
    'Content-Length: 1000\r\n\r\n{"lat":';

before(async () => {
    haven = await start({ services: rows(), roles: ['steward', 'operator'] });
    slow = haven.raw(half, SLOW_MS);
});
after(() => haven?.stop());

/* A problem by RFC 9457 that tells nothing of the inside and repeats nothing sent. */
function assertProblem(answer, status, sent = []) {
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.equal(answer.body.status, status);
    assert.equal(typeof answer.body.title, 'string');
    assert.doesNotMatch(
        answer.text,
        /\.c\b|sqlite|select |\/tmp|\/root|\/work|0x[0-9a-f]{6}/i,
    );
    sent.forEach((value) => assert.ok(!answer.text.includes(value), answer.text));
}

describe('the list of services', () => {
    test('has a total by role', async () => {
        assert.equal((await haven.get(SERVICES)).body[LIST.total], OPEN);
        assert.equal(
            (await haven.get(SERVICES, 'steward')).body[LIST.total],
            OPEN + HIDDEN,
        );
    });

    test('pages by cursor through every service once', async () => {
        const seen = [];
        let cursor = '';
        for (let page = 0; page < 10; page++) {
            const { body, status } = await haven.get(`${SERVICES}?limit=7${cursor}`);
            assert.equal(status, 200);
            assert.equal(body[LIST.total], OPEN);
            assert.ok(body[LIST.items].length <= 7);
            seen.push(...body[LIST.items].map((s) => s.id));
            if (!body[LIST.next]) break;
            cursor = `&${LIST.cursor}=${encodeURIComponent(body[LIST.next])}`;
        }
        assert.equal(seen.length, OPEN);
        assert.equal(new Set(seen).size, OPEN);
    });

    test('by need and by bbox', async () => {
        const total = async (query) =>
            (await haven.get(`${SERVICES}?${query}`)).body[LIST.total];
        assert.equal(await total('need=legal'), 5);
        assert.equal(await total('need=health'), 20);
        assert.equal(await total('need=legal&need=health'), 25);
        assert.equal(await total('bbox=103.9,11.95,104.1,12.45'), 5);
        assert.equal(await total('bbox=103.9,11.95,104.1,12.45&need=legal'), 1);
        assert.equal(await total('bbox=0,0,1,1'), 0);
    });

    test('refuses what it does not know', async () => {
        const bad = [
            'limit=0',
            'limit=1000000',
            'bbox=1,2,3',
            'bbox=a,b,c,d',
            'bbox=0,20,1,10',
            'need=hospital',
            'cursor=zzz',
            'colour=red',
            'lat=91',
        ];
        for (const query of bad) {
            const answer = await haven.get(`${SERVICES}?${query}`);
            assertProblem(answer, 400);
            assert.equal(
                answer.body.errors[0].parameter,
                query.split('=')[0],
                answer.text,
            );
        }
    });

    test('one service by its id', async () => {
        const [first] = await haven.list();
        const { status, body } = await haven.get(`${SERVICES}/${first.id}`);
        assert.equal(status, 200);
        assert.equal(body.id, first.id);
        assertProblem(await haven.get(`${SERVICES}/${ABSENT}`), 404, [ABSENT]);
        assert.equal((await haven.get(`${SERVICES}/no-such-id`)).status, 404);
    });
});

describe('other resources', () => {
    test('status', async () => {
        const { status, body } = await haven.get(STATUS);
        assert.equal(status, 200);
        assert.equal(typeof body, 'object');
        assert.doesNotMatch(JSON.stringify(body), /\.db|\/tmp/);
    });

    test('vocabulary', async () => {
        const { status, text } = await haven.get(VOCABULARY);
        assert.equal(status, 200);
        for (const code of ['housing.shelter', 'labour.fishing', 'female']) {
            assert.ok(text.includes(`"${code}"`), code);
        }
    });

    test('openapi.json is valid and names the routes', async () => {
        const { status, body } = await haven.get(OPENAPI);
        assert.equal(status, 200);
        const file = packages.resolve('@seriousme/openapi-schema-validator');
        const { Validator } = await import(pathToFileURL(file));
        const checked = await new Validator().validate(structuredClone(body));
        assert.ok(checked.valid, JSON.stringify(checked.errors));
        const base = body.servers?.[0]?.url ?? '';
        const paths = Object.keys(body.paths).map((p) => base.replace(/\/$/, '') + p);
        for (const path of [NEAREST, SERVICES, STATUS]) {
            assert.ok(
                paths.some((p) => p.endsWith(path)),
                path,
            );
        }
    });
});

describe('HEAD and CORS', () => {
    test('HEAD answers as GET, without a body', async () => {
        for (const path of [SERVICES, STATUS, OPENAPI]) {
            const get = await haven.get(path);
            const head = await haven.send('HEAD', path);
            assert.equal(head.status, 200);
            assert.equal(head.text, '');
            for (const name of ['content-type', 'etag']) {
                assert.equal(
                    head.headers.get(name),
                    get.headers.get(name),
                    `${path} ${name}`,
                );
            }
        }
    });

    test('public reads are open to pages of other hosts', async () => {
        for (const path of [SERVICES, STATUS, OPENAPI]) {
            const answer = await haven.get(path, null, { Origin: 'https://example.org' });
            assert.equal(answer.headers.get('access-control-allow-origin'), '*', path);
            assert.equal(answer.headers.get('access-control-allow-credentials'), null);
        }
    });
});

describe('caching', () => {
    const tagOf = async (key) => (await haven.get(SERVICES, key)).headers.get('etag');
    const ask = (tag, key) => haven.get(SERVICES, key, { 'If-None-Match': tag });

    test('an unchanged list answers 304', async () => {
        for (const key of [null, 'steward']) {
            const tag = await tagOf(key);
            assert.match(tag, /^(W\/)?"[^"]+"$/);
            const again = await ask(tag, key);
            assert.equal(again.status, 304);
            assert.equal(again.text, '');
            assert.equal(again.headers.get('etag'), tag);
            assert.equal((await ask('"other"', key)).status, 200);
            assert.equal((await ask(`"other", ${tag}`, key)).status, 304);
        }
    });

    test('a tag of the staff never answers the public, nor the other way', async () => {
        const [open, staff] = [await tagOf(null), await tagOf('steward')];
        assert.notEqual(open, staff);
        assert.equal((await ask(staff, null)).status, 200);
        assert.equal((await ask(open, 'steward')).status, 200);
    });

    test('a staff answer is kept by no shared cache', async () => {
        const { headers } = await haven.get(SERVICES, 'steward');
        assert.match(headers.get('cache-control') ?? '', /private|no-store/);
        assert.doesNotMatch(headers.get('cache-control') ?? '', /public/);
        const nearest = await haven.post(NEAREST, { lat: 13, lon: 104 });
        assert.match(nearest.headers.get('cache-control') ?? '', /no-store/);
    });

    test('a change moves the tags of those who may see it', async () => {
        const [open, staff] = [await tagOf(null), await tagOf('steward')];
        const until = async (done) => {
            for (const end = Date.now() + 15_000; Date.now() < end;) {
                if (await done()) return;
                await new Promise((r) => setTimeout(r, 100));
            }
            assert.fail('the server did not take up the change');
        };
        const [shelter] = rows().slice(-1);
        haven.import(
            [{ ...shelter, id: 'new', service: 'new house', lat: '10' }],
            'hidden',
        );
        await until(async () => (await tagOf('steward')) !== staff);
        assert.equal(await tagOf(null), open, 'a hidden record does not show');
        haven.import(
            [{ ...rows()[0], id: 'seen', service: 'new clinic', lat: '20' }],
            'seen',
        );
        await until(async () => (await tagOf(null)) !== open);
        assert.equal((await haven.get(SERVICES)).body[LIST.total], OPEN + 1);
    });
});

describe('what is refused', () => {
    const SENT = 'zzqq-echo-4471';

    test('404', async () => {
        assertProblem(await haven.get(`/api/v1/${SENT}`), 404, [SENT]);
        assertProblem(await haven.get('/api/v1/services/'), 404);
        assert.equal((await haven.get('/api/v1/../../etc/passwd')).status, 404);
        assert.equal((await haven.get('/%2e%2e/%2e%2e/etc/passwd')).status, 404);
    });

    test('405 with Allow', async () => {
        const methods = (a) => (a.headers.get('allow') ?? '').split(/\s*,\s*/);
        const nearest = await haven.send('DELETE', NEAREST);
        assertProblem(nearest, 405);
        for (const method of ['GET', 'POST'])
            assert.ok(methods(nearest).includes(method));
        const services = await haven.post(SERVICES, {});
        assertProblem(services, 405);
        assert.ok(
            methods(services).includes('GET') && !methods(services).includes('POST'),
        );
        assert.match(
            await haven
                .raw(
                    'BREW /api/v1/status HTTP/1.1\r\nHost: x\r\n' +
                        'Connection: close\r\n\r\n',
                )
                .then((a) => a.text),
            /^HTTP\/1\.1 (405|501|400)/,
        );
    });

    test('406', async () => {
        assertProblem(await haven.get(SERVICES, null, { Accept: 'text/html' }), 406);
        for (const accept of [
            '*/*',
            'application/*',
            'text/html, */*;q=0.1',
            'application/json;q=0.5',
        ]) {
            assert.equal(
                (await haven.get(SERVICES, null, { Accept: accept })).status,
                200,
            );
        }
        assertProblem(
            await haven.get(SERVICES, null, { Accept: 'application/json;q=0' }),
            406,
        );
    });

    test('415', async () => {
        const post = (type) =>
            haven.post(NEAREST, { lat: 13, lon: 104 }, null, { 'Content-Type': type });
        assertProblem(await post('text/plain'), 415);
        assertProblem(await post('application/x-www-form-urlencoded'), 415);
        assert.equal((await post('application/json; charset=utf-8')).status, 200);
        assert.equal((await post('Application/JSON')).status, 200);
    });

    test('414', async () => {
        const answer = await haven.get(`${SERVICES}?need=${'a'.repeat(20_000)}`);
        assert.equal(answer.status, 414);
    });

    test('400 for a body that is no query', async () => {
        const bodies = [
            '',
            '{',
            '[]',
            '"text"',
            'null',
            '12',
            '{"lat":13,"lon":104}x',
            '{"lat":13,"lat":14,"lon":104}',
            '{"lat":NaN,"lon":104}',
            '{"lat":1e999,"lon":104}',
            `${'['.repeat(5000)}`,
            '{"lat":13,"lon":104,"need":"\u0000"}',
        ];
        for (const body of bodies) {
            assertProblem(await haven.post(NEAREST, body), 400);
        }
        const bytes = Buffer.from([
            ...Buffer.from('{"lat":13,"lon":104,"need":"'),
            0xff,
            0xfe,
            ...Buffer.from('"}'),
        ]);
        const headers = { 'Content-Type': 'application/json' };
        assertProblem(await haven.send('POST', NEAREST, { headers, body: bytes }), 400);
    });

    test('400 names the parameter and repeats no value', async () => {
        const bad = {
            gender: SENT,
            age: SENT,
            need: SENT,
            form: SENT,
            language: SENT,
            country: SENT,
            order: SENT,
            open_at: SENT,
        };
        for (const [name, value] of Object.entries(bad)) {
            const answer = await haven.post(NEAREST, {
                lat: 13,
                lon: 104,
                [name]: value,
            });
            assertProblem(answer, 400, [SENT]);
            assert.equal(answer.body.errors[0].parameter, name);
            assert.equal(typeof answer.body.errors[0].detail, 'string');
        }
    });

    test('a wrong key is 401 and not the public', async () => {
        const answer = await haven.get(SERVICES, null, {
            Authorization: 'Bearer nonsense',
        });
        assertProblem(answer, 401, ['nonsense']);
        assert.ok(answer.headers.get('www-authenticate'));
    });
});

describe('limits', () => {
    const statusOf = (text) => Number(text.match(/^HTTP\/1\.1 (\d+)/)?.[1]);

    test('a huge body is refused before it is sent', async () => {
        const head =
            `POST ${NEAREST} HTTP/1.1\r\nHost: x\r\n` +
            'Content-Type: application/json\r\n';
        const { text } = await haven.raw(`${head}Content-Length: 10000000000\r\n\r\n{`);
        assert.equal(statusOf(text), 413);
        const big = await haven.raw(
            `${head}Content-Length: 3000000\r\n\r\n` +
                `{"lat":13,"lon":104,"need":"${'a'.repeat(2_999_900)}`,
        );
        assert.ok(big.text === '' || statusOf(big.text) === 413, big.text.slice(0, 80));
    });

    test('a huge body in chunks is refused as well', async () => {
        const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
        const answer = await haven.raw(
            `POST ${NEAREST} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
                `Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(40)}0\r\n\r\n`,
        );
        assert.ok(
            answer.text === '' || statusOf(answer.text) === 413,
            answer.text.slice(0, 80),
        );
    });

    test('a header that is too large', async () => {
        const { text } = await haven.raw(
            `GET ${STATUS} HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(200_000)}\r\n\r\n`,
        );
        assert.ok(
            text === '' || [400, 413, 431].includes(statusOf(text)),
            text.slice(0, 80),
        );
    });

    test('bytes that are no HTTP', async () => {
        for (const bytes of [
            '\x16\x03\x01\x02\x00\x01\x00',
            '\r\n'.repeat(50),
            'GET / HTTP/9.9\r\n\r\n',
            'GET\r\n\r\n',
        ]) {
            await haven.raw(bytes, 500);
        }
        assert.equal((await haven.get(STATUS)).status, 200);
    });

    test('slow clients keep nobody waiting', async () => {
        const crowd = Array.from({ length: 60 }, () => haven.raw(half, 4000));
        await new Promise((r) => setTimeout(r, 300));
        const begun = Date.now();
        for (let i = 0; i < 20; i++) {
            assert.equal((await haven.get(STATUS)).status, 200);
        }
        assert.ok(Date.now() - begun < 2000, `${Date.now() - begun} ms for 20 requests`);
        await Promise.all(crowd);
    });

    test(
        'a client that never ends its request is cut off',
        { timeout: SLOW_MS + 5000 },
        async () => {
            const { closed, text } = await slow;
            assert.ok(closed, 'the connection stands after 90 s');
            assert.ok(
                text === '' || [400, 408, 413].includes(statusOf(text)),
                text.slice(0, 80),
            );
        },
    );

    test('after all that it still answers', async () => {
        assert.equal((await haven.get(STATUS)).status, 200);
        assert.equal(haven.child.exitCode, null);
    });
});
