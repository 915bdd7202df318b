/* SPDX-License-Identifier: Apache-2.0
 *
 * A steward's upload of services.csv over HTTP: a dry run that changes nothing, then the
 * import, once, if nothing has changed meanwhile. Files that are bad, hostile or too many
 * leave the directory as it is and nothing behind.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';

import { start, toCsv } from './haven.mjs';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const IMPORTS = '/api/v1/imports';
const SOURCE = 'source=test';
const KEPT = 8; /* uploads at once */

const row = (id, more = {}) => ({
    id, organization: 'One', service: id, country: 'KH', needs: 'legal', kind: 'clinic',
    visibility: 'exact', ...more,
});
const BASE = ['a', 'b', 'c', 'd', 'e'].map((id, i) => row(id, { lat: 13 + i / 10, lon: 103 }));

let haven;

before(async () => {
    haven = await start({ services: BASE, roles: ['steward', 'admin'] });
});
after(() => haven?.stop());

const upload = (body, query = 'source=test', headers = {}) =>
    haven.send('POST', `${IMPORTS}?${query}`, {
        key: 'steward', body: Array.isArray(body) ? toCsv(body) : body,
        headers: { 'Content-Type': 'text/csv', ...headers },
    });
const apply = (id) => haven.post(`${IMPORTS}/${id}`, {}, 'steward');
const drop = (id) => haven.send('DELETE', `${IMPORTS}/${id}`, { key: 'steward' });

const left = () => readdirSync(haven.dir).filter((f) => f.includes('.upload-'));
const revision = async () => (await haven.get('/api/v1/status', 'steward')).body.revision;
const runs = async () => (await haven.get('/api/v1/runs', 'steward')).body.runs;
const names = async (key) => (await haven.list(key)).map((s) => s.name).sort();

async function until(what, holds) {
    const end = Date.now() + 5000;
    while (!(await holds())) {
        assert.ok(Date.now() < end, what);
        await new Promise((r) => setTimeout(r, 25));
    }
}

/* What an upload that is not applied must leave as it is: also of the file itself. */
async function state() {
    const list = await haven.get('/api/v1/services?limit=100', 'steward');
    const open = await haven.get('/api/v1/services?limit=100');
    return {
        revision: await revision(), runs: await runs(), list: list.text, open: open.text,
        etag: open.headers.get('etag'), record: readFileSync(haven.db).toString('latin1'),
        files: left(),
    };
}

/* Until the answers are of the record as it is. */
async function settle() {
    const { body } = await upload(BASE);
    await drop(body.id);
    await until('settled', async () => (await revision()) === String(body.report.revision));
}

async function mustLeave(what, act) {
    await settle();
    const before = await state();
    const answer = await act();
    const now = await state();
    for (const part of Object.keys(before)) {
        const same = JSON.stringify(now[part]) === JSON.stringify(before[part]);
        assert.ok(same, `${what}: ${part} is another`);
    }
    const said = answer.text;
    assert.ok(!said.includes(haven.dir) && !said.includes('.upload-'), `${what}: ${said}`);
    return answer;
}

test('a dry run says what would change, and changes nothing', async () => {
    const rows = [row('a', { lat: 13.05, lon: 103 }), ...BASE.slice(1), row('f')];
    const { files, ...before } = await state();
    assert.deepEqual(files, []);
    const dry = await upload(rows);
    assert.equal(dry.status, 200, dry.text);
    assert.match(dry.body.id, /^[0-9a-f-]{36}$/);
    assert.equal(dry.body.refused, false);
    const { report } = dry.body;
    assert.deepEqual([report.read, report.added, report.updated, report.unchanged, report.run],
        [6, 1, 1, 4, null]);
    assert.deepEqual(report.changes.map((c) => [c.source_id, c.kind]),
        [['a', 'updated'], ['f', 'added']]);
    assert.deepEqual(report.changes[0].point.after, { lat: 13.05, lon: 103 });
    assert.equal(left().length, 1);
    assert.deepEqual({ ...(await state()), files: undefined }, { ...before, files: undefined });

    const done = await apply(dry.body.id);
    assert.equal(done.status, 200, done.text);
    assert.deepEqual([done.body.id, done.body.refused], [null, false]);
    assert.deepEqual([done.body.report.added, done.body.report.updated], [1, 1]);
    const [run] = await runs();
    assert.deepEqual([run.number, run.kind, run.by, run.source],
        [done.body.report.run, 'import', 'test-steward', 'test']);
    await until('the answers follow', async () => (await names()).includes('f'));
    assert.deepEqual(left(), []);
    for (const again of [apply, drop]) {
        assert.equal((await again(dry.body.id)).status, 404);
    }
    const { entries } = (await haven.get('/api/v1/audit', 'admin')).body;
    assert.ok(entries.some((e) => e.action === 'import' && e.object === 'test'));
});

