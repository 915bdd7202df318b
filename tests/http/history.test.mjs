/* SPDX-License-Identifier: Apache-2.0
 *
 * The real program: history, edit, undo, near-duplicates and aliases; and that the public
 * learns nothing of what is held.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { mustRun, run, start, toCsv } from './haven.mjs';

let dir;
let db;
let number = 0;

before(() => {
    dir = mkdtempSync(join(tmpdir(), 'haven-history-'));
});
after(() => rmSync(dir, { recursive: true, force: true }));

const fresh = () => {
    db = join(dir, `${++number}.db`);
    mustRun('init', db);
};

const row = (id, more = {}) => ({
    id,
    organization: 'O',
    service: `Service ${id}`,
    country: 'KH',
    needs: 'legal',
    status: 'open',
    ...more,
});

/* Imports rows of `source`; what it said, and its report. */
function load(rows, source = 'one', ...args) {
    const file = join(dir, 'in.csv');
    const out = join(dir, 'report.json');
    writeFileSync(file, toCsv(rows));
    const done = mustRun('import', 'services', file, '--db', db, '--source', source,
        '--report', out, ...args);
    return { ...done, report: JSON.parse(readFileSync(out, 'utf8')) };
}

const history = (...args) => mustRun('history', '--db', db, ...args).stdout;
const changes = (id) => JSON.parse(history(id, '--json')).changes;
const edit = (id, ...args) => run('edit', '--db', db, id, '--by', 'Dara', ...args);
const undo = (n) => run('undo', String(n), '--db', db, '--by', 'Dara');
const checked = () => mustRun('check', '--db', db).stdout;

/* The lines of `haven history ID` without their times. */
const lines = (id) => history(id).trim().split('\n').map((l) => l.replace(/^\S+ {2}/, ''));

test('history tells of imports, edits and undos, on one line each', () => {
    fresh();
    load([row('a', { description: 'two\nlines' })]);
    load([row('a', { status: 'closed' })]);
    assert.equal(edit('one:a', 'status=paused', 'service@km=សេវា').status, 0);
    assert.equal(edit('one:a', 'service@km=', '--give-back', 'status').status, 0);
    assert.equal(undo(4).status, 0);
    assert.deepEqual(lines('one:a'), [
        'run 1, import of one: added',
        'run 2, import of one: description: "two lines" -> (empty)',
        'run 2, import of one: status: "open" -> "closed"',
        'run 3, edit by Dara: service@km: (empty) -> "សេវា"',
        'run 3, edit by Dara: status: "closed" -> "paused"',
        'run 4, edit by Dara: service@km: "សេវា" -> (empty)',
        'run 4, edit by Dara: status: "paused" -> "closed" (as the source says again)',
        'run 5, undo of run 4 by Dara: service@km: (empty) -> "សេវា"',
        'run 5, undo of run 4 by Dara: status: "closed" -> "paused"',
    ]);
    const runs = history('--limit', '2').trim().split('\n');
    assert.equal(runs.length, 2);
    assert.match(runs[0], /^\d{4}-\d\d-\d\dT\S+Z {2}run 5, undo of run 4 by Dara, source one: added 0, updated 1, /);
    const all = JSON.parse(history('--json')).runs;
    assert.deepEqual(all.map((r) => [r.run, r.kind, r.by, r.undoes]), [
        [5, 'undo', 'Dara', 4], [4, 'edit', 'Dara', null], [3, 'edit', 'Dara', null],
        [2, 'import', null, null], [1, 'import', null, null]]);
    assert.match(checked(), /no fault found/);
    const { id } = JSON.parse(history('one:a', '--json'));
    assert.equal(history(id), history('one:a'));
});

