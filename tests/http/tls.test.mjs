/* SPDX-License-Identifier: Apache-2.0
 *
 * HTTPS by the program itself: which versions and ciphers it speaks, what it asks of its
 * files, and a certificate that is renewed while a connection goes on. Certificates are
 * made here, for the time of the test.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
    chmodSync,
    copyFileSync,
    mkdtempSync,
    readFileSync,
    renameSync,
    rmSync,
    statSync,
    writeFileSync,
} from 'node:fs';
import https from 'node:https';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from 'node:tls';

import { mustRun, program, toCsv } from './haven.mjs';

const STATUS = '/api/v1/status';
const dir = mkdtempSync(join(tmpdir(), 'haven-tls-'));
const at = (name) => join(dir, name);
const servers = [];

process.on('exit', () => {
    servers.forEach((s) => s.child.kill('SIGKILL'));
    rmSync(dir, { recursive: true, force: true });
});

const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

/* The next line that matches, after what was read of the output before. */
async function line(server, pattern) {
    const end = Date.now() + 30_000;
    for (;;) {
        const found = server.output.slice(server.read).match(pattern);
        if (found) {
            server.read += found.index + found[0].length;
            return found;
        }
        const gone = server.child.exitCode !== null || Date.now() > end;
        assert.ok(!gone, `no ${pattern} in:\n${server.output}`);
        await sleep(20);
    }
}

