/* SPDX-License-Identifier: Apache-2.0
 *
 * Backups of the real program: while imports run, killed at random moments (the seed is
 * printed; SEED sets it, KILLS says how often, default 12), on a full disk. What is
 * restored answers as the original did, and nothing is restored under a running server.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    rmSync,
    statSync,
    writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { mustRun, program, run, start, toCsv } from './haven.mjs';

const KILLS = Number(process.env.KILLS ?? 12);
const SEED = Number(process.env.SEED ?? Date.now() % 1e9);
const ROWS = 2000;
const IMPORTS = 4; /* while so many run, at least */
const BACKUPS = 8; /* are made, at least */
const MINUTES = 60_000;

let dir;
let haven;
let state = SEED;

const path = (name) => join(dir, name);

/* Park and Miller. */
function random() {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
}

/* Every third row differs, so that a mixture of both is neither. */
const rows = (which) =>
    Array.from({ length: ROWS }, (_, i) => ({
        id: `row-${i}`,
        organization: `Provider ${i % 200}`,
        service: `Service ${i}${which === 'B' && i % 3 === 0 ? ' renamed' : ''}`,
        country: 'KH',
        needs: i % 4 ? 'health.clinic;legal' : 'housing.shelter',
        kind: i % 4 ? 'clinic' : 'shelter',
        lat: (10.5 + ((i * 37) % 3000) / 1000).toFixed(4),
        lon: (103 + ((i * 101) % 3000) / 1000).toFixed(4),
        phones: `+855 23 ${100000 + i}`,
        status: 'open',
    }));

const importArgs = (which, db) => [
    'import',
    'services',
    path(`${which}.csv`),
    '--db',
    db,
    '--source',
    'test',
];

const backup = (...args) => run('backup', '--db', haven.db, ...args);

function folder(name) {
    mkdirSync(path(name));
    return path(name);
}

function assertSound(db) {
    const checked = run('check', '--db', db);
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
}

/* Which file a record holds: 'A', 'B', or neither. */
function holds(db) {
    return ['A', 'B'].find((which) => {
        const done = mustRun(...importArgs(which, db), '--dry-run');
        return /added 0, updated 0, unchanged \d+, retired 0/.test(
            done.stdout + done.stderr,
        );
    });
}

/* Runs a command to its end; resolves with how it ended. */
function ended(child) {
    return new Promise((done, failed) => {
        let errors = '';
        child.stderr?.on('data', (d) => {
            errors += d;
        });
        child.on('error', failed);
        child.on('exit', (code, signal) => done({ code: signal ?? code, errors }));
    });
}

before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'haven-backup-'));
    for (const which of ['A', 'B']) {
        writeFileSync(path(`${which}.csv`), toCsv(rows(which)));
    }
    haven = await start({ services: rows('A'), roles: ['steward', 'operator'] });
});
after(async () => {
    await haven?.stop();
    rmSync(dir, { recursive: true, force: true });
});

/* Answers that differ when anything of the directory does. */
async function answers(server) {
    const question = { lat: 11.5, lon: 104.9, need: ['health'], limit: 50 };
    const all = [];
    for (const key of [undefined, 'operator', 'steward']) {
        all.push((await server.post('/api/v1/nearest', question, key)).body);
        all.push(await server.list(key));
    }
    return all;
}

test('backups while imports run', { timeout: 10 * MINUTES }, async () => {
    const to = folder('running');
    let running = true;
    let imports = 0;
    const importing = (async () => {
        while (running) {
            const which = imports++ % 2 ? 'A' : 'B';
            const how = await ended(spawn(program, importArgs(which, haven.db)));
            assert.equal(how.code, 0, how.errors);
        }
    })();
    const args = (i) => ['backup', '--db', haven.db, '--to', join(to, `${i}.db`)];
    let count = 0;
    for (; count < BACKUPS || imports < IMPORTS; count++) {
        const how = await ended(spawn(program, args(count)));
        assert.equal(how.code, 0, how.errors);
    }
    running = false;
    await importing;
    const held = [];
    for (let i = 0; i < count; i++) {
        assertSound(join(to, `${i}.db`));
        mustRun('restore', join(to, `${i}.db`), '--db', path(`running-${i}.db`));
        held.push(holds(path(`running-${i}.db`)));
        assert.ok(held[i], `backup ${i} is neither A nor B`);
    }
    console.log(`${imports} imports; backups hold ${held.join(' ')}`);
});

