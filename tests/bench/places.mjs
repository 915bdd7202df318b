/* SPDX-License-Identifier: Apache-2.0
 *
 * Does the search find what a caller means? Asked of names that the index does not hold, on
 * the real gazetteers in DATA, over HTTP:
 *
 *   DATA=FOLDER node tests/bench/places.mjs [build/release]
 *
 *   spellings   each place's spellings held out in turn, in FOLDS (wof.mjs) imports
 *   typing      one error of typing in a name of five letters and more, generic words aside
 *   foreign     sources that were never imported (foreign.mjs)
 *   times       how long a search takes
 *   trgm        against PostgreSQL's pg_trgm on a million names
 *
 * Every question that was drawn stands in a table (tally.mjs says how answers are judged). A
 * held-out spelling is grouped by what the index has of its place in the same script: a
 * spelling of the same sound (at most 0.4 edits a letter, or the same consonants, generic
 * words aside), only another name, or nothing. Nobody can find another name that no index
 * holds; it is printed all the same.
 *
 * BENCH_SCALE=small is a quick look, BENCH_ONLY names the parts, BENCH_SEED the questions.
 * The tables go to standard output and to build/bench-places.md.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

import { makeRandom } from '../differential/generate.mjs';
import { recall } from './asking.mjs';
import { foreign } from './foreign.mjs';
import { memoryMiB, servePlaces } from './haven.mjs';
import { spellings, typing } from './spellings.mjs';
import { times } from './times.mjs';
import { figure, here, inWork, short, table } from './tools.mjs';
import { trgm } from './trgm.mjs';
import { readPlaces, writePlaces } from './wof.mjs';

const data = process.env.DATA;
const seed = Number(process.env.BENCH_SEED ?? 20261124);
const out = [];

function say(text) {
    console.log(`${text}\n`);
    out.push(text);
}

/* The recall at 5 of some groups, both ways of asking, against what is wanted. */
function headline(what, { alone, within }, least) {
    const ways = { 'the name alone': alone, 'with its district': within };
    for (const [way, ranks] of Object.entries(ways))
        if (ranks.length > 0)
            figure({
                what: `${what}, ${way}: recall at 5`,
                against: `${short(ranks.length)} questions`,
                ratio: recall(ranks, 5),
                wanted: { least },
                detail: `at 1: ${recall(ranks, 1).toFixed(3)}`,
            });
}

const PARTS = {
    async spellings({ places, random }) {
        const { tally, candidates } = await spellings(places, random);
        say(`## Spellings held out: a sample of ${short(candidates)}`);
        say(tally.table('country', 'script', 'in the index'));
        say(tally.table('script', 'in the index'));
        const is = (...wanted) => (key) => wanted.every((w, i) => w === undefined || w === key[i + 1]);
        headline('held-out spellings, Latin, a spelling stands', tally.sum(is('Latin', 'a spelling stands')), 0.95);
        headline('held-out spellings, Latin, all', tally.sum(is('Latin')), 0.95);
        for (const script of ['Khmer', 'Lao', 'Thai', 'Burmese'])
            headline(`held-out names in ${script}`, tally.sum(is(script)), 0.95);
    },
    async typing({ places, random, port }) {
        const tally = await typing(places, random, await port());
        say('## One error of typing');
        say(tally.table('country', 'script'));
        say(tally.table('script', 'error'));
        headline('one typing error, Latin', tally.sum((key) => key[1] === 'Latin'), 0.9);
        headline('one typing error, local script', tally.sum((key) => key[1] !== 'Latin'), 0.9);
    },
    async foreign({ places, random, port }) {
        const { tally, notes } = await foreign(places, data, random, await port());
        say('## Sources that were never imported');
        notes.forEach(say);
        say(tally.table('source', 'script', 'in the index'));
        headline('names of sources never imported', tally.sum(), 0.95);
    },
    async times({ places, random, port }) {
        await times(places, random, await port());
    },
    async trgm({ places, random }) {
        await trgm(places, data, random);
    },
};

const only = process.env.BENCH_ONLY?.split(',') ?? Object.keys(PARTS);
const unknown = only.filter((name) => !(name in PARTS));
if (unknown.length > 0 || !data) {
    console.error(data
        ? `BENCH_ONLY: ${unknown}: parts are ${Object.keys(PARTS).join(', ')}`
        : 'bench-places: no gazetteers: give their folder as DATA=/path/to/data');
    process.exit(2);
}

const began = Date.now();
const places = readPlaces(data);
let server;

/* The port of a server on all places with all their names, started when first asked for. */
async function port() {
    if (server === undefined) {
        const csv = inWork('places.csv');
        writePlaces(csv, places);
        server = await servePlaces('places', csv);
        say(`${short(places.length)} places of Who's On First: import ${short(server.import_s)} s, ` +
            `start ${short(server.ready_s)} s, ${short(memoryMiB(server.pid))} MiB`);
    }
    return server.port;
}

/* Each part draws from a seed of its own, so that leaving one out changes no other. */
for (const [i, name] of Object.keys(PARTS).entries())
    if (only.includes(name)) await PARTS[name]({ places, random: makeRandom(seed + i), port });
await server?.stop();

out.unshift(
    `Measured on ${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores ` +
        `(${cpus()[0].model.trim()}), in ${Math.round((Date.now() - began) / 1000)} s, ` +
        `seed ${seed}.`,
    table(),
);
writeFileSync(join(here, '../../build/bench-places.md'), `${out.join('\n\n')}\n`);
console.log(`\n${out[0]}\n\n${out[1]}\n`);
process.exit(0);
