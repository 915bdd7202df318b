/* SPDX-License-Identifier: Apache-2.0
 *
 * The time of a search over HTTP, one question after the other on a kept connection, beside
 * that of a bare libmicrohttpd which answers as many bytes.
 */
import { Kept, pathOf } from './asking.mjs';
import { fold, longEnough, mistype, scriptOf } from './names.mjs';
import { startPeer } from './nearest.mjs';
import { figure, median, short, small } from './tools.mjs';

const QUESTIONS = small ? 200 : 2000;
const MOST = 10;
const WANTED = { most: 1 }; /* ms */

const latin = ({ name }) => scriptOf(name) === 'Latin' && longEnough(name);
const beginning = (name) => name.slice(0, Math.max(3, Math.ceil(name.length * 0.6)));
const native = ({ spellings }) => spellings.find(({ text }) => !['Latin', 'Han', 'other'].includes(scriptOf(text)));
const inDistrict = ({ within }) => within !== undefined && within.kind !== 'country';

/* How each kind of question is made of a place; `of` tells of which places. */
const KINDS = {
    'as it stands': { of: latin, make: ({ name }) => name },
    'the beginning': { of: latin, make: ({ name }) => beginning(name) },
    misspelt: { of: latin, make: ({ name }, random) => mistype(random, name, []).text, wanted: WANTED },
    'without marks or spaces': { of: latin, make: ({ name }) => fold(name) },
    'local script': { of: native, make: (place) => native(place).text },
    'with its district': { of: (p) => latin(p) && inDistrict(p), make: ({ name, within }) => `${name}, ${within.name}` },
    'misspelt, district, no comma': {
        of: (p) => latin(p) && inDistrict(p),
        make: ({ name, within }, random) => `${mistype(random, name, []).text} ${within.name}`,
    },
};

async function time(kept, questions) {
    const all = [];
    let bytes = 0;
    for (const text of questions) {
        const { ms, body } = await kept.get(pathOf(text, MOST));
        all.push(ms);
        bytes += body.length;
    }
    return { ms: all.sort((a, b) => a - b), bytes: Math.round(bytes / questions.length) };
}

async function timeBare(bytes, questions) {
    const peer = await startPeer(bytes);
    const kept = new Kept(peer.port);
    const { ms } = await time(kept, questions);
    kept.end();
    await peer.stop();
    return median(ms);
}

export async function times(places, random, port) {
    const kept = new Kept(port);
    for (const [kind, { of, make, wanted }] of Object.entries(KINDS)) {
        const some = places.filter(of);
        const questions = Array.from({ length: QUESTIONS }, () => make(random.pick(some), random));
        await time(kept, questions.slice(0, QUESTIONS / 10));
        const { ms, bytes } = await time(kept, questions);
        const bare = await timeBare(bytes, questions);
        const at = (share) => short(ms[Math.min(ms.length - 1, Math.floor(ms.length * share))]);
        figure({
            what: `place search, ${kind}, ${short(places.length)} places: median, ms`,
            against: 'bare libmicrohttpd, same bytes, in detail',
            ratio: median(ms),
            wanted,
            detail:
                `p95 ${at(0.95)}, worst ${at(1)} ms; bare reply ${short(bare)} ms, ` +
                `${short(bytes)} bytes; ${QUESTIONS} questions`,
        });
    }
    kept.end();
}