test('history, edit and undo say what they do not know', () => {
    fresh();
    load([row('a')]);
    for (const [code, words, ...args] of [
        [1, /no service/, 'history', '--db', db, 'one:b'],
        [1, /no service/, 'history', '--db', db, '00000000-0000-4000-8000-000000000000'],
        [2, /usage/, 'history', '--db', db, '--limit', '0'],
        [2, /usage/, 'history'],
        [1, /no run 7/, 'undo', '7', '--db', db, '--by', 'D'],
        [2, /usage/, 'undo', '1', '--db', db],
        [2, /one line/, 'undo', '1', '--db', db, '--by', ' '],
        [2, /usage/, 'edit', '--db', db, 'one:a', '--by', 'D'],
        [2, /usage/, 'edit', '--db', db, 'one:a', 'status=open'],
        [1, /not a code.*allowed/, 'edit', '--db', db, 'one:a', '--by', 'D', 'status=opn'],
        [1, /not a column.*status/, 'edit', '--db', db, 'one:a', '--by', 'D', 'statu=open'],
        [1, /stands twice/, 'edit', '--db', db, 'one:a', '--by', 'D', 'url=', 'url='],
        [1, /age_min.*above/, 'edit', '--db', db, 'one:a', '--by', 'D', 'age_min=9', 'age_max=8'],
        [3, /./, 'history', '--db', join(dir, 'none.db')],
    ]) {
        const done = run(...args);
        assert.equal(done.status, code, `${args.join(' ')}: ${done.stderr}`);
        assert.match(done.stderr, words);
    }
    assert.equal(JSON.parse(history('--json')).runs.length, 1);
});

test('a steward\'s cell outlives imports, and the import tells when its file moves on', () => {
    fresh();
    load([row('a'), row('b')]);
    edit('one:a', 'status=paused');
    const same = load([row('a'), row('b')]);
    assert.match(same.stdout, /added 0, updated 0, unchanged 2/);
    assert.equal(same.stderr, '');
    const moved = load([row('b'), row('a', { status: 'closed', url: 'https://example.org/' })]);
    assert.match(moved.stdout, /updated 1, unchanged 1/);
    const message = 'the steward\'s "paused" is kept; the file now says "closed"';
    assert.match(moved.stderr, new RegExp(`in\\.csv:3: note: status: ${message}\n`));
    assert.deepEqual(moved.report.notes, [{ line: 3, column: 'status', message }]);
    assert.equal(load([row('a', { status: 'closed', url: 'https://example.org/' })]).stderr
        .includes('steward'), false);
    const last = changes('one:a').at(-1);
    assert.deepEqual([last.field, last.new], ['url', 'https://example.org/']);
    const dry = load([row('a', { status: 'planned' })], 'one', '--dry-run');
    assert.match(dry.stderr, /the file now says "planned"/);
    const many = Array.from({ length: 8 }, (_, i) => row(`m${i}`));
    load([row('a'), row('b'), ...many]);
    const retired = load([row('b'), ...many], 'one', '--retire-missing');
    assert.match(retired.stderr, /"a" is not in the file: retired, although a steward edited it/);
    assert.match(checked(), /no fault found/);
});

test('an undo is refused after a later change, and names it', () => {
    fresh();
    load([row('a'), row('b')]);
    load([row('a', { status: 'paused' }), row('b', { status: 'closed' })]);
    load([row('a', { status: 'closed' }), row('b', { status: 'closed' })]);
    const refused = undo(2);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /^one:a: run 3 changed it later\n/);
    assert.match(refused.stderr, /run 2 cannot be taken back/);
    assert.equal(undo(3).status, 0);
    assert.match(undo(2).stdout, /run 5 takes back run 2: stand again 0, updated 2, retired 0/);
    assert.equal(undo(1).status, 0);
    assert.equal(load([row('a'), row('b')]).report.added, 2);
    assert.match(checked(), /no fault found/);
});

test('check counts what there is', () => {
    fresh();
    load([row('a', { evidence: 'x:1', verified_on: '2001' }), row('b', { country: 'TH' })]);
    const said = checked();
    for (const [title, label, count] of [['country', 'TH', 1], ['need', 'legal', 2],
        ['kind', '\\(not stated\\)', 2], ['visibility', 'area', 2], ['evidence', 'with', 1],
        ['verified', 'longer ago', 1]]) {
        assert.match(said, new RegExp(`\n${title}\n(  .*\n)*  ${label} +${count}\n`));
    }
});

