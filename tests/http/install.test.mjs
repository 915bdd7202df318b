/* SPDX-License-Identifier: Apache-2.0
 *
 * `make install`: the program runs from where it was put, finds its own files, and the
 * systemd units beside it are what systemd takes, with the sandbox on.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
    existsSync,
    mkdtempSync,
    readFileSync,
    readdirSync,
    rmSync,
    statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { root } from './haven.mjs';

const SERVICES = ['haven.service', 'haven-backup.service'];
const UNITS = [...SERVICES, 'haven-backup.timer'];
const MOST_EXPOSED = { 'haven.service': 1.5, 'haven-backup.service': 0.8 }; /* of 10 */
const MINUTES = 60_000;

let dir;
let prefix;
let units;

/* Without what an outer make hands down. */
function make(...args) {
    const env = { ...process.env };
    for (const name of ['MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MODE']) {
        delete env[name];
    }
    const done = spawnSync('make', ['-C', root, ...args], { env, encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
}

function files(folder) {
    return readdirSync(folder, { withFileTypes: true }).flatMap((f) =>
        f.isDirectory() ? files(join(folder, f.name)) : [join(folder, f.name)],
    );
}

before(() => {
    dir = mkdtempSync(join(tmpdir(), 'haven-install-'));
    prefix = join(dir, 'usr');
    units = join(prefix, 'lib/systemd/system');
    make('install', `PREFIX=${prefix}`);
});
after(() => rmSync(dir, { recursive: true, force: true }));

test('the installed program runs, from anywhere', { timeout: MINUTES }, () => {
    const haven = join(prefix, 'bin/haven');
    const db = join(dir, 'region.db');
    for (const args of [
        ['init', db],
        ['check', '--db', db],
        ['backup', '--db', db, '--to', join(dir, 'copy.db')],
        ['tiles', 'build', '--db', db, '--max-zoom', '0'],
    ]) {
        const done = spawnSync(haven, args, { cwd: '/', encoding: 'utf8' });
        assert.equal(done.status, 0, done.stderr);
    }
    for (const file of files(prefix)) {
        assert.equal(statSync(file).mode & 0o022, 0, `${file}: others may write it`);
        assert.equal(statSync(file).mode & 0o004, 0o004, `${file}: not to be read`);
    }
});

/* Resolves with the origin that the server names. */
const listening = (child) =>
    new Promise((done, failed) => {
        let said = '';
        const hear = (chunk) => {
            said += chunk;
            const found = said.match(/listening on (http:\/\/\S+:\d+)/);
            if (found) {
                done(found[1]);
            }
        };
        child.stdout.on('data', hear);
        child.stderr.on('data', hear);
        child.on('exit', () => failed(new Error(said)));
    });

test('and serves pages and the basemap', { timeout: MINUTES }, async () => {
    const args = ['serve', '--db', join(dir, 'region.db'), '--listen', '127.0.0.1:0'];
    const child = spawn(join(prefix, 'bin/haven'), args, { cwd: '/' });
    try {
        const origin = await listening(child);
        const page = await fetch(origin);
        assert.equal(page.status, 200);
        const named = [...(await page.text()).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)];
        assert.ok(named.length > 0);
        for (const [, path] of named) {
            assert.equal((await fetch(origin + path)).status, 200, path);
        }
        const tile = await fetch(`${origin}/tiles/basemap/0/0/0.mvt`);
        assert.equal(tile.status, 200);
        assert.ok((await tile.arrayBuffer()).byteLength > 1000);
    } finally {
        child.kill('SIGKILL');
    }
});

test('units name the installed program', () => {
    for (const unit of SERVICES) {
        const text = readFileSync(join(units, unit), 'utf8');
        assert.match(text, new RegExp(`^ExecStart=${prefix}/bin/haven `, 'm'));
    }
});

function systemd(t, ...args) {
    const done = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    if (done.error) {
        t.skip('systemd-analyze is not here');
        return null;
    }
    return done;
}

test('systemd takes the units', { timeout: MINUTES }, (t) => {
    const paths = UNITS.map((unit) => join(units, unit));
    const done = systemd(t, 'verify', '--man=no', ...paths);
    if (done !== null) {
        assert.equal(done.status, 0, done.stderr);
        const ours = done.stderr.split('\n').filter((line) => line.includes(prefix));
        assert.deepEqual(ours, []);
    }
});

test('little is exposed', { timeout: MINUTES }, (t) => {
    for (const unit of SERVICES) {
        const done = systemd(
            t,
            'security',
            '--offline=true',
            '--no-pager',
            join(units, unit),
        );
        if (done === null) {
            return;
        }
        const found = done.stdout.match(/exposure level for \S+: (\d+\.\d)/);
        assert.ok(found, done.stdout + done.stderr);
        console.log(`${unit}: ${found[1]}`);
        assert.ok(Number(found[1]) <= MOST_EXPOSED[unit], done.stdout);
    }
});

test('a package is built below DESTDIR, and uninstall leaves nothing', () => {
    const dest = join(dir, 'package');
    make('install', 'PREFIX=/usr', `DESTDIR=${dest}`);
    const unit = readFileSync(join(dest, 'usr/lib/systemd/system/haven.service'), 'utf8');
    assert.match(unit, /^ExecStart=\/usr\/bin\/haven serve/m);
    assert.ok(files(dest).length > 20);
    make('uninstall', 'PREFIX=/usr', `DESTDIR=${dest}`);
    assert.deepEqual(files(dest), []);
    make('uninstall', `PREFIX=${prefix}`);
    assert.deepEqual(files(prefix), []);
    assert.ok(existsSync(join(dir, 'region.db')));
});
