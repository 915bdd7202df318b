/* SPDX-License-Identifier: Apache-2.0
 *
 * A crash leaves nothing: no core dump, even where the user wants them, and no word of a
 * request in the output. Memory of the server holds what people were searched for.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { mustRun, program } from './haven.mjs';

const CANARY = 'qzwcanary';
const dir = mkdtempSync(join(tmpdir(), 'haven-crash-'));
const db = join(dir, 'test.db');

/* Sanitizers forbid core dumps and catch signals by themselves; here they must not. */
const sanitizer = 'disable_coredump=0:handle_segv=0:handle_abort=0:detect_leaks=0';
const env = { ...process.env, ASAN_OPTIONS: sanitizer, TSAN_OPTIONS: sanitizer };

/* The shell says "core dumped" of what it ran when the system wrote one, or gave it to a
 * program that collects them. */
const SHELL = ['-c', 'ulimit -c unlimited && "$@"; exit 0', 'sh'];

let dumping; /* whether this machine writes core dumps at all */

before(() => {
    mustRun('init', db);
    const args = [...SHELL, 'sh', '-c', 'kill -SEGV $$'];
    const control = spawnSync('sh', args, { cwd: dir, encoding: 'utf8' });
    dumping = /core dumped/.test(control.stderr);
    for (const name of readdirSync(dir)) {
        if (name.startsWith('core')) {
            rmSync(join(dir, name));
        }
    }
});
after(() => rmSync(dir, { recursive: true, force: true }));

const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

async function until(what, find) {
    const end = Date.now() + 30_000;
    for (let found; Date.now() < end; await sleep(20)) {
        found = find();
        if (found) {
            return found;
        }
    }
    return assert.fail(`no ${what}`);
}

/* The server in a shell that allows core dumps of any size. */
async function serve() {
    const args = [program, 'serve', '--db', db, '--listen', '127.0.0.1:0'];
    const shell = spawn('sh', [...SHELL, ...args], { cwd: dir, env });
    const server = { shell, output: '' };
    const hear = (text) => {
        server.output += text;
    };
    shell.stdout.setEncoding('utf8').on('data', hear);
    shell.stderr.setEncoding('utf8').on('data', hear);
    server.ended = new Promise((done) => {
        shell.on('close', done);
    });
    const find = () => server.output.match(/listening on (http:\S+)/);
    [, server.origin] = await until('server', find);
    const children = readFileSync(`/proc/${shell.pid}/task/${shell.pid}/children`, 'utf8');
    server.pid = Number(children.trim().split(' ')[0]);
    return server;
}

for (const signal of ['SIGSEGV', 'SIGABRT', 'SIGQUIT']) {
    test(`${signal} leaves no core dump`, async (t) => {
        const server = await serve();
        const body = JSON.stringify({ lat: 11.5, lon: 104.9, need: CANARY });
        const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${CANARY}` };
        for (const path of ['/api/v1/nearest', `/${CANARY}`]) {
            await fetch(server.origin + path, { method: 'POST', body, headers });
        }
        const limits = readFileSync(`/proc/${server.pid}/limits`, 'utf8');
        assert.match(limits, /Max core file size +0 +0/);
        process.kill(server.pid, signal);
        await server.ended;
        assert.match(server.output, /Segmentation fault|Aborted|Quit/, 'it did not crash');
        assert.doesNotMatch(server.output, /core dumped/);
        assert.deepEqual(
            readdirSync(dir).filter((name) => name.startsWith('core')),
            [],
        );
        assert.ok(!server.output.includes(CANARY), server.output);
        if (!dumping) {
            t.diagnostic('this machine writes no core dumps: only the limits were looked at');
        }
    });
}
