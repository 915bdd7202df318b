/* SPDX-License-Identifier: Apache-2.0
 *
 * What `haven import services --report` says of what changes, with a dry run and without;
 * by whom; on which revision of the record; and a service that a steward closed.
 *
 * The program is named by HAVEN (default build/haven).
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { mustRun, program, run, start, toCsv } from './haven.mjs';

let dir;
let db;
let number = 0;

before(() => {
    dir = mkdtempSync(join(tmpdir(), 'haven-changes-'));
});
after(() => rmSync(dir, { recursive: true, force: true }));

const fresh = () => {
    db = join(dir, `${++number}.db`);
    mustRun('init', db);
};

const row = (id, more = {}) => ({
    id, organization: 'O', service: `Service ${id}`, country: 'KH', needs: 'legal', ...more,
});

/* Imports rows of `source`: what it said, and its report. */
function load(rows, { source = 'one', args = [], report = join(dir, 'report.json') } = {}) {
    const file = join(dir, 'in.csv');
    writeFileSync(file, typeof rows === 'string' ? rows : toCsv(rows));
    rmSync(join(dir, 'report.json'), { force: true });
    const done = run('import', 'services', file, '--db', db, '--source', source, '--report',
        report, ...args);
    const text = existsSync(join(dir, 'report.json')) && readFileSync(report, 'utf8');
    return { ...done, report: text ? JSON.parse(text) : null };
}

function mustLoad(rows, options) {
    const done = load(rows, options);
    assert.equal(done.status, 0, done.stderr);
    return done.report;
}

const idOf = (name) => JSON.parse(mustRun('history', '--db', db, name, '--json').stdout).id;
const runs = () => JSON.parse(mustRun('history', '--db', db, '--json').stdout).runs;
const withoutIds = (changes) => changes.map(({ id, ...rest }) => rest);

const FIRST = [
    row('a', { lat: 13, lon: 103, status: 'open' }),
    row('b', { lat: 14, lon: 104 }),
    row('c', { 'service@km': 'មួយ' }),
    row('d'),
];
const SECOND = [
    row('a', { lat: 13.5, lon: 103, status: 'closed' }),
    row('c', { 'service@km': 'ពីរ', visibility: 'staff' }),
    row('d'),
    row('e', { lat: 12, lon: 105.25, organization: 'New "organization"' }),
    row('f'), row('g'), row('h'), row('i'),
];
const RETIRE = ['--retire-missing', '--force'];

test('changes: a dry run says what the import then does', () => {
    fresh();
    mustLoad(FIRST);
    const bytes = readFileSync(db);
    const dry = mustLoad(SECOND, { args: ['--dry-run', ...RETIRE] });
    assert.ok(bytes.equals(readFileSync(db)));
    assert.equal(dry.revision, 1);
    assert.equal(dry.run, null);
    assert.deepEqual(dry.changes.slice(0, 4), [
        {
            id: idOf('one:a'), source: 'one', source_id: 'a', kind: 'updated',
            name: { organization: 'O', service: 'Service a' },
            point: { before: { lat: 13, lon: 103 }, after: { lat: 13.5, lon: 103 } },
            fields: [{ field: 'lat', old: '13', new: '13.5' },
                { field: 'status', old: 'open', new: 'closed' }],
        },
        {
            id: idOf('one:b'), source: 'one', source_id: 'b', kind: 'retired',
            name: { organization: 'O', service: 'Service b' },
            point: { before: { lat: 14, lon: 104 }, after: null },
            fields: [],
        },
        {
            id: idOf('one:c'), source: 'one', source_id: 'c', kind: 'updated',
            name: { organization: 'O', service: 'Service c' },
            point: null,
            fields: [{ field: 'visibility', old: 'area', new: 'staff' },
                { field: 'service@km', old: 'មួយ', new: 'ពីរ' },
                { field: 'visibility_stated', old: '', new: 'staff' }],
        },
        {
            id: null, source: 'one', source_id: 'e', kind: 'added',
            name: { organization: 'New "organization"', service: 'Service e' },
            point: { before: null, after: { lat: 12, lon: 105.25 } },
            fields: [{ field: 'visibility', old: null, new: 'area' }],
        },
    ]);
    assert.deepEqual(dry.changes.slice(3).map((c) => c.kind), Array(5).fill('added'));
    assert.equal(dry.changes_left_out, 0);
    assert.deepEqual([dry.added, dry.updated, dry.retired], [5, 2, 1]);

    const real = mustLoad(SECOND, { args: ['--expect-revision', `${dry.revision}`, ...RETIRE] });
    assert.deepEqual(withoutIds(real.changes), withoutIds(dry.changes));
    assert.equal(real.changes.find((c) => c.source_id === 'e').id, idOf('one:e'));
    assert.equal(real.run, runs()[0].run);
    const again = mustLoad(SECOND, { args: RETIRE });
    assert.deepEqual([again.changes, again.run, again.revision], [[], null, 2]);
});

