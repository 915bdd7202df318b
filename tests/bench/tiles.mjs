/* SPDX-License-Identifier: Apache-2.0
 *
 * Tiles, cold (the cache holds nothing), against PostGIS ST_AsMVT on the same rows, neither
 * compressed: those of services, which both cut when they are asked for, putting points of a
 * cell together below zoom 12; and those of the basemap, which haven cut before. And tiles
 * that the cache holds against a bare libmicrohttpd that sends as many bytes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { makeRandom } from '../differential/generate.mjs';
import { decode, EXTENT, tileAt } from '../http/tile.mjs';
import { answerSize, program, serve, share } from './haven.mjs';
import { startPeer } from './nearest.mjs';
import { startPostgres } from './postgres.mjs';
import { alternate, cores, figure, inWork, run, short, skip, small, wrk, writeLoad } from './tools.mjs';

const DURATION = small ? 2 : 5;
const TILES = small ? 500 : 5000;
const EXACT_ZOOM = 12;
const CELLS = 16; /* a side of a tile */

const KINDS = [
    { name: 'zooms 12 to 14', low: EXACT_ZOOM, high: 14 },
    { name: 'zooms 6 to 11, clustered', low: 6, high: 11 },
];

/* ---- addresses ---------------------------------------------------------------------------- */

/* Tiles that hold a random service, at random zooms. */
function tilesOf({ low, high }, points) {
    const random = makeRandom(23);
    return Array.from({ length: TILES }, () => {
        const { lon, lat } = random.pick(points);
        const z = random.int(low, high);
        const { x, y } = tileAt({ lon: Number(lon), lat: Number(lat) }, z);
        return [z, x, y];
    });
}

const path = (set, tile) => `/tiles/${set}/${tile.join('/')}.mvt`;
const load = (set, tiles) =>
    writeLoad(
        set,
        tiles.map((tile) => `GET\t${path(set, tile)}\t\n`),
    );

/* ---- PostGIS -------------------------------------------------------------------------------- */

const SCHEMA = `
CREATE EXTENSION postgis;
CREATE TABLE service (id text, name text, kind text, needs text, lon float8, lat float8);
CREATE TABLE tile (n int PRIMARY KEY, z int, x int, y int);
`;
const AFTER_ROWS = `
ALTER TABLE service ADD COLUMN point geometry(Point, 3857), ADD COLUMN top int;
UPDATE service SET id = md5(id)::uuid::text, top = 1 << (abs(hashtext(split_part(needs, '.', 1))) % 20),
    point = ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4326), 3857);
CREATE INDEX ON service USING gist (point);
VACUUM FULL ANALYZE service;
ANALYZE tile;
`;

/* What haven writes of one service, each by itself or all of a cell as one. */
const EACH = `SELECT ST_AsMVTGeom(s.point, e.box, 4096, 0, true) AS geom, 1 AS count,
        s.id, s.name, s.kind, s.needs
    FROM service s, e WHERE s.point && e.box`;
const BY_CELL = `SELECT ST_AsMVTGeom(ST_SetSRID(ST_MakePoint(avg(ST_X(s.point)), avg(ST_Y(s.point))), 3857),
            e.box, 4096, 0, true) AS geom, count(*)::int AS count,
        CASE WHEN count(*) = 1 THEN min(s.id) END AS id,
        CASE WHEN count(*) = 1 THEN min(s.name) END AS name,
        CASE WHEN count(*) = 1 THEN min(s.kind) END AS kind, bit_or(s.top) AS needs
    FROM service s, e WHERE s.point && e.box
    GROUP BY floor((ST_X(s.point) - ST_XMin(e.box)) / (ST_XMax(e.box) - ST_XMin(e.box)) * ${CELLS}),
        floor((ST_Y(s.point) - ST_YMin(e.box)) / (ST_YMax(e.box) - ST_YMin(e.box)) * ${CELLS}), e.box`;

const question = (kind, n) => `WITH e AS MATERIALIZED
    (SELECT ST_TileEnvelope(z, x, y) AS box FROM tile WHERE n = ${n})
SELECT ST_AsMVT(q, 'services', 4096, 'geom')
    FROM (${kind.low < EXACT_ZOOM ? BY_CELL : EACH}) q`;

const statements = (text) => text.split(';\n').filter((s) => s.trim());

