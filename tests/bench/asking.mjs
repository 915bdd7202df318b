/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking for places on one kept connection, and judging what is answered.
 */
import { once } from 'node:events';
import { connect } from 'node:net';

import { fold } from './names.mjs';

const HEAD_END = '\r\n\r\n';

/* One connection; get() resolves with { body, ms }: from the request to the last byte of its
 * answer, JSON not read. Anything but 200 is an error. The server closes it when nothing was
 * asked for a while: then there is a new one, which is not timed. */
export class Kept {
    constructor(port) {
        this.port = port;
    }

    open() {
        this.got = Buffer.alloc(0);
        this.socket = connect(this.port, '127.0.0.1').setNoDelay(true);
        this.socket.on('data', (chunk) => this.hear(chunk));
        this.socket.on('error', (error) => this.fail?.(error));
        this.socket.on('close', () => {
            this.socket = undefined;
            this.fail?.(new Error('the connection was closed'));
        });
        return once(this.socket, 'connect');
    }

    hear(chunk) {
        this.got = this.got.length === 0 ? chunk : Buffer.concat([this.got, chunk]);
        const head = this.got.indexOf(HEAD_END);
        if (head < 0) return;
        const text = this.got.toString('latin1', 0, head);
        const length = Number(/content-length: (\d+)/i.exec(text)[1]);
        const end = head + HEAD_END.length + length;
        if (this.got.length < end) return;
        const ms = Number(process.hrtime.bigint() - this.began) / 1e6;
        const body = this.got.subarray(end - length, end);
        this.got = Buffer.alloc(0);
        if (text.startsWith('HTTP/1.1 200')) this.done({ body, ms });
        else this.fail(new Error(`${text.split('\r\n')[0]}: ${body}`));
    }

    async get(path) {
        if (this.socket === undefined) await this.open();
        return new Promise((done, fail) => {
            Object.assign(this, { done, fail, began: process.hrtime.bigint() });
            this.socket.write(`GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`);
        });
    }

    end() {
        this.socket?.destroy();
    }
}

export const pathOf = (text, limit) =>
    `/api/v1/places?q=${encodeURIComponent(text)}&limit=${limit}`;

export async function results(kept, text, limit) {
    const { body } = await kept.get(pathOf(text, limit));
    return JSON.parse(body).results;
}

/* ---- is it the place? ------------------------------------------------------------------------ */

const namesOf = (result) => [result.name, ...Object.values(result.names), ...result.aliases];

/* A place as results are compared with it: its folded names, those of what it lies in. */
export function target(place, names, namesAbove) {
    const above = [];
    for (let p = place.within; p && p.kind !== 'country'; p = p.within)
        above.unshift(new Set(namesAbove(p).map(fold)));
    return { place, names: new Set(names.map(fold)), above };
}

/* Where rows are one place for the server (same name, kind and parent) the result may have
 * another row's point: then what it lies in tells. */
function isItself({ place, above }, result) {
    const near = (a, b) => Math.abs(a - b) < 1e-6;
    if (result.point && near(result.point.lat, place.lat) && near(result.point.lon, place.lon))
        return true;
    const admin = result.admin.filter((a) => a.level > 0);
    return admin.length === above.length && admin.every((a, i) => above[i].has(fold(a.name)));
}

/* The rank (1 is first; Infinity: not there) of the place itself and of the first that bears
 * one of its names. */
export function ranks(wanted, found) {
    const bears = (result) => namesOf(result).some((name) => wanted.names.has(fold(name)));
    const namesake = found.findIndex(bears);
    const itself = found.findIndex((result) => bears(result) && isItself(wanted, result));
    const rank = (at) => (at < 0 ? Infinity : at + 1);
    return { namesake: rank(namesake), itself: rank(itself) };
}

/* The share of ranks that are not past `most`, or undefined of none. */
export const recall = (list, most) =>
    list.length === 0 ? undefined : list.filter((rank) => rank <= most).length / list.length;
