/* SPDX-License-Identifier: Apache-2.0
 *
 * What `haven import services` says: every directory of tests/fixtures/import is a case.
 *
 *   input.csv     the file
 *   before.csv    imported before it, when there
 *   options.txt   further options, one a line; file names stand in the directory
 *   expected.txt  exit code, standard output and standard error, with paths as file names
 *
 * The program is named by HAVEN (default build/haven). WRITE_EXPECTED=1 writes the
 * expected files anew instead of comparing; look at the difference before it is kept.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = resolve(process.env.HAVEN ?? join(root, 'build/haven'));
const cases = join(root, 'tests/fixtures/import');

const haven = (cwd, ...args) => spawnSync(program, args, { cwd, encoding: 'utf8', timeout: 60_000 });

const optionsOf = (dir) => {
    const path = join(dir, 'options.txt');
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
};

/* Runs `use` with a fresh record, in a directory that is taken away. */
function withRecord(use) {
    const dir = mkdtempSync(join(tmpdir(), 'haven-import-'));
    try {
        const db = join(dir, 'a.db');
        const made = haven(dir, 'init', db);
        assert.equal(made.status, 0, made.stderr);
        return use(db, dir);
    } finally {
        rmSync(dir, { recursive: true, force: true });
    }
}

const importFile = (dir, file, db, ...options) =>
    haven(dir, 'import', 'services', file, '--db', db, '--source', 'test', ...options);

const shown = (result) => `exit ${result.status}\n${result.stdout}${result.stderr}`;

for (const name of readdirSync(cases).sort()) {
    const dir = join(cases, name);
    test(`import: ${name}`, () => {
        withRecord((db) => {
            if (existsSync(join(dir, 'before.csv'))) {
                assert.equal(importFile(dir, 'before.csv', db).status, 0);
            }
            const said = shown(importFile(dir, 'input.csv', db, ...optionsOf(dir)));
            if (process.env.WRITE_EXPECTED) {
                writeFileSync(join(dir, 'expected.txt'), said);
            }
            assert.equal(said, readFileSync(join(dir, 'expected.txt'), 'utf8'));
        });
    });
}

test('import: the same file twice changes nothing, byte for byte', () => {
    withRecord((db) => {
        const file = join(root, 'data/mekong/services.csv');
        const first = importFile(root, file, db);
        assert.equal(first.status, 0, first.stderr);
        const before = readFileSync(db);
        const second = importFile(root, file, db);
        assert.match(second.stdout, /^added 0, updated 0, unchanged \d+, retired 0, rejected 0\n/);
        assert.ok(before.equals(readFileSync(db)));
    });
});

test('import: a refused file and a dry run leave the record as it was', () => {
    withRecord((db) => {
        const before = readFileSync(db);
        importFile(join(cases, 'partial'), 'input.csv', db);
        importFile(join(cases, 'dry-run'), 'input.csv', db, '--dry-run');
        assert.ok(before.equals(readFileSync(db)));
    });
});

test('import: the report is JSON, also of a refused file', () => {
    withRecord((db, dir) => {
        const out = join(dir, 'report.json');
        const result = importFile(join(cases, 'partial'), 'input.csv', db, '--report', out);
        assert.equal(result.status, 1);
        const report = JSON.parse(readFileSync(out, 'utf8'));
        assert.deepEqual(Object.keys(report), ['read', 'added', 'updated', 'unchanged',
            'retired', 'rejected', 'left_out', 'revision', 'run', 'errors', 'duplicates', 'notes',
            'placed', 'changes', 'changes_left_out']);
        assert.equal(report.read, 3);
        assert.equal(report.rejected, 1);
        assert.equal(report.added, 0);
        assert.equal(report.errors.length, 1);
        assert.equal(report.errors[0].line, 3);
        assert.equal(report.errors[0].column, 'sector');
    });
});

test('import: at most 1000 errors are printed, all are in the report', () => {
    withRecord((db, dir) => {
        const rows = Array.from({ length: 1200 }, (_, i) => `${i},O,S,XX\n`).join('');
        const file = join(dir, 'bad.csv'), out = join(dir, 'report.json');
        writeFileSync(file, `id,organization,service,country\n${rows}`);
        const result = importFile(dir, file, db, '--report', out);
        assert.equal(result.status, 1);
        assert.equal(result.stderr.match(/country: not a code/g).length, 1000);
        assert.match(result.stderr, /: and 200 more\n/);
        assert.equal(JSON.parse(readFileSync(out, 'utf8')).errors.length, 1200);
    });
});

test('import: wrong use and a missing environment have their exit codes', () => {
    withRecord((db, dir) => {
        const code = (...args) => haven(dir, 'import', ...args).status;
        assert.equal(code('services', '--help'), 0);
        assert.equal(code(), 2);
        assert.equal(code('nothing'), 2);
        assert.equal(code('services', 'x.csv', '--db', db), 2);
        assert.equal(code('services', 'x.csv', '--source', 's'), 2);
        assert.equal(code('services', 'x.csv', '--db', db, '--source', 's', '--prtial'), 2);
        assert.equal(code('services', 'x.csv', '--db', db, '--source', 's'), 3);
        assert.equal(code('services', dir, '--db', db, '--source', 's'), 3);
        writeFileSync(join(dir, 'y.csv'), 'id,organization,service,country\n');
        assert.equal(code('services', 'y.csv', '--db', join(dir, 'no.db'), '--source', 's'), 3);
        assert.equal(code('services', 'y.csv', '--db', db, '--source', 's', '--report',
            '/nowhere/r.json'), 3);
        assert.equal(code('services', 'y.csv', '--db', db, '--source', 's', '--report', 'y.csv'), 2);
        assert.ok(readFileSync(join(dir, 'y.csv')).length > 0);
    });
});