test('a restored record answers as the original', { timeout: 5 * MINUTES }, async () => {
    const before = await answers(haven);
    const to = folder('answers');
    const made = backup('--to', to);
    assert.equal(made.status, 0, made.stderr);
    const [record, access] = made.stdout.trim().split('\n');
    assert.match(record, /\/test-\d{8}T\d{6}Z\.db$/);
    assert.equal(access, record.replace(/\.db$/, '-access.db'));
    assert.deepEqual(readdirSync(to).length, 2);
    for (const file of [record, access]) {
        assert.equal(statSync(file).mode & 0o777, 0o600);
    }
    const again = await start({
        roles: [],
        prepare: (h) => mustRun('restore', record, '--db', h.db, '--force'),
    });
    try {
        again.keys = haven.keys;
        assert.deepEqual(await answers(again), before);
    } finally {
        await again.stop();
    }
});

test('nothing is restored under a running server', { timeout: 5 * MINUTES }, async () => {
    const server = await start({ services: rows('B'), roles: ['steward'] });
    try {
        const made = path('other.db');
        assert.equal(backup('--to', made).status, 0);
        const before = await answers({
            post: (p, b) => server.post(p, b, 'steward'),
            list: () => server.list('steward'),
        });
        const refused = run('restore', made, '--db', server.db, '--force');
        assert.equal(refused.status, 3, refused.stderr);
        const who = new RegExp(`process ${server.child.pid} has it open`);
        assert.match(refused.stderr, who);
        assert.equal(run('restore', made, '--db', server.db).status, 2);
        assert.ok(!existsSync(`${server.db}.before-restore`));
        assert.deepEqual(readdirSync(server.dir).filter((f) => /part/.test(f)), []);
        const after = await answers({
            post: (p, b) => server.post(p, b, 'steward'),
            list: () => server.list('steward'),
        });
        assert.deepEqual(after, before);

        server.child.kill('SIGKILL'); /* its log stays, and belongs to the old record */
        await new Promise((done) => server.child.once('exit', done));
        mustRun('restore', made, '--db', server.db, '--force');
        assert.equal(holds(server.db), holds(haven.db));
        assert.equal(holds(`${server.db}.before-restore`), 'B');
        assertSound(server.db);
    } finally {
        await server.stop();
    }
});

/* Every record that stands in the folder is whole, and its access database is there. */
function assertWhole(to) {
    const names = readdirSync(to);
    for (const name of names.filter((n) => /^\d+\.db$/.test(n))) {
        assertSound(join(to, name));
        assert.ok(names.includes(name.replace('.db', '-access.db')), name);
    }
    return names;
}

test('a killed backup is none or a whole one', { timeout: 10 * MINUTES }, async () => {
    console.log(`seed ${SEED}`);
    const to = folder('killed');
    const began = Date.now();
    assert.equal(backup('--to', join(to, 'first.db')).status, 0);
    const whole = Date.now() - began;
    const count = { killed: 0, part: 0, done: 0 };
    for (let i = 0; i < KILLS; i++) {
        const child = spawn(
            program,
            ['backup', '--db', haven.db, '--to', join(to, `${i}.db`)],
            { stdio: 'ignore' },
        );
        const timer = setTimeout(() => child.kill('SIGKILL'), random() * whole * 1.1);
        const { code } = await ended(child);
        clearTimeout(timer);
        assert.ok(code === 0 || code === 'SIGKILL', `ended with ${code}`);
        const names = assertWhole(to);
        count.killed += code === 'SIGKILL';
        count.done += names.includes(`${i}.db`);
        count.part += names.some((n) => n.includes('.haven-part'));
        assert.ok(code !== 0 || names.includes(`${i}.db`));
    }
    console.log(`a backup takes ${whole} ms: ${JSON.stringify(count)}`);
    assert.ok(count.killed > 0, 'nothing was killed');
    assert.equal(backup('--to', join(to, 'last.db')).status, 0);
    assert.deepEqual(assertWhole(to).filter((n) => n.includes('.haven-part')), []);
});

