/* SPDX-License-Identifier: Apache-2.0
 *
 * The server against clients that are slow, greedy or wrong, over bare sockets: each is
 * answered or closed within its limits, the server goes on, and its log holds nothing of
 * any request (every request here carries a marker).
 */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';

import { start } from './haven.mjs';

const REQUEST_S = 3;
const TIMEOUT_S = 2;
const CONNECTIONS = 8;
const BODY_MAX = 64 * 1024;
const MARKER = 'qzwmarker';
const NEAREST = '/api/v1/nearest';
const STATUS = '/api/v1/status';
const SLOW = { timeout: 60_000 };

let haven;

before(async () => {
    const services = [
        {
            id: 'a',
            organization: 'o',
            service: 's',
            country: 'KH',
            lat: '11.5',
            lon: '104.9',
            needs: 'health.clinic',
            kind: 'clinic',
            status: 'open',
            visibility: 'exact',
        },
    ];
    const args = ['--request-time', REQUEST_S, '--timeout', TIMEOUT_S];
    haven = await start({
        services,
        args: [...args, '--connections', CONNECTIONS].map(String),
    });
});
after(() => haven?.stop());

const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const port = () => Number(new URL(haven.origin).port);
const statuses = (text) =>
    [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((m) => Number(m[1]));

/* One request with its own connection; fetch would keep some, and they are counted. */
const ask = (path = STATUS) =>
    haven.raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);

async function assertWell() {
    const end = Date.now() + 10_000;
    for (;;) {
        const answer = await ask();
        if (statuses(answer.text)[0] === 200) {
            return;
        }
        assert.ok(Date.now() < end, 'the server does not answer any more');
        await sleep(100);
    }
}

