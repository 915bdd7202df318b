/* SPDX-License-Identifier: Apache-2.0
 *
 * Starts the real server on a record of its own, for tests: makes a directory, runs
 * `haven init`, `haven import services`, `haven key add`, `haven serve` on a free port,
 * and takes everything away again, also when the test is stopped half-way.
 *
 *   const haven = await start({ services: [{ id: 'a', organization: 'o', ... }] });
 *   const answer = await haven.post('/api/v1/nearest', { lat, lon }, 'steward');
 *   await haven.stop();
 *
 * The program is named by HAVEN (default build/haven).
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const program = resolve(process.env.HAVEN ?? join(root, 'build/haven'));

/* Packages of the tests stand in web/node_modules. */
export const packages = createRequire(join(root, 'web/package.json'));

const READY_MS = 60_000;
const STOP_MS = 10_000;
const KEPT_OUTPUT = 64 * 1024;

/* Cuts a small basemap of `haven`'s record, of whole continents. */
export const buildBasemap = (haven) =>
    mustRun('tiles', 'build', '--db', haven.db, '--max-zoom', '1');

/* The shape of GET /api/v1/services: one page, and how to ask for the next. */
export const LIST = { items: 'services', next: 'next', total: 'total', cursor: 'cursor' };

const live = new Set();

process.on('exit', () => {
    for (const server of live) {
        server.child?.kill('SIGKILL');
        rmSync(server.dir, { recursive: true, force: true });
    }
});
for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => process.exit(1));
}

const cell = (value) => {
    const text = value === undefined || value === null ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/* Rows (objects by column) as CSV; the header holds every column that some row has. */
export function toCsv(rows) {
    const required = ['id', 'organization', 'service', 'country'];
    const columns = [...new Set([...required, ...rows.flatMap((r) => Object.keys(r))])];
    const lines = rows.map((row) => columns.map((c) => cell(row[c])).join(','));
    return [columns.join(','), ...lines].join('\n') + '\n';
}

/* Runs the program to its end. Returns { status, stdout, stderr }. */
export function run(...args) {
    const done = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 << 20 });
    if (done.error) {
        throw new Error(
            `cannot run ${program} (build it with \`make\`): ${done.error.code}`,
        );
    }
    return done;
}

export function mustRun(...args) {
    const done = run(...args);
    if (done.status !== 0) {
        const command = ['haven', ...args].join(' ');
        throw new Error(`${command}: exit ${done.status}\n${done.stderr.slice(-4000)}`);
    }
    return done;
}

/* Resolves with the origin once the first line of `child` names the port. `server.output`
 * keeps the end of what it prints. */
function listening(server) {
    const { child } = server;
    return new Promise((done, failed) => {
        const fail = (why) => {
            child.kill('SIGKILL');
            failed(new Error(`haven serve: ${why}\n${server.output}`));
        };
        const timer = setTimeout(() => fail('not listening in time'), READY_MS);
        const hear = (chunk) => {
            server.output = (server.output + chunk).slice(-KEPT_OUTPUT);
            const found = server.output.match(/listening on (http:\/\/127\.0\.0\.1:\d+)/);
            if (found) {
                clearTimeout(timer);
                done(found[1]);
            }
        };
        child.stdout.setEncoding('utf8').on('data', hear);
        child.stderr.setEncoding('utf8').on('data', hear);
        child.on('error', (e) => fail(e.code));
        child.on('exit', (code) => {
            clearTimeout(timer);
            fail(`ended with ${code}`);
        });
    });
}

async function read(response) {
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '');
    let body = text;
    if (json && text) {
        body = JSON.parse(text);
    }
    return { status: response.status, headers: response.headers, text, body };
}

/* The cookie of a session, and the password of accounts that addUser() makes. */
export const COOKIE = '__Host-haven';
export const PASSWORD = 'a long sentence for tests';

/* One server on one record. Keys are named by role; no key is the public. */
class Haven {
    constructor(dir, db) {
        Object.assign(this, { dir, db, keys: {}, cookies: {}, args: [], output: '' });
        live.add(this);
    }

    /* Returns the key; it is kept under its role. More options of `haven key add` follow. */
    addKey(role, name = `test-${role}`, ...args) {
        const { stdout } = mustRun(
            'key',
            'add',
            '--db',
            this.db,
            '--role',
            role,
            '--name',
            name,
            ...args,
        );
        return (this.keys[role] = stdout.trim().split(/\s+/).at(-1));
    }

    /* Makes an account whose password need not be changed. */
    addUser(role, name = role, ...args) {
        const command = ['user', 'add', '--db', this.db, '--role', role, '--name', name];
        const done = spawnSync(program, [...command, '--password-stdin', ...args], {
            input: PASSWORD,
            encoding: 'utf8',
        });
        if (done.status !== 0) {
            throw new Error(`haven user add: exit ${done.status}\n${done.stderr}`);
        }
    }

    /* Signs in as a browser on a page of this host does. The token of a new session is kept
     * under the account's name: send(..., { cookie: name }). Returns the answer. */
    async signIn(user, { password = PASSWORD, code, headers = {} } = {}) {
        const answer = await this.post('/api/v1/session', { user, password, code }, null, {
            Origin: this.origin,
            ...headers,
        });
        const [, token] = answer.headers.get('set-cookie')?.match(/=([^;]*)/) ?? [];
        if (token) {
            this.cookies[user] = token;
        }
        return answer;
    }