describe('near-duplicates and aliases', () => {
    const at = (id, lat, more) => row(id, {
        organization: 'Synthetic League', service: 'Legal desk', lat, lon: 103.5,
        precision: 'district', visibility: 'area', public_name: 'Desk', ...more,
    });

    test('are reported with the line, or with source and id', () => {
        fresh();
        const first = load([at('a', 13.5), at('b', 13.5001, { organization: 'SYNTHETIC LEAGUE' })]);
        assert.equal(first.report.duplicates.length, 1);
        const [pair] = first.report.duplicates;
        assert.deepEqual({ ...pair, distance_m: Math.round(pair.distance_m) }, {
            line: 3, of_line: 2, distance_m: 11, held: false,
            reason: 'same organization and service, 11 m apart, a need in common',
        });
        const second = load([at('x', 13.5)], 'two', '--dry-run');
        assert.deepEqual(second.report.duplicates[0].of, { source: 'one', id: 'a' });
        assert.match(second.stderr, /in\.csv:2: note: perhaps the same as "a" of source one: same/);
        assert.deepEqual(load([at('a', 13.5), at('b', 13.5001, { organization: 'SYNTHETIC LEAGUE' })])
            .report.duplicates, []);
    });

    test('the public sees nothing of what is held, in either order', async () => {
        const server = await start({
            services: [at('old', 13.5), at('far', 13.6)],
            roles: ['steward'],
        });
        const names = async (key) => (await server.list(key)).length;
        const settled = async (key, count) => {
            const end = Date.now() + 10_000;
            while ((await names(key)) !== count && Date.now() < end) {
                await new Promise((r) => setTimeout(r, 50));
            }
            assert.equal(await names(key), count);
        };
        try {
            await settled(undefined, 2);
            const known = (await server.list()).map((s) => s.id);
            const said = server.import([at('new', 13.502, { visibility: 'staff' })], 'two');
            assert.match(said.stderr, /one is hidden, so the other is held as staff/);
            await settled('steward', 3);
            await settled(undefined, 1);
            const gone = known.find((id) => id !== undefined && id !== null &&
                JSON.parse(mustRun('history', '--db', server.db, id, '--json').stdout).changes
                    .some((c) => c.field === 'visibility' && c.new === 'staff'));
            assert.equal((await server.get(`/api/v1/services/${gone}`)).status, 404);
            const late = server.import([at('late', 13.504)], 'three');
            assert.match(late.stderr, /one is hidden, so this one is held as staff/);
            await settled('steward', 4);
            await settled(undefined, 1);
            const asked = await server.post('/api/v1/nearest',
                { lat: 13.5, lon: 103.5, need: ['legal'], country: 'KH', limit: 100 });
            assert.equal(asked.text.includes(gone), false);
            mustRun('edit', '--db', server.db, 'test:old', '--by', 'Dara', 'visibility=area');
            await settled(undefined, 2);
            server.import([at('old', 13.5, { status: 'paused' }), at('far', 13.6)]);
            await settled(undefined, 2);
        } finally {
            await server.stop();
        }
    });

    test('an alias makes one organization; one that stands is reported', async () => {
        const server = await start({
            services: [
                row('b', { organization: 'SYNTHETIK LEAG' }),
                row('a', { organization: 'Synthetic League', organization_aliases: 'Synthetik Leag; SL' }),
                row('c', { organization: 'Other' }),
            ],
        });
        try {
            const all = await server.list('steward');
            const of = (name) => all.filter((s) => s.organization === name).map((s) => s.organization_id);
            assert.deepEqual(of('SYNTHETIK LEAG'), of('Synthetic League'));
            assert.notDeepEqual(of('Other'), of('Synthetic League'));
            const said = server.import([row('d', { organization: 'Fourth', organization_aliases: 'OTHER' })], 'two');
            assert.match(said.stderr, /organization_aliases: "OTHER" is the name of another organization/);
            assert.equal(JSON.stringify(await server.list()).includes('Leag;'), false);
        } finally {
            await server.stop();
        }
    });
});
