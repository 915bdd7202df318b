/* SPDX-License-Identifier: Apache-2.0
 *
 * Nothing about people stays: after a thousand questions full of markers (where somebody is,
 * how old, what was searched, with which name, password, key, cookie and address), asked
 * well and badly, none of them stands in any file that the program wrote or has open, in its
 * output, or in its metrics.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
    existsSync,
    lstatSync,
    mkdtempSync,
    readFileSync,
    readdirSync,
    readlinkSync,
    rmSync,
    writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { askAll } from './crawl.mjs';
import { program, start } from './haven.mjs';

const QUESTIONS = 1000;
const FLUSH_MS = 6000; /* uses are written every few seconds */
const NEAREST = '/api/v1/nearest';
const PLACES = '/api/v1/places';
const SESSION = '/api/v1/session';
const JSON_BODY = { 'Content-Type': 'application/json' };
const OWN_PAGE = { ...JSON_BODY, 'Sec-Fetch-Site': 'same-origin' };

const PERSON = {
    lat: '13.44719',
    lon: '103.85927',
    age: '83-97',
    name: 'qzwperson',
    search: 'qzwbirthplace',
    account: 'qzwaccount',
    right: 'qzwright horse staple',
    changed: 'qzwchanged horse staple',
    wrong: 'qzwwrong horse staple',
    key: 'qzwkey0000',
    cookie: 'qzwcookie',
    agent: 'qzwagent',
    referer: 'qzwreferer',
    path: 'qzwpath',
    address: '203.0.113.77',
};
const CONTROL =
    'qzwcontrol'; /* stands in the record, so that the search can be seen to find */

let own; /* everything that the server could write: its record, and its temporary folder */
let haven;
let cookies = [];
let output = '';

/* ---- what is looked for ------------------------------------------------------------------ */

const double = (text) => {
    const both = [Buffer.alloc(8), Buffer.alloc(8)];
    both[0].writeDoubleLE(Number(text));
    both[1].writeDoubleBE(Number(text));
    return both;
};

/* A text as it might be written: as it is, in another encoding, or as a number. */
function forms(text) {
    const plain = Buffer.from(text);
    const base64 = plain.toString('base64').replace(/=+$/, '').slice(0, -1);
    const all = [
        plain,
        Buffer.from(text.toUpperCase()),
        Buffer.from(text, 'utf16le'),
        Buffer.from(plain.toString('hex')),
        Buffer.from(base64),
        Buffer.from(encodeURIComponent(text)),
    ];
    return /^\d+\.\d+$/.test(text) ? [...all, ...double(text)] : all;
}

const needles = () =>
    [...Object.entries(PERSON), ...cookies.map((c, i) => [`session ${i}`, c])].map(
        ([what, text]) => ({
            what,
            forms: forms(text),
        }),
    );

const found = (bytes) =>
    needles()
        .filter((n) => n.forms.some((f) => bytes.includes(f)))
        .map((n) => n.what);

/* ---- files ---------------------------------------------------------------------------------- */

function filesIn(folder) {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
        const path = join(folder, entry.name);
        return entry.isDirectory() ? filesIn(path) : entry.isFile() ? [path] : [];
    });
}

const isSystem = (path) =>
    /^\/(usr|lib|lib64|etc|dev|proc|sys)\//.test(path) || path.startsWith(program);

/* Files that the server has open (also deleted ones) or mapped; not the program and what it
 * is made of. */
function filesOpen(pid) {
    const folder = `/proc/${pid}/fd`;
    const open = readdirSync(folder)
        .map((name) => join(folder, name))
        .filter((link) => {
            const to = linkOf(link);
            return to !== null && to.startsWith('/') && !isSystem(to);
        });
    const mapped = readFileSync(`/proc/${pid}/maps`, 'utf8')
        .split('\n')
        .map((line) => line.match(/ (\/.*)$/)?.[1])
        .filter((path) => path && !path.endsWith(' (deleted)') && !isSystem(path));
    return [...open, ...new Set(mapped)];
}

/* What a link in /proc leads to; null: closed meanwhile. */
function linkOf(path) {
    try {
        return readlinkSync(path);
    } catch (e) {
        if (e.code === 'ENOENT') {
            return null;
        }
        throw e;
    }
}

/* Which files hold which markers; and how many files were read. */
function search(paths) {
    const hits = [];
    let read = 0;
    for (const path of paths) {
        let bytes;
        try {
            bytes = readFileSync(path);
        } catch (e) {
            if (e.code === 'ENOENT') {
                continue;
            }
            throw e;
        }
        read++;
        hits.push(...found(bytes).map((what) => `${path}: ${what}`));
    }
    return { hits, read };
}

/* ---- questions ----------------------------------------------------------------------------- */