const post = (headers, body) =>
    `POST ${NEAREST} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
    `Connection: close\r\n${headers}\r\n${body}`;

/* A socket that is kept; `text` grows, `closed` tells when. */
function open() {
    const socket = connect(port(), '127.0.0.1');
    const held = { socket, text: '', closed: false };
    held.ended = new Promise((done) => {
        socket.on('close', () => {
            held.closed = true;
            done();
        });
    });
    socket.setEncoding('latin1').on('data', (d) => {
        held.text += d;
    });
    socket.on('error', () => {});
    return held;
}

/* Sends `head`, then `drip` four times a second; gives the seconds until it is closed. */
async function dribble(head, drip) {
    const began = Date.now();
    const held = open();
    held.socket.write(head);
    const timer = setInterval(() => held.socket.write(drip), 250);
    await Promise.race([held.ended, sleep((REQUEST_S + 6) * 1000)]);
    clearInterval(timer);
    held.socket.destroy();
    assert.ok(held.closed, 'a slow client was not closed');
    return (Date.now() - began) / 1000;
}

test('slow headers and slow bodies are closed', SLOW, async () => {
    const head = `GET ${STATUS} HTTP/1.1\r\nHost: ${MARKER}slow\r\nX-Slow: `;
    const body = post(`Content-Length: 5000\r\nX-Slow: ${MARKER}slow\r\n`, '{"lat":');
    const took = await Promise.all([
        dribble(head, 'a'),
        dribble(body, ' '),
        dribble('', 'G'),
    ]);
    for (const seconds of took) {
        assert.ok(seconds >= REQUEST_S - 1 && seconds < REQUEST_S + 4, `${seconds} s`);
    }
    await assertWell();
});

test('a silent client is closed', SLOW, async () => {
    const began = Date.now();
    const held = [open(), open()];
    held[1].socket.write(`GET /${MARKER}silent HTTP/1.1\r\n`);
    await Promise.race([Promise.all(held.map((h) => h.ended)), sleep(10_000)]);
    held.forEach((h) => h.socket.destroy());
    assert.ok(held.every((h) => h.closed));
    assert.ok(Date.now() - began < (REQUEST_S + 4) * 1000);
    await assertWell();
});

/* ---- bodies ------------------------------------------------------------------------ */

const object = (size) =>
    `{"${MARKER}body":"${'x'.repeat(size - 14 - MARKER.length + 5)}"}`;

test('a body of 64 KiB is read, one byte more is not', async () => {
    for (const [size, wanted] of [
        [BODY_MAX, 400],
        [BODY_MAX + 1, 413],
    ]) {
        const body =
            object(size)
                .slice(0, size - 1)
                .padEnd(size - 1, 'x') + '}';
        const { text } = await haven.raw(post(`Content-Length: ${size}\r\n`, body));
        assert.equal(statuses(text)[0], wanted, text.slice(0, 500));
    }
});

test('a length that is too large is refused before the body comes', async () => {
    for (const length of ['65537', '999999999', '18446744073709551615']) {
        const began = Date.now();
        const { text } = await haven.raw(post(`Content-Length: ${length}\r\n`, '{'));
        assert.equal(statuses(text)[0], 413, `${length}: ${text.slice(0, 300)}`);
        assert.ok(Date.now() - began < 1500, length);
    }
});

test('wrong lengths are refused', async () => {
    for (const length of ['-1', 'x', '1x', '99999999999999999999999', '']) {
        const { text } = await haven.raw(
            post(`Content-Length: ${length}\r\n`, '{}'),
            3000,
        );
        const [status] = statuses(text);
        assert.ok(
            status === undefined || (status >= 400 && status < 500),
            `${length}: ${status}`,
        );
    }
    await assertWell();
});

const chunked = (pieces) =>
    post(
        'Transfer-Encoding: chunked\r\n',
        pieces.map((p) => `${p.length.toString(16)}\r\n${p}\r\n`).join(''),
    );

test('chunks beyond the limit are refused', async () => {
    const small = await haven.raw(
        `${chunked(['{"la', 't":1', '1.5,"lon":104.9}'])}0\r\n\r\n`,
    );
    assert.equal(statuses(small.text)[0], 200, small.text);
    const pieces = Array.from({ length: 40 }, () => `${MARKER}chunk`.padEnd(4096, 'x'));
    const large = await haven.raw(`${chunked(pieces)}0\r\n\r\n`);
    assert.equal(statuses(large.text)[0], 413, large.text.slice(0, 300));
    const wrong = await haven.raw(
        post('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n'),
    );
    assert.ok(!(statuses(wrong.text)[0] < 400));
    await assertWell();
});

/* ---- heads ------------------------------------------------------------------------- */

test('long addresses are refused', async () => {
    for (const size of [4097, 20_000, 100_000]) {
        for (const path of [
            `/${'p'.repeat(size)}`,
            `${STATUS}?q=${MARKER}${'q'.repeat(size)}`,
        ]) {
            const { text } = await ask(path);
            const [status] = statuses(text);
            assert.ok(status >= 400 && status < 500, `${size}: ${status}`);
        }
    }
    await assertWell();
});

test('200 header lines, and headers without end', async () => {
    const line = (i) => `X-${MARKER}-${i}: ${MARKER}value${i}\r\n`;
    const head = (n) =>
        `GET ${STATUS} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n` +
        `${Array.from({ length: n }, (_, i) => line(i)).join('')}\r\n`;
    const many = await haven.raw(head(200));
    assert.ok([200, 431].includes(statuses(many.text)[0]), many.text.slice(0, 200));
    const endless = await haven.raw(head(5000));
    assert.ok([undefined, 413, 431].includes(statuses(endless.text)[0]));
    await assertWell();
});

/* What is no HTTP gets a 4xx or nothing, and the connection is closed. */
test('garbage', SLOW, async () => {
    const garbage = [
        '\x00\x01\x02\xff\xfe',
        '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
        `${MARKER}garbage\r\n\r\n`,
        '\r\n\r\n\r\n\r\n',
        'GET\r\n\r\n',
        'GET  HTTP/1.1\r\n\r\n',
        `GET ${STATUS}\r\n\r\n`,
        `GET ${STATUS} HTTP/9.9\r\nHost: x\r\n\r\n`,
        `GET ${STATUS} HTTP/1.1\r\n\r\n`,
        `GET ${STATUS} HTTP/1.1\r\nHost: x\r\nNo colon ${MARKER}\r\n\r\n`,
        `GET ${STATUS} HTTP/1.1\r\nHost: x\r\n : ${MARKER}\r\n\r\n`,
        `GET ${STATUS}%00%ff?%00=${MARKER} HTTP/1.1\r\nHost: x\r\n\r\n`,
        `GET ${STATUS}?${'a&'.repeat(1500)} HTTP/1.1\r\nHost: x\r\n\r\n`,
        `GET ${STATUS}?x=%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n`,
        `GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n`,
        `${MARKER.toUpperCase()} ${STATUS} HTTP/1.1\r\nHost: x\r\n\r\n`,
        `CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n`,
        `PUT ${STATUS} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc`,
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    ];
    const send = async (bytes) => {
        const { text, closed } = await haven.raw(Buffer.from(bytes, 'latin1'), 6000);
        for (const status of statuses(text)) {
            assert.ok(
                status === 200 || (status >= 400 && status < 506),
                `${bytes}: ${status}`,
            );
        }
        assert.ok(closed, `not closed: ${JSON.stringify(bytes)}`);
    };
    while (garbage.length > 0) {
        await Promise.all(garbage.splice(0, CONNECTIONS - 3).map(send));
    }
    await assertWell();
});

/* Random bytes after a good beginning. The seed is printed. */
test('random garbage', SLOW, async () => {
    let state = Number(process.env.SEED ?? Date.now() % 1e9);
    console.log(`seed ${state}`);
    const random = (n) => {
        state = (state * 48271) % 2147483647;
        return state % n;
    };
    const good = post(
        `Content-Length: 27\r\nAuthorization: Bearer ${MARKER}\r\n`,
        '{"lat":11.5,"lon":104.9,"x":1}',
    );
    for (let i = 0; i < 60; i++) {
        const bytes = Buffer.from(good, 'latin1');
        for (let n = 1 + random(4); n > 0; n--) {
            bytes[random(bytes.length)] = random(256);
        }
        const { text } = await haven.raw(bytes.subarray(0, 1 + random(bytes.length)), 40);
        assert.ok(!/HTTP\/1\.1 50[^1345]/.test(text), text);
    }
    await assertWell();
});

test('two requests in one go are answered in their order', async () => {
    const body = '{"lat":11.5,"lon":104.9}';
    const first = `GET ${STATUS} HTTP/1.1\r\nHost: x\r\n\r\n`;
    const second =
        `POST ${NEAREST} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`;
    const third = `GET /${MARKER}third HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    const { text } = await haven.raw(first + second + third);
    assert.deepEqual(statuses(text), [200, 200, 404]);
    assert.ok(text.indexOf('"revision"') < text.indexOf('"summary"'));
});