/* Makes NAME.crt and NAME.key. */
function certificate(name, kind = ['-newkey', 'rsa:2048']) {
    const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)];
    const args = ['req', '-x509', '-nodes', '-days', '2', '-subj', `/CN=${name}`];
    const made = spawnSync('openssl', [...args, ...kind, ...files], { encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
    chmodSync(at(`${name}.key`), 0o600);
}

/* Puts one file in the place of another as certbot does, in one step. */
function replace(from, to) {
    copyFileSync(at(from), at(`${to}.new`));
    chmodSync(at(`${to}.new`), 0o600);
    renameSync(at(`${to}.new`), at(to));
}

const serveArgs = (cert, key, ...more) => [
    ...['serve', '--db', at('test.db'), '--listen', '127.0.0.1:0', ...more],
    ...['--tls-cert', at(cert), '--tls-key', at(key)],
];

async function serve(...args) {
    const server = { output: '', read: 0, child: spawn(program, serveArgs(...args)) };
    servers.push(server);
    const hear = (text) => {
        server.output += text;
    };
    server.child.stdout.setEncoding('utf8').on('data', hear);
    server.child.stderr.setEncoding('utf8').on('data', hear);
    const found = await line(server, /haven: listening on https:\/\/127\.0\.0\.1:(\d+)\n/);
    server.port = Number(found[1]);
    return server;
}

/* One request. Gives its status, headers, text, and the name on the certificate. */
function get(server, path = STATUS, { agent, headers } = {}) {
    const options = { host: '127.0.0.1', port: server.port, rejectUnauthorized: false };
    return new Promise((done, failed) => {
        const request = https.get(
            { ...options, path, headers, agent: agent ?? new https.Agent() },
            (answer) => {
                const { socket } = answer;
                let text = '';
                answer.setEncoding('utf8').on('data', (d) => {
                    text += d;
                });
                answer.on('end', () =>
                    done({
                        status: answer.statusCode,
                        headers: answer.headers,
                        text,
                        socket,
                        name: socket.getPeerCertificate().subject?.CN,
                    }),
                );
            },
        );
        request.on('error', failed);
    });
}

const openssl = (server, ...args) =>
    spawnSync(
        'openssl',
        ['s_client', '-connect', `127.0.0.1:${server.port}`, '-brief', ...args],
        { input: '', encoding: 'utf8', timeout: 20_000 },
    );

let haven;

before(async () => {
    certificate('first');
    certificate('second', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']);
    certificate('third');
    mustRun('init', at('test.db'));
    writeFileSync(
        at('services.csv'),
        toCsv([{ id: 'a', organization: 'o', service: 's', country: 'KH' }]),
    );
    mustRun('import', 'services', at('services.csv'), '--db', at('test.db'), '--source', 't');
    replace('first.crt', 'live.crt');
    replace('first.key', 'live.key');
    haven = await serve('live.crt', 'live.key');
});
after(() => haven?.child.kill('SIGTERM'));

test('it answers over TLS, and says that browsers shall stay there', async () => {
    const answer = await get(haven);
    assert.equal(answer.status, 200);
    assert.equal(answer.name, 'first');
    assert.ok(JSON.parse(answer.text).revision !== undefined);
    assert.equal(answer.headers['strict-transport-security'], 'max-age=63072000');
});

test('a large answer comes whole', async () => {
    const answer = await get(haven, '/api/v1/openapi.json');
    assert.equal(answer.status, 200);
    assert.ok(answer.text.length > 10_000);
    JSON.parse(answer.text);
});

/* The same call with what is allowed shows that it is the server who refuses. */
test('TLS 1.3 and 1.2 are spoken, older versions are not', () => {
    const old = ['-cipher', 'ALL:@SECLEVEL=0'];
    for (const version of ['-tls1_3', '-tls1_2']) {
        const done = openssl(haven, version, ...old);
        assert.equal(done.status, 0, done.stderr);
        assert.match(done.stderr, version === '-tls1_3' ? /TLSv1\.3/ : /TLSv1\.2/);
    }
    for (const version of ['-tls1_1', '-tls1']) {
        const done = openssl(haven, version, ...old);
        assert.notEqual(done.status, 0, done.stderr);
        assert.match(done.stderr, /alert|unexpected eof/, done.stderr);
    }
});

test('only ciphers with forward secrecy and authentication', () => {
    const suite = (name) => openssl(haven, '-tls1_2', '-cipher', `${name}:@SECLEVEL=0`);
    for (const name of [
        'ECDHE-RSA-AES256-GCM-SHA384',
        'ECDHE-RSA-AES128-GCM-SHA256',
        'ECDHE-RSA-CHACHA20-POLY1305',
    ]) {
        assert.equal(suite(name).status, 0, name);
    }
    for (const name of [
        'AES256-GCM-SHA384',
        'AES128-SHA',
        'ECDHE-RSA-AES128-SHA',
        'ECDHE-RSA-AES256-SHA384',
        'DHE-RSA-AES256-GCM-SHA384',
        'ECDHE-RSA-CAMELLIA128-SHA256',
        'ADH-AES256-GCM-SHA384',
        'AECDH-NULL-SHA',
    ]) {
        const done = suite(name);
        assert.notEqual(done.status, 0, name);
        assert.match(done.stderr, /alert|unexpected eof|no cipher match/i, name);
    }
    const sha1 = openssl(haven, '-tls1_2', '-sigalgs', 'RSA+SHA1', '-cipher', 'ALL:@SECLEVEL=0');
    assert.notEqual(sha1.status, 0, 'a signature with SHA-1');
});

/* ---- renewal ----------------------------------------------------------------------- */

test('a renewed certificate is used, and connections go on', async () => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    const first = await get(haven, STATUS, { agent });
    const { socket } = first;
    assert.equal(first.name, 'first');
    /* A handshake that is half-way when the certificate changes. */
    const half = connectPlain(haven.port, '127.0.0.1');
    await new Promise((done) => {
        half.on('connect', done);
    });
    replace('second.crt', 'live.crt');
    replace('second.key', 'live.key');
    await line(haven, /haven: using the renewed certificate\n/);
    const late = connect({ socket: half, rejectUnauthorized: false });
    await new Promise((done, failed) => {
        late.on('secureConnect', done);
        late.on('error', failed);
    });
    late.destroy();
    for (let i = 0; i < 5; i++) {
        const again = await get(haven, STATUS, { agent });
        assert.equal(again.status, 200);
        assert.equal(again.socket, socket, 'the connection was not kept');
        await sleep(50);
    }
    agent.destroy();
    assert.equal((await get(haven)).name, 'second');
    const tls12 = openssl(haven, '-tls1_2');
    assert.match(tls12.stderr, /ECDHE-ECDSA/);
});

/* Each change is told once, and nothing is lost. */
async function keepsTheOld(change, why) {
    change();
    const found = await line(haven, /haven: still using the old certificate: (.*)\n/);
    assert.match(found[1], why);
    await sleep(2500);
    assert.doesNotMatch(haven.output.slice(haven.read), /certificate/, 'told twice');
    assert.equal((await get(haven)).name, 'second');
}

test('a broken certificate keeps the old one', { timeout: 120_000 }, async () => {
    await keepsTheOld(() => writeFileSync(at('live.crt'), 'no certificate\n'), /no certificate/);
    await keepsTheOld(() => writeFileSync(at('live.crt'), ''), /no certificate/);
    await keepsTheOld(
        () => writeFileSync(at('live.crt'), readFileSync(at('second.crt')).subarray(0, 300)),
        /no certificate/,
    );
    await keepsTheOld(() => rmSync(at('live.crt')), /No such file/);
    await keepsTheOld(() => replace('third.crt', 'live.crt'), /is not that of/);
    await keepsTheOld(() => writeFileSync(at('live.key'), 'no key\n'), /no key/);
    replace('third.key', 'live.key');
    await line(haven, /haven: using the renewed certificate\n/);
    assert.equal((await get(haven)).name, 'third');
    await keepsTheOldMode();
});

/* A key that everybody may read is not used, also when it was fine before. */
async function keepsTheOldMode() {
    chmodSync(at('live.key'), 0o644);
    const found = await line(haven, /haven: still using the old certificate: (.*)\n/);
    assert.match(found[1], /0644/);
    chmodSync(at('live.key'), 0o600);
    await line(haven, /haven: using the renewed certificate\n/);
    assert.equal((await get(haven)).name, 'third');
}

/* ---- starting ---------------------------------------------------------------------- */

function refused(args) {
    const done = spawnSync(program, args, { encoding: 'utf8', timeout: 60_000 });
    assert.ok(done.status > 0, `exit ${done.status}: ${done.stderr}`);
    return done.stderr;
}

test('files that are wrong stop it at the start', () => {
    for (const mode of [0o644, 0o604, 0o666, 0o620, 0o601]) {
        copyFileSync(at('first.key'), at('open.key'));
        chmodSync(at('open.key'), mode);
        assert.match(
            refused(serveArgs('first.crt', 'open.key')),
            new RegExp(`open\\.key holds a secret key.* its mode is 0${mode.toString(8)}`),
        );
    }
    const cases = [
        [['first.crt', 'second.key'], /is not that of the certificate/],
        [['first.key', 'first.key'], /holds no certificate/],
        [['first.crt', 'absent.key'], /absent\.key: No such file/],
        [['.', 'first.key'], /is no file/],
    ];
    for (const [files, why] of cases) {
        assert.match(refused(serveArgs(...files)), why);
    }
    const half = serveArgs('first.crt', 'first.key').slice(0, -2);
    assert.match(refused(half), /need each other/);
});

test('a key for the group of the server is fine, and its chain is sent', async () => {
    chmodSync(at('second.key'), 0o640);
    assert.equal(statSync(at('second.key')).mode & 0o777, 0o640);
    const both = [readFileSync(at('second.crt')), readFileSync(at('first.crt'))];
    writeFileSync(at('chain.crt'), Buffer.concat(both));
    const server = await serve('chain.crt', 'second.key');
    assert.equal((await get(server)).name, 'second');
    server.child.kill('SIGTERM');
});

/* Opens a connection and gives the seconds until the server closes it. */
async function heldFor(server, drip) {
    const began = Date.now();
    const socket = connectPlain(server.port, '127.0.0.1');
    const timer = setInterval(() => drip && socket.write(drip), 200);
    socket.on('error', () => {}).resume();
    await Promise.race([
        new Promise((done) => {
            socket.on('close', done);
        }),
        sleep(15_000),
    ]);
    clearInterval(timer);
    socket.destroy();
    return (Date.now() - began) / 1000;
}

test('a handshake that does not end is closed', { timeout: 60_000 }, async () => {
    const limits = ['--timeout', '2', '--request-time', '3'];
    const server = await serve('first.crt', 'first.key', ...limits);
    const hello = Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]);
    const held = await Promise.all([
        heldFor(server, null),
        heldFor(server, Buffer.from([0])),
        heldFor(server, hello.subarray(0, 1)),
    ]);
    held.forEach((s) => assert.ok(s < 8, `${held}`));
    assert.equal((await get(server)).status, 200);
    server.child.kill('SIGTERM');
});

test('plain HTTP and garbage on the port do no harm', async () => {
    for (const bytes of [`GET ${STATUS} HTTP/1.1\r\nHost: x\r\n\r\n`, '\x16\x03\x01\xff\xff\x01']) {
        const socket = connectPlain(haven.port, '127.0.0.1');
        let text = '';
        socket.setEncoding('latin1').on('data', (d) => {
            text += d;
        });
        socket.on('error', () => {});
        socket.write(Buffer.from(bytes, 'latin1'));
        await sleep(500);
        socket.destroy();
        assert.doesNotMatch(text, /HTTP\/1/);
    }
    assert.equal((await get(haven)).status, 200);
    assert.doesNotMatch(haven.output, /Sanitizer|runtime error/);
});
