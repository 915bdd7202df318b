/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /api/v1/nearest over HTTP against a bare libmicrohttpd that answers the same
 * requests with as many bytes, in turns.
 */
import { makeRandom } from '../differential/generate.mjs';
import { makePoint, NEED, PEOPLE } from './gen.mjs';
import { answerSize, helper } from './haven.mjs';
import {
    alternate,
    cores,
    figure,
    freePort,
    get,
    post,
    short,
    small,
    start,
    stop,
    until,
    wrk,
    writeLoad,
} from './tools.mjs';

const REQUESTS = small ? 1000 : 10_000;
const DURATION = small ? 1 : 3;
const WANTED = { least: 0.6 };

const lines = (make) => {
    const random = makeRandom(11);
    return Array.from({ length: REQUESTS }, () => make(makePoint(random)));
};
const person = (index) => (point) => post({ ...point, need: NEED, ...PEOPLE[index].person });

export const plainLoad = () => writeLoad('plain', lines(post));
export const personLoad = () => writeLoad('person', lines(person(0)));

export async function startPeer(bytes) {
    const port = await freePort();
    const child = start(helper('peer'), [String(port), String(bytes), String(cores)]);
    await until('the bare server', () =>
        fetch(`http://127.0.0.1:${port}/`).then(
            () => true,
            () => false,
        ),
    );
    return { port, stop: () => stop(child) };
}

async function compare({ what, load, key, pairs, wanted, port }) {
    const bytes = await answerSize(port, load, key);
    const peer = await startPeer(bytes);
    await wrk(port, load, key, 1);
    const { a, b, ratio } = await alternate(
        pairs,
        () => wrk(port, load, key, DURATION),
        () => wrk(peer.port, load, key, DURATION),
    );
    await peer.stop();
    figure({
        what,
        against: 'bare libmicrohttpd, same bytes',
        ratio,
        wanted,
        detail: `${short(a)} against ${short(b)} requests/s, ${short(bytes)} bytes`,
    });
}

export async function nearest({ port, key, shares, count }) {
    const pairs = small ? 3 : 7;
    const services = `${short(count)} services`;
    const share = (i) => `selectivity ${shares[i].toFixed(3)}`;
    await compare({
        what: `nearest, ${services}, 5 filters, ${share(0)}`,
        load: personLoad(),
        ...{ key, pairs, port, wanted: WANTED },
    });
    const rest = { pairs: small ? 1 : 3, port };
    for (const i of [1, 2])
        await compare({
            what: `nearest, 5 filters, ${share(i)}`,
            load: writeLoad(`person${i}`, lines(person(i))),
            key,
            ...rest,
        });
    await compare({ what: 'nearest, no filter', load: plainLoad(), key, ...rest });
    await compare({
        what: 'nearest, GET, one need, public',
        load: writeLoad('get', lines((point) => get({ ...point, need: NEED }))),
        ...rest,
    });
    await compare({
        what: 'nearest, 5 filters, public (forms are not published)',
        load: personLoad(),
        ...rest,
    });
}