/* Both must draw the same: as many features, and services. */
async function compareTiles(port, tiles, kind, sql) {
    const counted = (bytes) => {
        const features = decode(bytes).services ?? [];
        return [features.length, features.reduce((n, f) => n + f.properties.count, 0)];
    };
    for (const [n, tile] of tiles.slice(0, 20).entries()) {
        const answer = await fetch(`http://127.0.0.1:${port}${path('services', tile)}`);
        const mine = counted(Buffer.from(await answer.arrayBuffer()));
        const hex = sql(`SELECT encode((${question(kind, n)}), 'hex')`).trim();
        const theirs = counted(Buffer.from(hex, 'hex'));
        if (String(mine) !== String(theirs) || mine[1] === 0)
            throw new Error(`tiles differ at ${tile.join('/')}: ${mine}; ${theirs}`);
    }
}

function fillTiles(sql, tiles) {
    sql('TRUNCATE tile');
    for (let i = 0; i < tiles.length; i += 1000) {
        const some = tiles.slice(i, i + 1000).map((tile, k) => `(${[i + k, ...tile].join(',')})`);
        sql(`INSERT INTO tile VALUES ${some.join(',')}`);
    }
    sql('ANALYZE tile');
}

/* Tiles a second of PostGIS: one prepared statement over the table of addresses. */
function theirRate(pg, ask) {
    const file = join(pg.dir, 'tile.sql');
    writeFileSync(file, `\\set n random(0, ${TILES - 1})\n${ask(':n')};\n`);
    const args = ['-n', '-M', 'prepared', '-c', String(cores), '-T', String(DURATION)];
    const text = pg.run('pgbench', [...pg.at, ...args, '-f', file, 'postgres']);
    return Number(/^tps = ([\d.]+)/m.exec(text)[1]);
}

async function compareRates({ pg, port, what, set, tiles, ask }) {
    const requests = load(set, tiles);
    const bytes = await answerSize(port, requests);
    const { a, b, ratio } = await alternate(
        small ? 1 : 3,
        () => wrk(port, requests, undefined, DURATION),
        () => theirRate(pg, ask),
    );
    figure({
        what,
        against: 'PostGIS ST_AsMVT, prepared, the same rows',
        ratio,
        wanted: { least: 3 },
        detail: `${short(a)} against ${short(b)} tiles/s, ${short(bytes)} bytes`,
    });
}

async function coldServices(pg, { db, points, tileRows }) {
    const { dir, sql } = pg;
    writeFileSync(join(dir, 'rows.csv'), tileRows);
    sql(`COPY service FROM '${join(dir, 'rows.csv')}' CSV`);
    statements(AFTER_ROWS).forEach(sql);
    const server = await serve(db, ['--tile-cache', '0']);
    for (const kind of KINDS) {
        const tiles = tilesOf(kind, points);
        fillTiles(sql, tiles);
        await compareTiles(server.port, tiles, kind, sql);
        await compareRates({
            ...{ pg, tiles, port: server.port, set: 'services' },
            what: `tile of services, cold, ${kind.name}`,
            ask: (n) => question(kind, n),
        });
    }
    await server.stop();
}

/* ---- the basemap ------------------------------------------------------------------------------ */

const LAND = 0;
const BOX = { west: 95, south: 8, east: 110, north: 24 };
const BASEMAP_ZOOMS = { low: 4, high: 9 };

/* Rows of the built-in basemap (data/basemap.mjs): [{ layer, wkb }]. */
function builtIn() {
    const bytes = readFileSync(join(share, 'basemap.bin'));
    const rows = [];
    for (let at = 12; rows.length < bytes.readUInt32LE(8);) {
        const len = bytes.readUInt32LE(at + 6);
        rows.push({ layer: bytes[at], wkb: bytes.subarray(at + 10, at + 10 + len) });
        at += 10 + len;
    }
    return rows;
}

const LINES_SCHEMA = `
CREATE TABLE outline (layer int, wkb bytea);
`;
const AFTER_OUTLINES = `
ALTER TABLE outline ADD COLUMN shape geometry(Geometry, 3857);
UPDATE outline SET shape = ST_Transform(CASE WHEN layer = 0
    THEN ST_CollectionExtract(ST_MakeValid(ST_GeomFromWKB(wkb, 4326)), 3)
    ELSE ST_GeomFromWKB(wkb, 4326) END, 3857);
ALTER TABLE outline DROP COLUMN wkb;
CREATE INDEX ON outline USING gist (shape);
VACUUM FULL ANALYZE outline;
`;
const layerOf = (name, test) => `coalesce((SELECT ST_AsMVT(q, '${name}', 4096, 'geom') FROM
    (SELECT ST_AsMVTGeom(o.shape, e.box, 4096, 64, true) AS geom FROM outline o, e
     WHERE ${test} AND o.shape && e.wide) q), '')`;
