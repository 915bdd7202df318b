/* SPDX-License-Identifier: Apache-2.0
 *
 * Tiles of services. Cold (the cache holds nothing: each is cut, packed and sent) against
 * PostGIS ST_AsMVT on the same rows, both putting points of a cell together below zoom 12.
 * And tiles that the cache holds against a bare libmicrohttpd that sends as many bytes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { makeRandom } from '../differential/generate.mjs';
import { decode, tileAt } from '../http/tile.mjs';
import { answerSize, serve } from './haven.mjs';
import { startPeer } from './nearest.mjs';
import { startPostgres } from './postgres.mjs';
import { alternate, cores, figure, short, skip, small, wrk, writeLoad } from './tools.mjs';

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

const path = (tile) => `/tiles/services/${tile.join('/')}.mvt`;
const load = (name, tiles) =>
    writeLoad(
        name,
        tiles.map((tile) => `GET\t${path(tile)}\t\n`),
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
        const answer = await fetch(`http://127.0.0.1:${port}${path(tile)}`);
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

async function cold({ db, points, rows }) {
    const what = 'tile of services, cold';
    const pg = startPostgres('tiles');
    if (!pg) return skip(`${what}, against PostGIS`, 'no PostgreSQL');
    const { dir, sql, end } = pg;
    try {
        statements(SCHEMA).forEach(sql);
    } catch (error) {
        end();
        return skip(`${what}, against PostGIS`, `no PostGIS: ${error.stderr.split('\n')[0]}`);
    }
    writeFileSync(join(dir, 'rows.csv'), rows);
    sql(`COPY service FROM '${join(dir, 'rows.csv')}' CSV`);
    statements(AFTER_ROWS).forEach(sql);
    const server = await serve(db, ['--tile-cache', '0']);
    for (const kind of KINDS) {
        const tiles = tilesOf(kind, points);
        fillTiles(sql, tiles);
        await compareTiles(server.port, tiles, kind, sql);
        const file = join(dir, 'tile.sql');
        writeFileSync(file, `\\set n random(0, ${TILES - 1})\n${question(kind, ':n')};\n`);
        const requests = load('cold', tiles);
        const bytes = await answerSize(server.port, requests);
        const theirs = () => {
            const args = ['-n', '-M', 'prepared', '-c', String(cores), '-T', String(DURATION)];
            const text = pg.run('pgbench', [...pg.at, ...args, '-f', file, 'postgres']);
            return Number(/^tps = ([\d.]+)/m.exec(text)[1]);
        };
        const { a, b, ratio } = await alternate(
            small ? 1 : 3,
            () => wrk(server.port, requests, undefined, DURATION),
            theirs,
        );
        figure({
            what: `${what}, ${kind.name}`,
            against: 'PostGIS ST_AsMVT, prepared, the same rows',
            ratio,
            wanted: { least: 3 },
            detail: `${short(a)} against ${short(b)} tiles/s, ${short(bytes)} bytes`,
        });
    }
    await server.stop();
    end();
}

async function cached({ port, points }) {
    const tiles = tilesOf({ low: 6, high: 14 }, points).slice(0, 500);
    const requests = load('cached', tiles);
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

export async function tiles({ db, port, points, tileRows }) {
    await cold({ db, points, rows: tileRows });
    await cached({ port, points });
}
