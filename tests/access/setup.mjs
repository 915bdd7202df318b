/* SPDX-License-Identifier: Apache-2.0
 *
 * One record with keys and accounts of every role, and servers on it: the program, or one
 * that was built to be wrong.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { mustRun, program, root, toCsv } from '../http/haven.mjs';
import { outlines, places } from '../http/gazetteer.mjs';
import { canary, services } from './directory.mjs';
import { ROLES } from './observe.mjs';

export const flipped = resolve(process.env.FLIPPED ?? join(root, 'build/release/access/flipped'));

const PASSWORD = 'a long word of a test';

/* Starts `file serve` on the record; resolves with { origin, stop }. */
export function serve(file, db, env = {}) {
    return new Promise((done, failed) => {
        const child = spawn(file, ['serve', '--db', db, '--listen', '127.0.0.1:0', '--places-an-hour', '1000'],
            { env: { ...process.env, ...env } });
        let output = '';
        const stop = () => new Promise((ended) => {
            child.once('exit', ended);
            child.kill('SIGTERM');
        });
        child.once('exit', (code) => failed(new Error(`${file} ended with ${code}\n${output}`)));
        child.stderr.setEncoding('utf8').on('data', (text) => {
            output += text;
            const at = output.match(/listening on (\S+)/);
            if (at) {
                done({ origin: at[1], stop });
            }
        });
    });
}

/* Sends requests with one credential. */
const asker = (server, credential) => async (method, path, body, headers = {}) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const all = { ...text !== undefined && { 'Content-Type': 'application/json' }, ...credential, ...headers };
    if (all.Cookie) {
        delete all.Authorization;
    }
    if (method === 'PATCH') {
        all['Content-Type'] = 'application/merge-patch+json';
    }
    const response = await fetch(server.origin + path, { method, body: text, headers: all });
    const answer = await response.text();
    const json = answer && /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(answer) : answer };
};

export class Setup {
    constructor() {
        this.dir = mkdtempSync(join(tmpdir(), 'haven-access-'));
        this.db = join(this.dir, 'test.db');
        Object.assign(this, { password: PASSWORD, count: 0, keys: {}, cookies: {}, ask: {} });
    }

    fill() {
        const file = (name, text) => {
            writeFileSync(join(this.dir, name), text);
            return join(this.dir, name);
        };
        const db = ['--db', this.db];
        mustRun('init', this.db);
        mustRun('import', 'places', file('p.csv', places), ...db, '--source', 'g');
        mustRun('import', 'boundaries', file('b.geojson', JSON.stringify(outlines)), ...db, '--source', 'o');
        mustRun('import', 'services', file('s.csv', toCsv(services)), ...db, '--source', 't');
    }

    addKey(role, ...more) {
        const who = ['--db', this.db, '--name', `test-${role}`, '--role', role, ...more];
        this.keys[role] = mustRun('key', 'add', ...who).stdout.trim().split(/\s+/).at(-1);
    }

    /* Keys and accounts of the other roles; the partner's are of the canary's organization. */
    credentials() {
        for (const role of ROLES.slice(1)) {
            const own = role === 'partner' ? ['--organization', this.organization] : [];
            const who = ['--db', this.db, '--name', `test-${role}`, '--role', role, ...own];
            if (role !== 'admin') {
                this.addKey(role, ...own);
            }
            const added = spawnSync(program, ['user', 'add', ...who, '--password-stdin'], { input: `${PASSWORD}\n`, encoding: 'utf8' });
            if (added.status !== 0) {
                throw new Error(added.stderr);
            }
        }
    }

    /* From now on `server` is asked. */
    use(server) {
        this.server = server;
        for (const role of ROLES) {
            this.ask[role] = asker(server, role === 'public' ? {} : { Authorization: `Bearer ${this.keys[role]}` });
        }
    }

    /* Names of the fixture to ids, as an admin sees them. */
    async readIds() {
        this.ids = {};
        let cursor = '';
        do {
            const page = (await this.ask.admin('GET', `/api/v1/services?limit=1000${cursor}`)).body;
            for (const { id } of page.services.filter((s) => s.organization !== 'Bulk')) {
                const { body } = await this.ask.admin('GET', `/api/v1/services/${id}`);
                this.ids[body.source_id] = id;
                if (body.source_id === canary.id) {
                    this.organization = body.organization_id;
                }
            }
            cursor = page.next ? `&cursor=${page.next}` : '';
        } while (cursor);
    }

    async signIn() {
        for (const role of ROLES.slice(1)) {
            const answer = await this.ask.public('POST', '/api/v1/session', { user: `test-${role}`, password: PASSWORD });
            this.cookies[role] = answer.headers.get('set-cookie').split(';')[0];
        }
    }

    cookie(role) {
        return role === 'public' ? {} : { Cookie: this.cookies[role], Origin: this.server.origin };
    }

    remove() {
        rmSync(this.dir, { recursive: true, force: true });
    }
}
