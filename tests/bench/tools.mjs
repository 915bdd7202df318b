/* SPDX-License-Identifier: Apache-2.0
 *
 * What every bench needs: a folder of its own, programs started and ended, medians, load
 * by wrk, and rows of the table. Everything that was started is ended when the bench ends,
 * however it does.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
    chmodSync,
    closeSync,
    mkdtempSync,
    openSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = fileURLToPath(new URL('.', import.meta.url));
export const small = process.env.BENCH_SCALE === 'small';
export const cores = cpus().length;
const CONNECTIONS = 32;
const ANSWER_S = 1;
const STOP_MS = 10_000;
const READY_MS = 120_000;

/* ---- the folder, and what runs --------------------------------------------------------- */

export const work = mkdtempSync(join(tmpdir(), 'haven-bench-'));
chmodSync(work, 0o711); /* PostgreSQL's own user passes through */
export const inWork = (name) => join(work, name);

const live = new Map(); /* child -> how to end it */

process.on('exit', () => {
    for (const [child, end] of live) end ? end() : child.kill('SIGKILL');
    rmSync(work, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/* Starts a program that runs until stop(). What it says goes to a file and not to a pipe:
 * this process is blocked while it measures, and a program whose log nobody takes stops.
 * `end` ends it where a signal does not do. */
export function start(program, args, { end, ...options } = {}) {
    const path = inWork(`${basename(program)}-${live.size}.log`);
    const fd = openSync(path, 'w');
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', fd], ...options });
    closeSync(fd);
    child.said = () => readFileSync(path, 'utf8');
    child.on('error', (error) => console.error(`${program}: ${error.message}`));
    live.set(child, end);
    child.on('exit', () => live.delete(child));
    return child;
}

export async function stop(child) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
}

/* Runs a program to its end and returns what it printed; anything but exit 0 is an error. */
export function run(program, args, options = {}) {
    return execFileSync(program, args, {
        encoding: 'utf8',
        maxBuffer: 64 << 20,
        stdio: ['pipe', 'pipe', 'pipe'],
        ...options,
    });
}

/* Seconds that `work` takes. */
export function seconds(work) {
    const began = process.hrtime.bigint();
    work();
    return Number(process.hrtime.bigint() - began) / 1e9;
}

export const installed = (program) => spawnSync('which', [program]).status === 0;
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(what, ready) {
    const last = Date.now() + READY_MS;
    while (!(await ready())) {
        if (Date.now() > last) throw new Error(`${what} does not get ready`);
        await sleep(5);
    }
}

export function freePort() {
    return new Promise((resolve, reject) => {
        const server = createServer();
        server.on('error', reject);
        server.listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

/* ---- numbers ---------------------------------------------------------------------------- */

export function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/* Runs a and b in turns, `pairs` times; resolves with the medians of both and of a / b. */
export async function alternate(pairs, a, b) {
    const first = [];
    const second = [];
    for (let i = 0; i < pairs; i++) {
        /* Whoever comes second in one pair comes first in the next. */
        if (i % 2 === 0) first.push(await a());
        second.push(await b());
        if (i % 2 === 1) first.push(await a());
    }
    return {
        a: median(first),
        b: median(second),
        ratio: median(first.map((value, i) => value / second[i])),
    };
}

export function short(number) {
    if (number >= 100) return Math.round(number).toLocaleString('en');
    return String(Number(number.toPrecision(number >= 1 ? 3 : 2)));
}

/* ---- load --------------------------------------------------------------------------------- */

export const post = (body) => `POST\t/api/v1/nearest\t${JSON.stringify(body)}\n`;
export const get = (query) => `GET\t/api/v1/nearest?${new URLSearchParams(query)}\t\n`;

/* Writes the requests of one kind of load; returns the file's path. */
export function writeLoad(name, lines) {
    const path = inWork(`${name}.load`);
    writeFileSync(path, lines.join(''));
    return path;
}

/* Answered requests a second. An answer that is not a success, one that takes longer than
 * ANSWER_S, or none at all is an error: a server that stalls has no speed. */
export async function wrk(port, load, key, duration) {
    const args = [
        ...['-t1', `-c${CONNECTIONS}`, `-d${duration}s`, '--timeout', `${ANSWER_S}s`],
        ...['-s', join(here, 'load.lua'), `http://127.0.0.1:${port}`, '--', load],
        ...(key ? [key] : []),
    ];
    const text = run('wrk', args);
    if (/Non-2xx|Socket errors/.test(text)) throw new Error(`wrk on ${load}: ${text}`);
    const rate = Number(/Requests\/sec:\s*([\d.]+)/.exec(text)?.[1]);
    if (!(rate > 0)) throw new Error(`wrk on ${load}: nothing was answered: ${text}`);
    return rate;
}

/* ---- the table ---------------------------------------------------------------------------- */

const rows = [];

/* One figure. `wanted`: { least } or { most }, or nothing; `ratio` a number, or nothing. */
export function figure({ what, against, ratio, wanted, detail }) {
    const reached =
        wanted === undefined
            ? ''
            : 'least' in wanted
              ? ratio >= wanted.least
              : ratio <= wanted.most;
    rows.push({
        what,
        against,
        ratio: ratio === undefined ? '' : short(ratio),
        wanted: !wanted
            ? ''
            : 'least' in wanted
              ? `at least ${wanted.least}`
              : `at most ${wanted.most}`,
        reached: reached === '' ? '' : reached ? 'yes' : 'NO',
        detail,
    });
    console.log(
        `${what} | ${against} | ${rows.at(-1).ratio} | ${rows.at(-1).wanted} ` +
            `${rows.at(-1).reached} | ${detail}`,
    );
}

export function skip(what, why) {
    rows.push({ what, against: '', ratio: '', wanted: '', reached: '', detail: `skipped: ${why}` });
    console.log(`${what}: skipped: ${why}`);
}

/* The table in Markdown, columns aligned. */
export function table() {
    const names = ['what', 'against', 'ratio', 'wanted', 'reached', 'detail'];
    const lines = [names, null, ...rows.map((row) => names.map((name) => row[name]))];
    const width = names.map((_, i) => Math.max(...lines.map((line) => line?.[i].length ?? 3)));
    return lines
        .map((line) => names.map((_, i) => line?.[i].padEnd(width[i]) ?? '-'.repeat(width[i])))
        .map((cells) => `| ${cells.join(' | ')} |`)
        .join('\n');
}
