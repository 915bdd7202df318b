/* SPDX-License-Identifier: Apache-2.0
 *
 * An import is all or nothing, whatever ends it: killed at random moments (the seed is
 * printed; SEED sets it, KILLS says how often, default 12), on a full disk, against a
 * record that somebody else is writing. Twice the same file changes nothing.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
    copyFileSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from 'node:fs';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { mustRun, program, run, toCsv } from './haven.mjs';

const KILLS = Number(process.env.KILLS ?? 12);
const SEED = Number(process.env.SEED ?? Date.now() % 1e9);
const ROWS = 3000;
const SMALL_DISK = '8m';
const MINUTES = 60_000;

let dir;
let db;
let state = SEED;

const path = (name) => join(dir, name);

/* Park and Miller. */
function random() {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
}

/* The second revision differs in every third row and has rows of its own. */
const rows = (which, count = ROWS) =>
    Array.from({ length: count + (which === 'B' ? 50 : 0) }, (_, i) => ({
        id: `row-${i}`,
        organization: `Provider ${i % 300}`,
        service: `Service ${i}${which === 'B' && i % 3 === 0 ? ' renamed' : ''}`,
        'service@km': `សេវា ${i}`,
        country: 'KH',
        needs: i % 4 ? 'health.clinic;legal' : 'housing.shelter',
        kind: i % 4 ? 'clinic' : 'shelter',
        lat: (10.5 + ((i * 37) % 3000) / 1000).toFixed(4),
        lon: (
            103 +
            ((i * 101) % 3000) / 1000 +
            (which === 'B' && i % 9 === 0 ? 0.01 : 0)
        ).toFixed(4),
        genders: i % 5 ? '' : 'female',
        age_min: i % 3 ? '' : 18,
        phones: `+855 23 ${100000 + i}`,
        hours: 'Mo-Fr 08:00-17:00',
        status: 'open',
    }));

const args = (file, record = db, ...more) => [
    'import',
    'services',
    file,
    '--db',
    record,
    '--source',
    'test',
    ...more,
];

before(() => {
    dir = mkdtempSync(join(tmpdir(), 'haven-kill-'));
    db = path('test.db');
    writeFileSync(path('A.csv'), toCsv(rows('A')));
    writeFileSync(path('B.csv'), toCsv(rows('B')));
    mustRun('init', db);
    mustRun(...args(path('A.csv')));
});
after(() => rmSync(dir, { recursive: true, force: true }));

/* The numbers of a report. */
function report(record, file, ...more) {
    const out = path('report.json');
    rmSync(out, { force: true });
    mustRun(...args(file, record, '--report', out, ...more));
    return JSON.parse(readFileSync(out, 'utf8'));
}

/* True when importing the file would change nothing. A has fewer rows than B, all with
 * the same ids: what only B has stays. */
function unchanged(which, record = db) {
    const r = report(record, path(`${which}.csv`), '--dry-run');
    return r.added === 0 && r.updated === 0;
}

function assertSound(record = db) {
    const checked = run('check', '--db', record);
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
}

/* Runs an import and kills it after `ms`; resolves with how it ended. */
function importKilled(file, ms) {
    return new Promise((done, failed) => {
        const child = spawn(program, args(file), { stdio: 'ignore' });
        const timer = setTimeout(() => child.kill('SIGKILL'), ms);
        child.on('error', failed);
        child.on('exit', (code, signal) => {
            clearTimeout(timer);
            done(signal ?? code);
        });
    });
}

test(
    'a killed import leaves the old directory or the new one',
    { timeout: 20 * MINUTES },
    async () => {
        console.log(`seed ${SEED}`);
        const start = Date.now();
        mustRun(...args(path('B.csv')));
        const whole = Date.now() - start;
        const ended = { killed: 0, done: 0, old: 0, new: 0 };
        let now = 'B';
        for (let i = 0; i < KILLS; i++) {
            const other = now === 'A' ? 'B' : 'A';
            const how = await importKilled(path(`${other}.csv`), random() * whole * 1.1);
            ended[how === 'SIGKILL' ? 'killed' : 'done']++;
            assert.ok(how === 'SIGKILL' || how === 0, `import ended with ${how}`);
            assertSound();
            const old = unchanged(now);
            const changed = unchanged(other);
            assert.ok(old !== changed, `kill ${i}: old ${old}, new ${changed}`);
            if (how === 0) {
                assert.ok(changed, `kill ${i}: done, but the directory is the old one`);
            }
            ended[old ? 'old' : 'new']++;
            now = old ? now : other;
        }
        console.log(`an import takes ${whole} ms: ${JSON.stringify(ended)}`);
        assert.ok(ended.killed > 0, 'nothing was killed');
    },
);

