/* SPDX-License-Identifier: Apache-2.0
 *
 * Every figure of the project, each a ratio measured in this one run:
 *
 *   node tests/bench/bench.mjs [build/release]
 *
 * BENCH_SCALE=small is a quick look; BENCH_ONLY names the parts to run, separated by ','.
 * The table goes to standard output and, as Markdown, to build/bench.md.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

import { addKey, makeRecord, serve } from './haven.mjs';
import { growth } from './growth.mjs';
import { importing } from './import.mjs';
import { nearest } from './nearest.mjs';
import { copyLine, postgis } from './postgis.mjs';
import { redis } from './redis.mjs';
import { tileLine, tiles } from './tiles.mjs';
import { here, installed, short, skip, small, table } from './tools.mjs';

const COUNT = small ? 20_000 : 200_000;
const PARTS = { nearest, redis, postgis, tiles, importing, growth };
const only = process.env.BENCH_ONLY?.split(',') ?? Object.keys(PARTS);

const unknown = only.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
    console.error(`BENCH_ONLY: ${unknown}: parts are ${Object.keys(PARTS).join(', ')}`);
    process.exit(2);
}

const began = Date.now();
const parts = { points: [], lines: [], tiles: [] };
const record = makeRecord('bench', COUNT, (row) => {
    parts.points.push({ lon: row.lon, lat: row.lat });
    parts.lines.push(copyLine(row));
    parts.tiles.push(tileLine(row));
});
const key = addKey(record.db, 'operator');
const server = await serve(record.db);
const given = {
    ...record,
    port: server.port,
    key,
    count: COUNT,
    points: parts.points,
    rows: parts.lines.join(''),
    tileRows: parts.tiles.join(''),
};
for (const name of only) {
    const overHttp = ['nearest', 'redis', 'postgis', 'tiles'].includes(name);
    if (overHttp && !installed('wrk')) skip(name, 'no wrk');
    else await PARTS[name](given);
}
await server.stop();

const head =
    `Measured on ${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores ` +
    `(${cpus()[0].model.trim()}), ${short(COUNT)} synthetic services, in ` +
    `${Math.round((Date.now() - began) / 1000)} s. Ratios are medians of pairs in turns.`;
const text = `${head}\n\n${table()}\n`;
writeFileSync(join(here, '../../build/bench.md'), text);
console.log(`\n${text}`);
process.exit(0);