const near = (i) => ({
    lat: Number(`${PERSON.lat}${i % 1000}`),
    lon: Number(`${PERSON.lon}${i % 1000}`),
});
const person = (i) => ({
    ...near(i),
    need: 'health.clinic',
    age: PERSON.age,
    gender: 'female',
    country: 'KH',
});
const exactly = { lat: Number(PERSON.lat), lon: Number(PERSON.lon), country: 'KH' };

const post = (path, body, headers = {}) => ({
    method: 'POST',
    path,
    headers: { ...JSON_BODY, ...headers },
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
});
const get = (path, headers = {}) => ({ method: 'GET', path, headers });
const query = (values) => `?${new URLSearchParams(values)}`;

/* Every way to bring a marker in; each is asked again and again. */
const WAYS = [
    (i) => post(NEAREST, person(i)),
    () => post(NEAREST, exactly),
    (i) =>
        post(NEAREST, {
            ...person(i),
            with_children: [{ age: 3 }],
            language: ['km', 'th'],
        }),
    (i) => get(NEAREST + query(near(i))),
    (i) => get(NEAREST + query({ ...near(i), age: PERSON.age, name: PERSON.name })),
    (i) => post(NEAREST, { ...person(i), name: PERSON.name }),
    (i) => post(NEAREST, { ...person(i), need: PERSON.search, gender: PERSON.name }),
    (i) =>
        post(
            NEAREST,
            `${JSON.stringify(person(i)).slice(0, -1)},"name":"${PERSON.name}"`,
        ),
    (i) =>
        post(
            NEAREST,
            Buffer.from(
                `{"lat":${PERSON.lat}${i},"name":"${PERSON.name}\xff\xfe"}`,
                'latin1',
            ),
        ),
    (i) => post(NEAREST, { ...person(i), name: PERSON.name.repeat(8000) }),
    (i) => post(NEAREST, person(i), { 'Content-Type': `text/${PERSON.name}` }),
    () => post(PLACES, { q: PERSON.search }),
    () => get(PLACES + query({ q: `${PERSON.search}, ${PERSON.name}` })),
    (i) =>
        get(PLACES + query({ q: PERSON.search, near: `${near(i).lat},${near(i).lon}` })),
    (i) => get(`${PLACES}/at${query(near(i))}`),
    () => get(`/api/v1/services${query({ bbox: '103.85927,13.44719,103.9,13.5' })}`),
    () => get(`/api/v1/services/${PERSON.path}`),
    () => get(`/${PERSON.path}?${PERSON.name}`),
    () => get('/api/v1/status', { Authorization: `Bearer ${PERSON.key}` }),
    () => get('/api/v1/status', { Cookie: `__Host-haven=${PERSON.cookie}` }),
    () =>
        get('/api/v1/status', {
            'User-Agent': PERSON.agent,
            Referer: `https://${PERSON.referer}/`,
            'X-Forwarded-For': PERSON.address,
            Origin: `https://${PERSON.referer}`,
        }),
    (i) => post(NEAREST, person(i), { Authorization: `Bearer ${haven.keys.operator}` }),
    (i) =>
        post(NEAREST, person(i), {
            ...OWN_PAGE,
            Cookie: `__Host-haven=${cookies[i % cookies.length]}`,
        }),
    () =>
        get(PLACES + query({ q: PERSON.search }), {
            Cookie: `__Host-haven=${cookies[0]}`,
        }),
    () =>
        post(
            SESSION,
            { user: PERSON.account, password: PERSON.wrong },
            { 'X-Forwarded-For': PERSON.address },
        ),
    () =>
        post(
            SESSION,
            { user: 'desk', password: PERSON.wrong, code: PERSON.name },
            { 'X-Forwarded-For': PERSON.address },
        ),
    () => post(SESSION, { user: 'desk', password: PERSON.right, name: PERSON.name }),
    () => post(SESSION, `{"user":"${PERSON.account}","password":"${PERSON.wrong}"`),
];