test('dropped, it is gone', async () => {
    await mustLeave('drop', async () => {
        const { body } = await upload([row('g')]);
        assert.equal(left().length, 1);
        const gone = await drop(body.id);
        assert.equal(gone.status, 204);
        assert.equal((await apply(body.id)).status, 404);
        return gone;
    });
});

test('a file with errors is refused whole, and says line, column and value', async () => {
    const bad = await mustLeave('errors', () =>
        upload([row('h'), row('i', { status: 'opn' }), row('j', { lat: 95, lon: 1 })]));
    assert.deepEqual([bad.status, bad.body.id, bad.body.refused], [200, null, true]);
    assert.deepEqual(bad.body.report.errors.map((e) => [e.line, e.column]),
        [[3, 'status'], [4, 'lat'], [4, 'lon']]);
    assert.match(bad.body.report.errors[0].message, /"opn".*allowed: /);
});

test('partial takes the good rows; nothing is retired unasked', async () => {
    const rows = [row('h'), row('i', { status: 'opn' })];
    const part = await upload(rows, 'source=test&partial=yes');
    assert.equal(part.body.refused, false, part.text);
    assert.deepEqual([part.body.report.added, part.body.report.rejected], [1, 1]);
    await drop(part.body.id);
    const keep = await upload([BASE[0]]);
    assert.equal(keep.body.report.retired, 0);
    await drop(keep.body.id);
    const many = await mustLeave('more than a fifth', () =>
        upload([BASE[0]], 'source=test&retire_missing=yes'));
    assert.deepEqual([many.status, many.body.id], [200, null], many.text);
    const forced = await upload([BASE[0]], 'source=test&retire_missing=yes&force=yes');
    assert.ok(forced.body.report.retired >= 4, forced.text);
    await drop(forced.body.id);
});

test('what another changed between dry run and import is not overrun', async () => {
    const { body } = await upload([row('k')]);
    haven.import([row('l')], 'other');
    const kept = await names('steward');
    const late = await apply(body.id);
    assert.equal(late.status, 409, late.text);
    assert.match(late.body.detail, /revision/);
    assert.ok(!late.text.includes(haven.dir), late.text);
    await until('the other is there', async () => (await names('steward')).includes('l'));
    assert.deepEqual(await names('steward'), [...new Set([...kept, 'l'])].sort());
    assert.deepEqual(left(), []);
    assert.equal((await apply(body.id)).status, 404);
});

test('of two who apply at once one does', async () => {
    const { body } = await upload([row('m')]);
    const before = (await runs())[0].number;
    const answers = await Promise.all([apply(body.id), apply(body.id), apply(body.id)]);
    assert.deepEqual(answers.map((a) => a.status).sort(), [200, 404, 404]);
    assert.equal((await runs())[0].number, before + 1);
});

test('requests that are wrong leave nothing', async () => {
    const good = toCsv([row('n')]);
    for (const [what, status, act] of [
        ['no source', 400, () => upload(good, '')],
        ['an empty source', 400, () => upload(good, 'source=')],
        ['a long source', 400, () => upload(good, `source=${'x'.repeat(201)}`)],
        ['a flag that is none', 400, () => upload(good, 'source=test&partial=maybe')],
        ['a parameter that is none', 400, () => upload(good, 'source=test&db=x')],
        ['plain text', 415, () => upload(good, SOURCE, { 'Content-Type': 'text/plain' })],
        ['JSON', 415, () => upload('{}', SOURCE, { 'Content-Type': 'application/json' })],
        ['an id that is none', 404, () => apply('x')],
        ['an unknown id', 404, () => apply(UNKNOWN)],
        ['dropping an unknown id', 404, () => drop(UNKNOWN)],
        ['a path for an id', 404, () => apply('..%2F..%2Fetc%2Fpasswd')],
        ['parameters of applying', 400, () =>
            haven.post(`${IMPORTS}/${UNKNOWN}`, { force: true }, 'steward')],
    ]) {
        const answer = await mustLeave(what, act);
        assert.equal(answer.status, status, `${what}: ${answer.text}`);
    }
});