/* Bytes of the record, once a command has written its log back. */
function bytes(record) {
    mustRun('check', '--db', record);
    return createHash('sha256').update(readFileSync(record)).digest('hex');
}

test('importing twice changes nothing', { timeout: 5 * MINUTES }, () => {
    for (const which of ['A', 'B', 'A']) {
        mustRun(...args(path(`${which}.csv`)));
        const once = bytes(db);
        const r = report(db, path(`${which}.csv`));
        assert.equal(r.added, 0);
        assert.equal(r.updated, 0);
        assert.equal(r.unchanged, rows(which).length);
        assert.equal(bytes(db), once);
    }
});

test(
    'a second importer waits a moment, then says that the record is locked',
    { timeout: MINUTES },
    async (t) => {
        const probe = path('probe.db');
        const lockedBy = holder(probe);
        if (lockedBy === null) {
            t.skip('there is no python3 to hold the lock');
            return;
        }
        try {
            await lockedBy.ready;
            const start = Date.now();
            const second = run(...args(path('A.csv'), probe));
            const took = Date.now() - start;
            assert.equal(second.status, 3, second.stderr);
            assert.match(second.stderr, /in use by another writer/);
            assert.ok(took < 7000, `${took} ms`);
        } finally {
            await lockedBy.release();
        }
        assertSound(probe);
        mustRun(...args(path('A.csv'), probe));
    },
);

/* Somebody who holds the write lock of a new record: Python's sqlite3, since no package
 * of the tests has one. */
function holder(record) {
    const script =
        'import sqlite3,sys\n' +
        'c=sqlite3.connect(sys.argv[1],isolation_level=None)\n' +
        "c.execute('BEGIN IMMEDIATE')\nprint('locked',flush=True)\nsys.stdin.read()\n";
    if (spawnSync('python3', ['-c', 'import sqlite3']).status !== 0) {
        return null;
    }
    mustRun('init', record);
    const child = spawn('python3', ['-c', script, record], {
        stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = new Promise((done) => {
        child.on('exit', done);
    });
    return {
        ready: new Promise((done) => {
            child.stdout.once('data', done);
        }),
        release: () => {
            child.stdin.end();
            return ended;
        },
    };
}

/* Two importers at once: the second waits, or is told; never a half of each. */
test('two importers at once', { timeout: 2 * MINUTES }, async () => {
    const both = ['A', 'B'].map(
        (which) =>
            new Promise((done) => {
                const child = spawn(program, args(path(`${which}.csv`)));
                let errors = '';
                child.stderr.on('data', (d) => {
                    errors += d;
                });
                child.on('exit', (code) => done({ code, errors }));
            }),
    );
    const [a, b] = await Promise.all(both);
    for (const one of [a, b]) {
        assert.ok(one.code === 0 || one.code === 3, one.errors);
        assert.ok(
            one.code === 0 || /in use by another writer/.test(one.errors),
            one.errors,
        );
    }
    assert.ok(a.code === 0 || b.code === 0);
    assertSound();
    assert.ok(unchanged('A') !== unchanged('B'));
});

test('a full disk', { timeout: 2 * MINUTES }, (t) => {
    const disk = path('disk');
    mkdirSync(disk);
    const mounted = spawnSync('mount', [
        '-t',
        'tmpfs',
        '-o',
        `size=${SMALL_DISK}`,
        'tmpfs',
        disk,
    ]);
    if (mounted.error || mounted.status !== 0) {
        t.skip('a small disk cannot be mounted here');
        return;
    }
    try {
        fillDisk(join(disk, 'full.db'));
    } finally {
        spawnSync('umount', [disk]);
    }
});

function fillDisk(record) {
    writeFileSync(path('few.csv'), toCsv(rows('A', 20)));
    writeFileSync(path('many.csv'), toCsv(rows('A', 40 * ROWS)));
    mustRun('init', record);
    mustRun(...args(path('few.csv'), record));
    const failed = run(...args(path('many.csv'), record));
    assert.equal(failed.status, 3, failed.stderr.slice(-2000));
    assert.match(failed.stderr, /disk|full|space/i);
    assert.ok(failed.stderr.length < 2000, failed.stderr.slice(0, 2000));
    /* Looked at where there is room: a reader, too, needs a little. */
    for (const end of ['', '-wal', '-journal']) {
        if (existsSync(record + end)) {
            copyFileSync(record + end, path(`copy.db${end}`));
        }
    }
    assertSound(path('copy.db'));
    assert.ok(unchanged('few', path('copy.db')));
    assertSound(record);
    assert.ok(unchanged('few', record));
}
