/* SPDX-License-Identifier: Apache-2.0
 *
 * The nearest ten without any filter, against Redis GEOSEARCH on the same points. Redis
 * needs a radius and looks at all that lies inside, so several are measured: the smallest
 * is known only to who knows how dense the directory is.
 */
import { connect } from 'node:net';

import { makeRandom } from '../differential/generate.mjs';
import { makePoint } from './gen.mjs';
import { plainLoad } from './nearest.mjs';
import {
    alternate,
    figure,
    freePort,
    inWork,
    installed,
    short,
    skip,
    small,
    start,
    stop,
    until,
    wrk,
} from './tools.mjs';

const CONNECTIONS = 32;
const BATCH = 1000;
const RADII_KM = [20, 100, 500];
const WANTED_KM = 100; /* of the wanted ratio: a district's people look this far */
const DURATION = small ? 1 : 3;

const command = (...words) =>
    `*${words.length}\r\n` + words.map((w) => `$${Buffer.byteLength(w)}\r\n${w}\r\n`).join('');

/* Where the reply that begins at `at` ends, or -1 when it is not all there. */
function replyEnd(text, at) {
    const line = text.indexOf('\r\n', at);
    if (line < 0) return -1;
    const size = Number(text.slice(at + 1, line));
    if (text[at] === '$') {
        const end = size < 0 ? line + 2 : line + size + 4;
        return end <= text.length ? end : -1;
    }
    if (text[at] === '-') throw new Error(`redis: ${text.slice(at, line)}`);
    if (text[at] !== '*') return line + 2;
    let end = line + 2;
    for (let i = 0; i < size && end >= 0; i++) end = replyEnd(text, end);
    return end;
}

/* One connection: ask(text) resolves when its one reply has come. */
function open(port) {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.on('error', () => {});
    let text = '';
    let done;
    socket.on('data', (data) => {
        text += data.toString('latin1');
        const end = replyEnd(text, 0);
        if (end < 0) return;
        text = text.slice(end);
        done();
    });
    const ask = (request) =>
        new Promise((resolve) => {
            done = resolve;
            socket.write(request);
        });
    return { ask, close: () => socket.destroy() };
}

async function loadPoints(port, points) {
    const { ask, close } = open(port);
    for (let i = 0; i < points.length; i += BATCH) {
        const words = points.slice(i, i + BATCH).flatMap((p, k) => [p.lon, p.lat, String(i + k)]);
        await ask(command('GEOADD', 'services', ...words));
    }
    close();
}

/* Replies a second, over as many connections as wrk has. */
async function measure(port, requests) {
    const last = Date.now() + DURATION * 1000;
    let replies = 0;
    const began = process.hrtime.bigint();
    const client = async (first) => {
        const { ask, close } = open(port);
        for (let i = first; Date.now() < last; i += CONNECTIONS) {
            await ask(requests[i % requests.length]);
            replies += 1;
        }
        close();
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, (_, i) => client(i)));
    return replies / (Number(process.hrtime.bigint() - began) / 1e9);
}

export async function redis({ port, key, points }) {
    if (!installed('redis-server')) return skip('nearest against Redis', 'no redis-server');
    const redisPort = await freePort();
    const child = start('redis-server', [
        ...['--port', String(redisPort), '--bind', '127.0.0.1', '--save', ''],
        ...['--appendonly', 'no', '--dir', inWork('')],
    ]);
    await until('redis-server', () => {
        const { ask, close } = open(redisPort);
        return Promise.race([
            ask(command('PING')).then(() => true),
            new Promise((resolve) => setTimeout(resolve, 50, false)),
        ]).finally(close);
    });
    await loadPoints(redisPort, points);
    const load = plainLoad();
    for (const km of RADII_KM) {
        const random = makeRandom(11);
        const requests = Array.from({ length: 1000 }, () => {
            const { lat, lon } = makePoint(random);
            const from = ['FROMLONLAT', String(lon), String(lat), 'BYRADIUS', String(km), 'km'];
            return command('GEOSEARCH', 'services', ...from, 'ASC', 'COUNT', '10', 'WITHDIST');
        });
        const { a, b, ratio } = await alternate(
            small ? 1 : 3,
            () => wrk(port, load, key, DURATION),
            () => measure(redisPort, requests),
        );
        figure({
            what: `nearest, no filter (Redis within ${km} km)`,
            against: 'Redis GEOSEARCH COUNT 10',
            ratio,
            wanted: km === WANTED_KM ? { least: 5 } : undefined,
            detail: `${short(a)} against ${short(b)} requests/s`,
        });
    }
    await stop(child);
}