test('a killed restore is none or a whole one', { timeout: 10 * MINUTES }, async () => {
    const to = folder('restored');
    const db = join(to, 'test.db');
    mustRun('init', db);
    const from = { A: join(to, 'A.db'), B: join(to, 'B.db') };
    for (const which of ['A', 'B']) {
        mustRun(...importArgs(which, db));
        mustRun('backup', '--db', db, '--to', from[which]);
    }
    const clear = () =>
        readdirSync(to)
            .filter((name) => name.includes('before-restore'))
            .forEach((name) => rmSync(join(to, name)));
    const began = Date.now();
    mustRun('restore', from.A, '--db', db, '--force');
    const whole = Date.now() - began;
    const count = { killed: 0, old: 0, new: 0 };
    let now = 'A';
    for (let i = 0; i < KILLS; i++) {
        clear();
        const other = now === 'A' ? 'B' : 'A';
        const args = ['restore', from[other], '--db', db, '--force'];
        const child = spawn(program, args, { stdio: 'ignore' });
        const ms = whole * (0.7 + 0.4 * random()); /* about when it takes its place */
        const timer = setTimeout(() => child.kill('SIGKILL'), ms);
        const { code } = await ended(child);
        clearTimeout(timer);
        assert.ok(code === 0 || code === 'SIGKILL', `ended with ${code}`);
        assertSound(db);
        const held = holds(db);
        assert.ok(held, 'neither A nor B');
        assert.ok(code !== 0 || held === other);
        count.killed += code === 'SIGKILL';
        count[held === now ? 'old' : 'new']++;
        now = held;
    }
    console.log(`a restore takes ${whole} ms: ${JSON.stringify(count)}`);
    clear();
    mustRun('restore', from.A, '--db', db, '--force');
    assert.deepEqual(readdirSync(to).filter((n) => n.includes('.haven-part')), []);
});

/* A full disk, by a limit on the size of files: half of the record. */
test('a backup that cannot be written leaves nothing', { timeout: MINUTES }, () => {
    const to = folder('limited');
    const blocks = Math.floor(statSync(haven.db).size / 2 / 512);
    const limited = (...args) =>
        spawnSync('sh', ['-c', `ulimit -f ${blocks}; exec "$0" "$@"`, program, ...args], {
            encoding: 'utf8',
        });
    const failed = limited('backup', '--db', haven.db, '--to', to);
    assert.equal(failed.status, 3, failed.stderr);
    assert.match(failed.stderr, /disk|full|space|large/i);
    assert.deepEqual(readdirSync(to), []);
    assert.equal(backup('--to', join(to, 'good.db')).status, 0);
    const restored = limited('restore', join(to, 'good.db'), '--db', join(to, 'new.db'));
    assert.equal(restored.status, 3, restored.stderr);
    assert.deepEqual(readdirSync(to).sort(), ['good-access.db', 'good.db']);
});

test('a full disk', { timeout: MINUTES }, (t) => {
    const to = folder('disk');
    const options = ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', to];
    if (spawnSync('mount', options).status !== 0) {
        t.skip('a small disk cannot be mounted here');
        return;
    }
    try {
        const failed = backup('--to', to);
        assert.equal(failed.status, 3, failed.stderr);
        assert.match(failed.stderr, /disk|full|space/i);
        assert.deepEqual(readdirSync(to), []);
    } finally {
        spawnSync('umount', [to]);
    }
});

test('the oldest backups go', { timeout: MINUTES }, () => {
    const to = folder('kept');
    for (const day of ['20260101', '20260102', '20260103']) {
        writeFileSync(join(to, `test-${day}T000000Z.db`), '');
        writeFileSync(join(to, `test-${day}T000000Z-access.db`), '');
    }
    writeFileSync(join(to, 'another-20260101T000000Z.db'), '');
    const made = backup('--to', to, '--keep', '2');
    assert.equal(made.status, 0, made.stderr);
    const names = readdirSync(to).sort();
    assert.equal(names.length, 5, names.join(' '));
    assert.ok(names.includes('another-20260101T000000Z.db'));
    assert.ok(names.includes('test-20260103T000000Z-access.db'));
});

test('wrong use is told', () => {
    const to = folder('wrong');
    for (const args of [
        ['backup', '--to', to],
        ['backup', '--db', haven.db],
        ['backup', '--db', haven.db, '--to', to, '--keep', '0'],
        ['backup', '--db', haven.db, '--to', to, '--keep', 'two'],
        ['backup', '--db', haven.db, '--to', to, '--force'],
        ['restore', '--db', path('x.db')],
        ['restore', haven.db],
    ]) {
        const done = run(...args);
        assert.equal(done.status, 2, args.join(' '));
        assert.match(done.stderr, /usage: haven/);
    }
    assert.deepEqual(readdirSync(to), []);
});
