/* SPDX-License-Identifier: Apache-2.0
 *
 * haven as the benches run it: a record made from a synthetic directory, and the server on
 * it. The program and its helpers stand in the folder given to the bench.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { writeServices } from './gen.mjs';
import { inWork, run, seconds, start, stop, until } from './tools.mjs';

const built = resolve(process.argv[2] ?? 'build/release');
export const program = join(built, 'haven');
export const share = join(built, 'share');
export const helper = (name) => join(built, 'bench', name);

/* Writes a directory of `count` services and imports it. Returns { csv, db, shares }. */
export function makeRecord(name, count, each) {
    const csv = inWork(`${name}.csv`);
    const db = inWork(`${name}.db`);
    const shares = writeServices(csv, count, { each });
    run(program, ['init', db]);
    run(program, ['import', 'services', csv, '--db', db, '--source', 'bench']);
    return { csv, db, shares };
}

export function addKey(db, role) {
    const text = run(program, ['key', 'add', '--db', db, '--role', role, '--name', role]);
    return text.trim().split(/\s+/).at(-1);
}

/* Starts `haven serve` with more options; resolves with { port, ready_s, stop } once it answers. */
export async function serve(db, args = []) {
    const began = process.hrtime.bigint();
    const child = start(program, ['serve', '--db', db, '--listen', '127.0.0.1:0', ...args]);
    let port;
    await until('haven serve', () => {
        if (child.exitCode !== null) throw new Error(child.said());
        port = /listening on http:\/\/\S*:(\d+)/.exec(child.said())?.[1];
        return port !== undefined;
    });
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/status`);
    if (!answer.ok) throw new Error(`GET /api/v1/status: ${answer.status}`);
    const ready = Number(process.hrtime.bigint() - began) / 1e9;
    return { port, pid: child.pid, ready_s: ready, stop: () => stop(child) };
}

/* Imports places.csv into a record of its own and serves it; beside what serve() tells,
 * import_s: the seconds that the import took. */
export async function servePlaces(name, csv) {
    const db = inWork(`${name}.db`);
    run(program, ['init', db]);
    const args = ['import', 'places', csv, '--db', db, '--source', 'bench'];
    const took = seconds(() => run(program, args));
    return { ...(await serve(db)), import_s: took };
}

/* The most memory that a running process had, MiB. */
export function memoryMiB(pid) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)[1]) / 1024;
}

/* The mean size of the answers to the first requests of a load, bytes. */
export async function answerSize(port, load, key) {
    const lines = readFileSync(load, 'utf8').split('\n', 200);
    let bytes = 0;
    for (const line of lines) {
        const [method, path, body] = line.split('\t');
        const headers = { 'Content-Type': 'application/json' };
        if (key) headers.Authorization = `Bearer ${key}`;
        const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
            method,
            headers,
            body: body || undefined,
        });
        const text = await answer.arrayBuffer();
        if (!answer.ok) throw new Error(`${answer.status}: ${Buffer.from(text)}`);
        bytes += text.byteLength;
    }
    return Math.round(bytes / lines.length);
}