/* A second request must not be read out of the body of the first. */
test('a body that looks like a request is a body', async () => {
    const inner = `GET /${MARKER}inner HTTP/1.1\r\nHost: x\r\n\r\n`;
    const both = post(
        `Content-Length: ${inner.length}\r\nTransfer-Encoding: chunked\r\n`,
        `0\r\n\r\n${inner}`,
    );
    const plain = await haven.raw(post(`Content-Length: ${inner.length}\r\n`, inner));
    assert.deepEqual(statuses(plain.text), [400]);
    assert.ok(statuses((await haven.raw(both, 3000)).text).length <= 1);
    await assertWell();
});

/* ---- how many ---------------------------------------------------------------------- */

test('more connections than there may be', SLOW, async () => {
    const held = Array.from({ length: 5 * CONNECTIONS }, open);
    await sleep(500);
    const free = held.filter((h) => !h.closed).length;
    assert.ok(free > 0 && free <= 5 * CONNECTIONS);
    held.forEach((h) => h.socket.destroy());
    await assertWell();
});

test('a key that is none is refused', async () => {
    for (const key of [
        `Bearer ${MARKER}key`,
        `Basic ${MARKER}`,
        `Bearer ${'k'.repeat(5000)}`,
        'Bearer ',
    ]) {
        const request =
            `GET ${STATUS} HTTP/1.1\r\nHost: x\r\nAuthorization: ${key}\r\n` +
            'Connection: close\r\n\r\n';
        assert.equal(statuses((await haven.raw(request)).text)[0], 401, key.slice(0, 30));
    }
});

test('the log holds nothing of any request', SLOW, async () => {
    await haven.raw(
        post(
            `Content-Length: 44\r\nX-A: ${MARKER}\r\nUser-Agent: ${MARKER}\r\n` +
                `Referer: http://${MARKER}/\r\n`,
            `{"lat":"${MARKER}","need":"${MARKER}"}`.padEnd(44),
        ),
    );
    await ask(`/api/v1/services/${MARKER}?lang=${MARKER}&${MARKER}=1`);
    await sleep(1500);
    assert.equal(haven.child.exitCode, null);
    assert.ok(!haven.output.toLowerCase().includes(MARKER), haven.output);
    assert.doesNotMatch(haven.output, /Sanitizer|runtime error/);
    const lines = haven.output
        .trim()
        .split('\n')
        .filter((l) => !l.startsWith('haven: listening'));
    assert.ok(lines.length > 5);
    for (const line of lines) {
        assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\dZ \w+ \d{3} \d+$/);
    }
});
