/* SPDX-License-Identifier: Apache-2.0
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeRandom } from '../differential/generate.mjs';
import { servePlaces } from './haven.mjs';
import { spellings, typing } from './spellings.mjs';
import { here, inWork } from './tools.mjs';
import { readPlaces, writePlaces } from './wof.mjs';
const places = readPlaces(process.env.DATA);
const random = makeRandom(1);
console.time('spellings');
const { tally, candidates } = await spellings(places, random);
console.timeEnd('spellings');
console.log(candidates);
console.log(tally.table('country', 'script', 'in the index'));
console.log(tally.table('script', 'in the index'));
const csv = inWork('all.csv');
writePlaces(csv, places);
const server = await servePlaces('all', csv);
console.time('typing');
const t = await typing(places, random, server.port);
console.timeEnd('typing');
console.log(t.table('country', 'script'));
console.log(t.table('script', 'error'));
process.exit(0);