    /* Imports rows, or a text of CSV, as `source`. Returns the finished command. */
    import(services, source = 'test', ...args) {
        const file = join(this.dir, `${source}.csv`);
        writeFileSync(file, typeof services === 'string' ? services : toCsv(services));
        return mustRun(
            'import',
            'services',
            file,
            '--db',
            this.db,
            '--source',
            source,
            ...args,
        );
    }

    /* Imports `text` as places (CSV) or boundaries (GeoJSON). Returns the finished command,
     * whatever it came to. */
    gazetteer(what, text, source, ...args) {
        const ending = what === 'places' ? 'csv' : 'geojson';
        const file = join(this.dir, `${source}-${what}.${ending}`);
        writeFileSync(file, typeof text === 'string' ? text : JSON.stringify(text));
        return run('import', what, file, '--db', this.db, '--source', source, ...args);
    }

    async serve(args) {
        this.args = args;
        this.output = '';
        const listen = ['--listen', '127.0.0.1:0'];
        this.child = spawn(program, ['serve', '--db', this.db, ...listen, ...args]);
        this.origin = await listening(this);
        const end = Date.now() + READY_MS;
        while ((await this.get('/api/v1/status')).status !== 200) {
            if (Date.now() > end) {
                throw new Error(`haven serve: not ready\n${this.output}`);
            }
            await new Promise((r) => setTimeout(r, 50));
        }
    }

    /* Sends one request. `key` is a role that was added, `cookie` an account that is signed
     * in (its pages are of this host), or neither for the public. */
    async send(method, path, { key, cookie, headers = {}, ...rest } = {}) {
        const all = { ...headers };
        if (key) {
            all.Authorization = `Bearer ${this.keys[key]}`;
        }
        if (cookie) {
            all.Cookie = `${COOKIE}=${this.cookies[cookie]}`;
            all.Origin ??= this.origin;
        }
        return read(await fetch(this.origin + path, { method, headers: all, ...rest }));
    }

    get(path, key, headers) {
        return this.send('GET', path, { key, headers });
    }

    post(path, body, key, headers) {
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        return this.send('POST', path, {
            key,
            body: text,
            headers: { 'Content-Type': 'application/json', ...headers },
        });
    }

    /* Every service that `key` may list: all pages of GET /api/v1/services. */
    async list(key, query = '') {
        const all = [];
        let cursor = '';
        do {
            const page = await this.get(
                `/api/v1/services?limit=100${query}${cursor}`,
                key,
            );
            if (page.status !== 200) {
                throw new Error(`GET services: ${page.status} ${page.text}`);
            }
            all.push(...page.body[LIST.items]);
            const next = page.body[LIST.next];
            cursor = next ? `&${LIST.cursor}=${encodeURIComponent(next)}` : '';
        } while (cursor);
        return all;
    }

    /* Sends raw bytes and resolves with all that comes back until the other side closes,
     * or until `wait` milliseconds went by. */
    raw(bytes, wait = 5000) {
        return new Promise((done) => {
            const socket = connect(Number(new URL(this.origin).port), '127.0.0.1');
            const answer = { text: '', closed: false };
            const end = () => {
                socket.destroy();
                done(answer);
            };
            socket.setTimeout(wait, end);
            socket.setEncoding('latin1');
            socket.on('data', (d) => {
                answer.text += d;
            });
            socket.on('error', () => {
                answer.closed = true;
                end();
            });
            socket.on('close', () => {
                answer.closed = true;
                end();
            });
            socket.write(bytes);
        });
    }

    /* Ends the server and starts it again on what it left, perhaps on another port. */
    async restart(args = this.args) {
        await this.end();
        await this.serve(args);
    }

    /* Ends the server; the record and what stands beside it stay until stop(). */
    async end() {
        const ended = new Promise((done) => {
            this.child.once('exit', done);
        });
        if (this.child.exitCode === null && this.child.signalCode === null) {
            this.child.kill('SIGTERM');
            const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
            await ended;
            clearTimeout(timer);
        }
    }

    async stop() {
        await this.end();
        live.delete(this);
        rmSync(this.dir, { recursive: true, force: true });
    }
}

/* Makes a record of `services` (rows or CSV text; or none), keys for `roles`, and a
 * server on it. `prepare(haven)` may import more before the services. */
export async function start({
    services = [],
    roles = ['steward'],
    args = [],
    prepare = () => {},
} = {}) {
    const dir = mkdtempSync(join(tmpdir(), 'haven-test-'));
    const haven = new Haven(dir, join(dir, 'test.db'));
    try {
        mustRun('init', haven.db);
        prepare(haven);
        haven.import(services);
        roles.forEach((role) => haven.addKey(role));
        await haven.serve(args);
    } catch (e) {
        haven.child?.kill('SIGKILL');
        live.delete(haven);
        rmSync(dir, { recursive: true, force: true });
        throw e;
    }
    return haven;
}