const RAW = [
    `GET /${PERSON.path} HTTP/1.1\r\n${PERSON.name}\r\nHost: x\r\n\r\n`,
    `${PERSON.name}\r\n\r\n`,
    `${PERSON.name.toUpperCase()} /api/v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    `POST ${NEAREST} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\nContent-Type: application/json\r\n\r\n{"lat":${PERSON.lat}`,
    `GET /${PERSON.path.repeat(2000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET /api/v1/places?q=%ff${PERSON.search} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
];

function addUser() {
    const args = [
        'user',
        'add',
        '--db',
        haven.db,
        '--name',
        'desk',
        '--role',
        'operator',
        '--password-stdin',
    ];
    const done = spawnSync(program, args, {
        input: `${PERSON.right}\n`,
        encoding: 'utf8',
    });
    assert.equal(done.status, 0, done.stderr);
}

/* Signs in, and gives the token of the session. */
async function signIn(password) {
    const body = { user: 'desk', password };
    const answer = await haven.post(SESSION, body, null, {
        'Sec-Fetch-Site': 'same-origin',
    });
    assert.equal(answer.status, 200, answer.text);
    return answer.headers.get('set-cookie').match(/^__Host-haven=([^;]+)/)[1];
}

async function changePassword() {
    const headers = {
        'Sec-Fetch-Site': 'same-origin',
        Cookie: `__Host-haven=${cookies[0]}`,
    };
    const body = { old: PERSON.right, new: PERSON.changed };
    const answer = await haven.post('/api/v1/password', body, null, headers);
    assert.equal(answer.status, 204, answer.text);
}

before(async () => {
    own = mkdtempSync(join(tmpdir(), 'haven-people-'));
    process.env.TMPDIR = own; /* of the server too */
    const services = Array.from({ length: 40 }, (_, i) => ({
        id: `s${i}`,
        organization: CONTROL,
        service: `clinic ${i}`,
        country: 'KH',
        needs: 'health.clinic',
        kind: 'clinic',
        visibility: i % 2 ? 'exact' : 'staff',
        lat: (13 + i / 40).toFixed(3),
        lon: '103.5',
    }));
    haven = await start({
        services,
        roles: ['operator', 'admin'],
        args: ['--proxy', '127.0.0.1'],
    });
    for (const stream of [haven.child.stdout, haven.child.stderr]) {
        stream.on('data', (text) => {
            output += text;
        });
    }
    addUser();
    await new Promise((r) =>
        setTimeout(r, 1500),
    ); /* accounts are noticed within a second */
    cookies = [await signIn(PERSON.right), await signIn(PERSON.right)];
    await changePassword();
    cookies.push(await signIn(PERSON.changed));
});
after(async () => {
    await haven?.stop();
    rmSync(own, { recursive: true, force: true });
});

test('the search finds a marker in every form, in every kind of file', () => {
    for (const [what, text] of Object.entries(PERSON)) {
        for (const form of forms(text)) {
            const file = join(own, 'marked');
            writeFileSync(
                file,
                Buffer.concat([Buffer.from('x\0x'), form, Buffer.from('\0x')]),
            );
            const { hits } = search([file]);
            assert.ok(hits.includes(`${file}: ${what}`), what);
            rmSync(file);
        }
    }
    const control = (paths) =>
        paths.filter((p) => existsSync(p) && readFileSync(p).includes(CONTROL));
    assert.ok(control(filesIn(own)).length > 0, 'the record is among the files');
    assert.ok(control(filesOpen(haven.child.pid)).length > 0, 'and among the open ones');
});

test('a thousand questions about a person are answered', async () => {
    const ways = Array.from({ length: QUESTIONS }, (_, i) => i % WAYS.length);
    const questions = ways.map((way, i) => ({ what: i, ...WAYS[way](i) }));
    const seen = await askAll(haven, questions);
    const count = {};
    for (const { status } of seen.values()) {
        count[status] = (count[status] ?? 0) + 1;
    }
    console.log(count);
    for (const status of [200, 400, 401, 404, 413, 415]) {
        assert.ok(count[status] > 0, `none was answered ${status}`);
    }
    assert.ok(
        [...seen.values()].some((a) => a.text.includes('"visibility":"staff"')),
        'staff asked too',
    );
    assert.ok(
        questions.some(
            (q) => q.headers.Cookie && seen.get(q.what).text.includes('"visibility"'),
        ),
    );
    for (const bytes of RAW) {
        await haven.raw(bytes, 300);
    }
});

const settled = () => new Promise((r) => setTimeout(r, FLUSH_MS));

test('no file that it wrote or holds open has a word of them', async () => {
    await settled();
    const files = filesIn(own);
    assert.ok(
        files.some((f) => f.endsWith('-wal')) && files.some((f) => f.includes('access')),
        files.join(' '),
    );
    const { hits, read } = search([...files, ...filesOpen(haven.child.pid)]);
    assert.deepEqual(hits, []);
    assert.ok(read >= files.length);
});

test('nor has its output, nor /metrics, nor the audit', async () => {
    assert.match(output, /nearest 200/);
    assert.deepEqual(found(Buffer.from(output + haven.output)), []);
    for (const path of ['/metrics', '/api/v1/audit?limit=10000', '/api/v1/users']) {
        const answer = await haven.get(path, 'admin');
        assert.equal(answer.status, 200, path);
        assert.ok(answer.text.length > 100, path);
        assert.deepEqual(found(Buffer.from(answer.text)), [], path);
    }
});

test('nor anything that is left when it has ended', async () => {
    const ended = new Promise((done) => {
        haven.child.once('exit', done);
    });
    haven.child.kill('SIGTERM');
    assert.equal(await ended, 0, haven.output);
    assert.deepEqual(search(filesIn(own)).hits, []);
    assert.deepEqual(found(Buffer.from(output)), []);
    assert.ok(lstatSync(haven.db).size > 0);
});
