/* SPDX-License-Identifier: Apache-2.0
 *
 * haven user and haven key on the command line: what they print, refuse and leave behind.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { mustRun, program, run, start } from './haven.mjs';

let dir, db;

before(() => {
    dir = mkdtempSync(join(tmpdir(), 'haven-accounts-'));
    db = join(dir, 'a.db');
    mustRun('init', db);
});

after(() => rmSync(dir, { recursive: true, force: true }));

const user = (action, ...args) => run('user', action, '--db', db, ...args);
const key = (action, ...args) => run('key', action, '--db', db, ...args);
const withInput = (input, ...args) =>
    spawnSync(program, ['user', ...args, '--db', db, '--password-stdin'], {
        input,
        encoding: 'utf8',
    });

/* Every byte that the program keeps. */
const kept = () => readdirSync(dir).map((f) => readFileSync(join(dir, f), 'latin1')).join('');

test('add prints a password by chance, once, last on the line', () => {
    const said = user('add', '--name', 'anna', '--role', 'operator');
    assert.equal(said.status, 0, said.stderr);
    assert.match(said.stdout, /^anna operator [a-z2-9]{5}(-[a-z2-9]{5}){3}\n$/);
    const password = said.stdout.trim().split(' ').at(-1);
    assert.ok(!kept().includes(password));
    assert.match(kept(), /\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
    const list = user('list').stdout;
    assert.match(list, /^anna operator \d{4}-\d\d-\d\d must-change-password no-second-factor$/m);
    assert.ok(!list.includes('argon2'));
});

test('a password comes from standard input, never from an argument', () => {
    const sentence = 'a plain long sentence';
    const said = withInput(`${sentence}\n`, 'add', '--name', 'ben', '--role', 'admin');
    assert.equal(said.status, 0, said.stderr);
    assert.equal(said.stdout, 'ben admin\n');
    assert.ok(!kept().includes(sentence));
    assert.match(user('list').stdout, /^ben admin \S+ active no-second-factor$/m);
    for (const option of ['--password', '--pass']) {
        assert.equal(user('add', '--name', 'x', '--role', 'admin', option, 'y').status, 2);
    }
    assert.doesNotMatch(user('list').stdout, /^x /m);
});

test('a password that is too weak makes no account, and is not repeated', () => {
    const weak = ['', '\n', 'short\n', 'password1234\n', 'my name is carla\n', 'x'.repeat(5000)];
    for (const input of weak) {
        const said = withInput(input, 'add', '--name', 'carla', '--role', 'steward');
        assert.equal(said.status, 2, JSON.stringify(input));
        assert.equal(said.stdout, '');
        assert.match(said.stderr, /password|standard input/);
        assert.ok(input.trim() === '' || !said.stderr.includes(input.trim()));
    }
    assert.doesNotMatch(user('list').stdout, /carla/);
});

test('names, roles and organizations that cannot be had are refused', () => {
    const bad = [
        [['--name', 'ANNA', '--role', 'admin'], 1, /"ANNA"/],
        [['--name', 'd', '--role', 'public'], 2, /--role public: allowed/],
        [['--name', 'd', '--role', 'root'], 2, /--role root: allowed/],
        [['--name', '', '--role', 'admin'], 2, /1 to 100 bytes/],
        [['--name', 'é'.repeat(51), '--role', 'admin'], 2, /100 bytes/],
        [['--name', 'd', '--role', 'partner', '--organization', 'x'], 2, /organization x/],
        [
            ['--name', 'd', '--role', 'partner', '--organization',
                '11111111-1111-1111-1111-111111111111'],
            1,
            /no such organization/,
        ],
        [['--name', 'd'], 2, /usage/],
        [['--role', 'admin'], 2, /usage/],
    ];
    for (const [args, status, text] of bad) {
        for (const command of [user, key]) {
            const said = command('add', ...args);
            if (command === key && args[1] === 'ANNA') {
                continue; /* keys and accounts are told apart */
            }
            assert.equal(said.status, status, `${args}: ${said.stderr}`);
            assert.match(said.stderr, text);
            assert.equal(said.stdout, '');
        }
    }
    assert.equal(run('user', 'list', '--db', join(dir, 'none.db')).status, 3);
    assert.deepEqual(readdirSync(dir).filter((f) => f.startsWith('none')), []);
});

test('disable, enable, reset', () => {
    assert.equal(user('disable', '--name', 'anna').stdout, 'anna disabled\n');
    assert.match(user('list').stdout, /^anna operator \S+ disabled /m);
    assert.equal(user('enable', '--name', 'Anna').stdout, 'anna enabled\n');
    const first = user('reset', '--name', 'anna').stdout;
    const second = user('reset', '--name', 'anna', '--no-second-factor').stdout;
    assert.match(first, /^anna operator [a-z2-9-]{23}\n$/);
    assert.notEqual(first, second);
    for (const action of ['disable', 'enable', 'reset']) {
        const said = user(action, '--name', 'nobody');
        assert.equal(said.status, 1);
        assert.match(said.stderr, /no account is called "nobody"/);
    }
    assert.equal(user('disable').status, 2);
    assert.equal(user('remove', '--name', 'anna').status, 2);
});

test('keys end on a day', () => {
    const said = key('add', '--name', 'p', '--role', 'partner', '--expires', '2090-12-31');
    assert.match(said.stdout, /^p partner haven_[\w-]{43}\n$/);
    assert.match(key('list').stdout, /^p partner \d{4}-\d\d-\d\d expires 2090-12-31$/m);
    for (const day of ['2020-01-01', '2090-02-30', 'soon']) {
        const bad = key('add', '--name', 'q', '--role', 'partner', '--expires', day);
        assert.equal(bad.status, 2);
        assert.ok(bad.stderr.includes(day));
    }
    assert.doesNotMatch(key('list').stdout, /^q /m);
});

test('keys and accounts of a partner may name an organization', async (t) => {
    const services = [{ id: 'a', organization: 'Tree', service: 's', country: 'KH' }];
    const haven = await start({ services, roles: ['steward'] });
    t.after(() => haven.stop());
    const [service] = await haven.list('steward');
    const id = service.organization_id;
    assert.match(id, /^[0-9a-f-]{36}$/);
    const said = (command, action, ...args) => run(command, action, '--db', haven.db, ...args);
    const of = ['--role', 'partner', '--organization', id];
    assert.equal(said('key', 'add', '--name', 'tree', ...of).status, 0);
    const keys = said('key', 'list').stdout;
    assert.match(keys, new RegExp(`^tree partner \\S+ organization ${id}$`, 'm'));
    assert.equal(said('user', 'add', '--name', 'tina', ...of).status, 0);
    const users = said('user', 'list').stdout;
    assert.match(users, new RegExp(`^tina partner .* organization ${id}$`, 'm'));
    const other = ['--role', 'operator', '--organization', id];
    assert.equal(said('key', 'add', '--name', 'o', ...other).status, 2);
    assert.equal(said('user', 'add', '--name', 'o', ...other).status, 2);
});

test('the file is its owner\'s, and copies of the record hold no way in', () => {
    assert.equal(statSync(join(dir, 'a-access.db')).mode & 0o777, 0o600);
    const record = readFileSync(join(dir, 'a.db'), 'latin1');
    assert.ok(!record.includes('argon2id') && !record.includes('must_change'));
});
