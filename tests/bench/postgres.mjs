/* SPDX-License-Identifier: Apache-2.0
 *
 * A PostgreSQL cluster of its own for the benches, on a Unix socket, ended with the bench.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { inWork, run, start } from './tools.mjs';

const ROOT = '/usr/lib/postgresql';

/* Commands of the newest PostgreSQL that is installed, run as a user that may run it. */
function commands(dir) {
    let versions = [];
    try {
        versions = readdirSync(ROOT).sort((a, b) => Number(b) - Number(a));
    } catch {
        return undefined;
    }
    const bin = versions.length ? join(ROOT, versions[0], 'bin') : undefined;
    if (!bin || spawnSync(join(bin, 'initdb'), ['--version']).status !== 0) return undefined;
    const root = process.getuid() === 0;
    if (root) run('chown', ['-R', 'postgres', dir]);
    const line = (name, args) =>
        root ? ['runuser', ['-u', 'postgres', '--', join(bin, name), ...args]] : [join(bin, name), args];
    return {
        run: (name, args) => run(...line(name, args), { cwd: dir }),
        line,
    };
}

/* Starts the newest PostgreSQL there is; undefined where there is none. Gives
 *
 *   dir         a folder that its user reads; the socket stands in it
 *   at          options of its programs that lead there
 *   run, line   runs a program of its, or gives the command that would
 *   sql(text)   runs statements, returns their rows
 *   end()       ends it */
export function startPostgres(name = 'postgres') {
    const dir = inWork(name);
    mkdirSync(dir);
    chmodSync(dir, 0o755);
    const pg = commands(dir);
    if (!pg) return undefined;
    const data = join(dir, 'data');
    pg.run('initdb', ['-D', data, '-A', 'trust', '-U', 'bench', '-N', '--no-locale', '-E', 'UTF8']);
    const settings = {
        listen_addresses: '',
        unix_socket_directories: dir,
        fsync: 'off',
        jit: 'off',
        shared_buffers: '512MB',
        work_mem: '64MB',
        random_page_cost: '1.1',
    };
    const options = Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`]);
    const end = () => {
        try {
            pg.run('pg_ctl', ['-D', data, '-m', 'immediate', 'stop']);
        } catch {
            /* it has ended already */
        }
    };
    const [program, args] = pg.line('postgres', ['-D', data, ...options]);
    start(program, args, { cwd: dir, end });
    const at = ['-h', dir, '-U', 'bench'];
    const sql = (text) => pg.run('psql', [...at, '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', 'postgres', '-c', text]);
    for (let tries = 0; ; tries++) {
        try {
            pg.run('pg_isready', at);
            break;
        } catch (error) {
            if (tries > 200) throw error;
        }
    }
    return { ...pg, dir, at, sql, end };
}