/* Options of the command that a source could be taken for. */
test('a source is a name, whatever it looks like', async () => {
    for (const source of ['--force', '-h', '--db', '; rm -rf /', '$(id)', '../x', 'ស្រុក']) {
        const answer = await upload([row('n')], `source=${encodeURIComponent(source)}`);
        assert.equal(answer.status, 200, answer.text);
        const done = await apply(answer.body.id);
        assert.equal(done.status, 200, done.text);
        const [run] = await runs();
        assert.equal(run.source, source);
        const undone = await haven.post(`/api/v1/runs/${run.number}/undo`, {}, 'steward');
        assert.equal(undone.status, 200, undone.text);
    }
});

const header = 'id,organization,service,country';

test('hostile files are refused, in bounded time, and leave nothing', async () => {
    for (const [what, body] of [
        ['nothing', ''],
        ['a NUL', `${header}\na,o,s\0,KH\n`],
        ['UTF-16', Buffer.from(`\ufeff${header}\na,o,s,KH\n`, 'utf16le')],
        ['not UTF-8', Buffer.from(`${header}\na,o,\xff\xfe,KH\n`, 'latin1')],
        ['a quote that never ends', `${header}\na,"${'x'.repeat(1 << 20)}`],
        ['a cell of 20 MB', `${header}\na,o,${'x'.repeat(20 << 20)},KH\n`],
        ['200 columns', `${header},${Array.from({ length: 200 }, (_, i) => `c${i}`)}\n`],
        ['a column twice', `${header},country\na,o,s,KH,KH\n`],
        ['no columns that are needed', 'a,b\n1,2\n'],
        ['more cells than columns', `${header}\na,o,s,KH${',x'.repeat(5000)}\n`],
        ['an id twice', `${header}\na,o,s,KH\na,o,s,KH\n`],
        ['a million empty lines and a bad one', `${header}\n${'\n'.repeat(1e6)}x\n`],
        ['300,000 bad rows', header + '\na,o,s,XX'.repeat(300_000)],
        ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0])],
    ]) {
        const from = Date.now();
        const answer = await mustLeave(what, () => upload(body));
        assert.ok(Date.now() - from < 60_000, what);
        const refused = answer.status === 400 || (answer.status === 200 && answer.body.refused);
        assert.ok(refused, `${what}: ${answer.status} ${answer.text.slice(0, 300)}`);
        assert.ok(answer.text.length < 32 << 20, `${what}: ${answer.text.length} bytes`);
        assert.equal((await haven.get('/api/v1/status')).status, 200);
    }
});

test('too large is 413, and only for who may upload is large more than small', async () => {
    const large = Buffer.alloc((32 << 20) + 1, 'x');
    await settle();
    const before = await state();
    const { text } = await haven.raw(Buffer.concat([Buffer.from(
        `POST ${IMPORTS}?source=x HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n` +
        `Authorization: Bearer ${haven.keys.steward}\r\n` +
        `Content-Length: ${large.length}\r\n\r\n`),
    large.subarray(0, 1 << 16)]), 3000);
    assert.match(text, /^HTTP\/1\.1 413 /);
    const { text: nobody } = await haven.raw(
        `POST ${IMPORTS}?source=x HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n` +
        'Content-Length: 100000\r\n\r\n', 3000);
    assert.match(nobody, /^HTTP\/1\.1 413 /);
    assert.deepEqual(await state(), before);
});

test('nine uploads at once: none is mixed up, the oldest makes room', async () => {
    const before = await names('steward');
    const sent = await Promise.all(Array.from({ length: KEPT + 1 }, (_, i) =>
        upload([row(`nine ${i}`)], `source=nine${i}`)));
    for (const [i, answer] of sent.entries()) {
        assert.equal(answer.status, 200, answer.text);
        assert.deepEqual(answer.body.report.changes.map((c) => [c.source, c.source_id]),
            [[`nine${i}`, `nine ${i}`]]);
    }
    assert.equal(left().length, KEPT);
    const gone = await Promise.all(sent.map((a) => drop(a.body.id)));
    assert.deepEqual(gone.map((a) => a.status).sort(), [...Array(KEPT).fill(204), 404]);
    assert.deepEqual(left(), []);
    assert.deepEqual(await names('steward'), before);
});

test('a restart forgets uploads, and removes those of a server that was killed', async () => {
    const { body } = await upload([row('z')]);
    assert.equal(left().length, 1);
    writeFileSync(join(haven.dir, `${basename(haven.db)}.upload-killed`), 'x');
    await haven.restart();
    assert.deepEqual(left(), []);
    assert.equal((await apply(body.id)).status, 404);
    const next = await upload([row('z')]);
    haven.child.kill('SIGKILL');
    await new Promise((done) => haven.child.once('exit', done));
    assert.equal(left().length, 1);
    await haven.serve(haven.args);
    assert.deepEqual(left(), []);
    assert.equal((await apply(next.body.id)).status, 404);
});