const basemapQuestion = (n) => `WITH e AS MATERIALIZED (SELECT ST_TileEnvelope(z, x, y) AS box,
        ST_TileEnvelope(z, x, y, margin => 0.015625) AS wide FROM tile WHERE n = ${n})
SELECT ${layerOf('land', `layer = ${LAND}`)} || ${layerOf('boundary', `layer <> ${LAND}`)}`;

/* The share of a tile that is land. Rings of holes turn the other way. */
function landOf(bytes) {
    const rings = (decode(bytes).land ?? []).flatMap((f) => f.geometry);
    const twice = (ring) =>
        ring.slice(1).reduce((n, b, i) => n + ring[i].x * b.y - b.x * ring[i].y, 0);
    return rings.reduce((n, ring) => n + twice(ring), 0) / 2 / EXTENT ** 2;
}

/* Both must show as much land, but for islets that haven leaves out and other buffers. */
async function compareLand(port, tiles, sql) {
    for (const [n, tile] of tiles.slice(0, 20).entries()) {
        const answer = await fetch(`http://127.0.0.1:${port}${path('basemap', tile)}`);
        const mine = landOf(Buffer.from(await answer.arrayBuffer()));
        const hex = sql(`SELECT encode((${basemapQuestion(n)}), 'hex')`).trim();
        const theirs = landOf(Buffer.from(hex, 'hex'));
        if (Math.abs(mine - theirs) > 0.1)
            throw new Error(`land differs at ${tile.join('/')}: ${mine}; ${theirs}`);
    }
}

async function coldBasemap(pg) {
    const { dir, sql } = pg;
    const db = inWork('basemap.db');
    run(program, ['init', db]);
    const box = `${BOX.west},${BOX.south},${BOX.east},${BOX.north}`;
    const build = ['--bbox', box, '--max-zoom', String(BASEMAP_ZOOMS.high)];
    run(program, ['tiles', 'build', '--db', db, ...build]);
    const lines = builtIn().map((row) => `${row.layer},\\x${row.wkb.toString('hex')}\n`);
    writeFileSync(join(dir, 'outlines.csv'), lines.join(''));
    statements(LINES_SCHEMA).forEach(sql);
    sql(`COPY outline FROM '${join(dir, 'outlines.csv')}' CSV`);
    statements(AFTER_OUTLINES).forEach(sql);
    const random = makeRandom(29);
    const points = Array.from({ length: 1000 }, () => ({
        lon: BOX.west + random.int(0, 1000) * ((BOX.east - BOX.west) / 1000),
        lat: BOX.south + random.int(0, 1000) * ((BOX.north - BOX.south) / 1000),
    }));
    const tiles = tilesOf(BASEMAP_ZOOMS, points);
    fillTiles(sql, tiles);
    const server = await serve(db, ['--tile-cache', '0']);
    await compareLand(server.port, tiles, sql);
    await compareRates({
        ...{ pg, tiles, port: server.port, set: 'basemap' },
        what: 'tile of the basemap, cold, land and borders',
        ask: basemapQuestion,
    });
    await server.stop();
}

async function cold(given) {
    const pg = startPostgres('tiles');
    if (!pg) return skip('tiles, cold, against PostGIS', 'no PostgreSQL');
    try {
        statements(SCHEMA).forEach(pg.sql);
    } catch (error) {
        pg.end();
        return skip('tiles, cold, against PostGIS', `no PostGIS: ${error.stderr.split('\n')[0]}`);
    }
    await coldServices(pg, given);
    await coldBasemap(pg);
    pg.end();
}

/* ---- cached ------------------------------------------------------------------------------------ */

async function cached({ port, points }) {
    const tiles = tilesOf({ low: 6, high: 14 }, points).slice(0, 500);
    const requests = load('services', tiles);
    const bytes = await answerSize(port, requests);
    const peer = await startPeer(bytes);
    await wrk(port, requests, undefined, 1);
    const { a, b, ratio } = await alternate(
        small ? 3 : 7,
        () => wrk(port, requests, undefined, DURATION),
        () => wrk(peer.port, requests, undefined, DURATION),
    );
    await peer.stop();
    figure({
        what: 'tile of services, cached',
        against: 'bare libmicrohttpd, same bytes',
        ratio,
        wanted: { least: 0.7 },
        detail: `${short(a)} against ${short(b)} requests/s, ${short(bytes)} bytes`,
    });
}

const quote = (text) => `"${text.replaceAll('"', '""')}"`;

/* A row of services.csv as COPY takes it: what a tile tells. */
export const tileLine = (row) =>
    `${[row.id, row.service, row.kind, row.needs].map(quote).join(',')},${row.lon},${row.lat}\n`;

export async function tiles(given) {
    await cold(given);
    await cached(given);
}