test('changes: what an import binds of another source is listed; below an edit nothing is', () => {
    fresh();
    mustLoad([row('x', { lat: 13, lon: 103 })], { source: 'other' });
    mustLoad([row('a', { status: 'open' })]);
    mustRun('edit', '--db', db, 'one:a', '--by', 'Dara', 'status=paused');
    const report = mustLoad([row('a', { status: 'waitlist' }),
        row('b', { lat: 13, lon: 103, visibility: 'staff' })]);
    assert.deepEqual(withoutIds(report.changes).map((c) => [c.source, c.source_id, c.kind, c.fields]), [
        ['other', 'x', 'updated', [{ field: 'visibility', old: 'area', new: 'staff' }]],
        ['one', 'b', 'added', [{ field: 'visibility', old: null, new: 'staff' }]],
    ]);
    assert.match(report.notes[0].message, /the steward's "paused" is kept/);
});

test('changes: rows that --partial leaves out are not among them', () => {
    fresh();
    const rows = [row('a'), row('b', { refers_to: 'c' }), row('c', { sector: 'nonsense' })];
    const report = mustLoad(rows, { args: ['--partial', '--dry-run'] });
    assert.deepEqual(report.changes.map((c) => c.source_id), ['a']);
    assert.equal(report.rejected, 2);
});

test('changes: a refused file has none', () => {
    fresh();
    const { status, report } = load([row('a'), row('b', { sector: 'nonsense' })]);
    assert.equal(status, 1);
    assert.deepEqual([report.changes, report.changes_left_out, report.run], [[], 0, null]);
    assert.equal(report.revision, 0);
});

test('changes: values of the file are whole in the report, whatever they hold', () => {
    fresh();
    const hostile = '"</script>\\\u2028\u202e{}[],\n' + 'ក'.repeat(2000);
    mustLoad([row('a')]);
    const [change] = mustLoad([row('a', { description: hostile })]).changes;
    assert.equal(change.fields[0].new, hostile);
});

test('changes: an import whose report cannot be written changes nothing', () => {
    fresh();
    const rows = Array.from({ length: 200 }, (_, i) => row(`r${i}`));
    const bytes = readFileSync(db);
    const { status, stderr } = load(rows, { report: '/dev/full' });
    assert.equal(status, 3);
    assert.match(stderr, /written|write/);
    assert.ok(bytes.equals(readFileSync(db)));
    assert.deepEqual(runs(), []);
});

test('changes: a report may go to a pipe', () => {
    fresh();
    const file = join(dir, 'in.csv');
    writeFileSync(file, toCsv([row('a')]));
    const done = spawnSync('sh', ['-c', '"$0" "$@" 3>&1 >/dev/null | cat', program, 'import',
        'services', file, '--db', db, '--source', 'one', '--report', '/dev/fd/3'],
    { encoding: 'utf8' });
    assert.equal(JSON.parse(done.stdout).changes.length, 1);
});

/* The disk is full when the record is written: what was listed is taken out again. */
test('changes: an import that fails at its very end lists none', () => {
    fresh();
    const rows = Array.from({ length: 200 }, (_, i) => row(`r${i}`));
    const file = join(dir, 'in.csv');
    const out = join(dir, 'report.json');
    writeFileSync(file, toCsv(rows));
    const done = spawnSync('sh', ['-c', 'trap "" XFSZ; ulimit -f 250; exec "$0" "$@"', program,
        'import', 'services', file, '--db', db, '--source', 'one', '--report', out],
    { encoding: 'utf8' });
    assert.equal(done.status, 3, done.stderr);
    const report = JSON.parse(readFileSync(out, 'utf8'));
    assert.deepEqual([report.changes, report.added, report.run, report.read], [[], 0, null, 200]);
    assert.deepEqual(runs(), []);
    assert.equal(mustLoad(rows).changes.length, 200);
});

test('revision: an import that expects another one is refused, and changes nothing', () => {
    fresh();
    mustLoad([row('a')]);
    const dry = mustLoad([row('b')], { args: ['--dry-run'] });
    mustRun('edit', '--db', db, 'one:a', '--by', 'Dara', 'status=paused');
    const bytes = readFileSync(db);
    const expect = ['--expect-revision', `${dry.revision}`];
    const { status, stderr, report } = load([row('b')], { args: expect });
    assert.equal(status, 1);
    assert.match(stderr, /moved on: it is at revision 2, and 1 was expected; nothing is changed/);
    assert.deepEqual([report.changes, report.added, report.revision], [[], 0, 2]);
    assert.equal(load([row('b')], { args: [...expect, '--dry-run'] }).status, 1);
    assert.ok(bytes.equals(readFileSync(db)));
    const places = join(dir, 'places.csv');
    writeFileSync(places, 'id,kind,country,name\np,province,KH,P\n');
    const args = ['import', 'places', places, '--db', db, '--source', 'p', '--by', 'Sok'];
    assert.equal(run(...args, '--expect-revision', '1').status, 1);
    assert.equal(run(...args, '--expect-revision', '2').status, 0);
    assert.equal(runs()[0].by, 'Sok');
    for (const wrong of ['', '-1', '1.0', 'x', ' 1', '99999999999999999999']) {
        assert.equal(load([row('b')], { args: ['--expect-revision', wrong] }).status, 2, wrong);
    }
});

test('by: who imports stands in the history, and must be a name', () => {
    fresh();
    mustLoad([row('a')], { args: ['--by', 'Sok Dara'] });
    mustLoad([row('a', { status: 'open' })]);
    assert.deepEqual(runs().map((r) => [r.kind, r.source, r.by]),
        [['import', 'one', null], ['import', 'one', 'Sok Dara']]);
    assert.match(mustRun('history', '--db', db, 'one:a').stdout, /import by Sok Dara: added/);
    for (const wrong of ['', ' a', 'a\nb', 'x'.repeat(201)]) {
        const { status, stderr } = load([row('b')], { args: ['--by', wrong] });
        assert.equal(status, 2);
        assert.match(stderr, /--by must be 1 to 200 bytes/);
    }
});

test('closed by a steward, a service is in no answer to the public, whatever is imported', async () => {
    const rows = [
        row('a', { lat: 13, lon: 103, status: 'open', visibility: 'exact' }),
        row('b', { lat: 13.1, lon: 103, status: 'open', visibility: 'exact' }),
    ];
    const haven = await start({
        services: rows,
        roles: ['steward'],
        prepare: () => {},
    });
    try {
        mustRun('edit', '--db', haven.db, 'test:a', '--by', 'Dara', 'status=closed');
        haven.import([{ ...rows[0], url: 'https://example.org/' }, rows[1]]);
        const names = (list) => list.map((s) => s.name).sort();
        const until = Date.now() + 20_000;
        while (Date.now() < until && (await haven.list()).length !== 1) {
            await new Promise((done) => setTimeout(done, 50));
        }
        assert.deepEqual(names(await haven.list()), ['Service b']);
        assert.deepEqual(names(await haven.list('steward')), ['Service a', 'Service b']);
        const page = await haven.get('/api/v1/services?bbox=102,12,104,14');
        assert.equal(page.body.total, 1);
        for (const key of [undefined, 'steward']) {
            const { text } = await haven.post('/api/v1/nearest',
                { lat: 13, lon: 103, need: ['legal'] }, key);
            assert.doesNotMatch(text, /Service a/);
            assert.match(text, /Service b/);
        }
        const closed = (await haven.list('steward')).find((s) => s.name === 'Service a');
        const one = await haven.get(`/api/v1/services/${closed.id}`, 'steward');
        assert.equal(one.status, 200);
        assert.equal(one.body.status, 'closed');
    } finally {
        await haven.stop();
    }
});
