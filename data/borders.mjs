/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes the built-in borders (data/borders.h) from the npm package world-atlas:
 *
 *     node data/borders.mjs WEB_DIR COUNTRY_CSV OUT.bin
 *
 * WEB_DIR/node_modules holds the package; the column `match` of COUNTRY_CSV turns its
 * numeric country ids into codes. Runs on Node 18 and later. The same input makes the
 * same bytes.
 *
 * Units: the circle is 2^32 (9 mm at the equator), so that a difference of two longitudes
 * as a 32-bit integer is the short way round, and the antimeridian is no special case.
 * A latitude of 90 degrees is 2^30.
 *
 * The file, little-endian 32-bit words unless noted, read by data/borders.c:
 *
 *     magic  version  size of the file  checksum (FNV-1a by words, of all that follows)
 *     near_m  countries  spots  runs  vertices: how many of each
 *     cells     720 rows from the south x 1440 columns from 0 degrees to the east: a
 *               country (the whole cell lies in it, or in the sea, and no border or coast
 *               is within near_m) or, from `countries` on, a spot
 *     spots     first run, runs, country at the centre of the cell
 *     runs      first vertex, edges, the two countries beside them (16 bits each): every
 *               edge of its cell and those within near_m of it
 *     vertices  longitude, latitude: lines of topology, each stored once for both sides
 *     codes     4 bytes a country: ISO 3166-1 alpha-2 and NULs
 *
 * Country 0 is the sea. Areas without a numeric id (N. Cyprus, Somaliland, bases, reefs)
 * are countries of their own with an empty code, so that they belong to nobody by
 * accident; Kosovo is XK where COUNTRY_CSV has that code.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const MAGIC = 0x42564148; /* "HAVB" */
const VERSION = 1;
const NEAR_M = 10000;
const METRES_PER_DEGREE = 111195;
const MOST_IN_A_CELL = 16; /* countries: MOST_AROUND in borders.c */

const COLUMNS = 1440;
const ROWS = 720;
const CIRCLE = 2 ** 32;
const CELL = CIRCLE / COLUMNS;
const PAD = (1.01 * NEAR_M / METRES_PER_DEGREE) / 360 * CIRCLE;

const UNNUMBERED = { Kosovo: 'XK' };

function fail(message) {
    console.error(`borders.mjs: ${message}`);
    process.exit(1);
}

function csvRows(text) {
    const rows = [[]];
    for (const [, quoted, plain, end] of
        text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
        rows[rows.length - 1].push(quoted?.replaceAll('""', '"') ?? plain);
        if (end !== ',')
            rows.push([]);
    }
    return rows.filter((row) => row.length > 1);
}

/* Codes, by numeric id. */
function readCodes(path) {
    const [header, ...rows] = csvRows(readFileSync(path, 'utf8'));
    const code = header.indexOf('code');
    const match = header.indexOf('match');
    if (code < 0 || match < 0)
        fail(`${path}: needs the columns code and match`);
    return new Map(rows.map((row) => [row[match], row[code]]));
}

/* Gives every geometry a country: `codes` by country, `of` by geometry. */
function nameCountries(geometries, codeOf) {
    const known = new Set(codeOf.values());
    const codes = [''];
    const of = geometries.map(({ id, properties: { name } }) => {
        const wanted = UNNUMBERED[name];
        const unnumbered = known.has(wanted) ? wanted : '';
        const code = id === undefined ? unnumbered : codeOf.get(id);
        if (code === undefined)
            fail(`the vocabulary has no country with the number ${id} (${name})`);
        const same = code === '' ? -1 : codes.indexOf(code);
        return same > 0 ? same : codes.push(code) - 1;
    });
    return { codes, of };
}

/* By arc: the countries that it bounds, at most two. A country that runs along an arc
 * both ways, as where its pieces were joined, is not bounded by it. */
function arcSides(topology, countryOf) {
    const sides = topology.arcs.map(() => new Set());
    topology.objects.countries.geometries.forEach((geometry, i) => {
        for (const arc of geometry.arcs.flat(3)) {
            const side = sides[arc < 0 ? ~arc : arc];
            if (!side.delete(countryOf[i]))
                side.add(countryOf[i]);
        }
    });
    return sides.map((side, arc) => {
        if (side.size > 2)
            fail(`arc ${arc} bounds ${side.size} countries`);
        return [...side];
    });
}

/* The lines that bound something: vertices, and edges by (first vertex, sides). */
function readEdges(topology, sides) {
    const { scale, translate } = topology.transform;
    const vertices = [];
    const edges = [];
    topology.arcs.forEach((arc, i) => {
        const [a, b = 0] = sides[i];
        if (a === undefined)
            return;
        let x = 0, y = 0;
        arc.forEach(([dx, dy], at) => {
            x += dx;
            y += dy;
            const lon = (x * scale[0] + translate[0]) / 360 * CIRCLE;
            const lat = (y * scale[1] + translate[1]) / 360 * CIRCLE;
            if (at > 0)
                edges.push({ first: vertices.length - 1, a, b });
            vertices.push([Math.round(lon) | 0, Math.round(lat)]);
        });
    });
    const bounding = withoutCuts(edges, vertices);
    bounding.forEach((edge) => measure(edge, vertices));
    return { vertices, edges: bounding };
}

/* World-atlas cuts countries at 180 degrees: there one runs north along one side of a
 * line and south along the other, not always with the same vertices. What is covered an
 * even number of times bounds nothing; the rest is added as edges of its own. */
function withoutCuts(edges, vertices) {
    const at180 = (vertex) => vertices[vertex][0] === -CIRCLE / 2;
    const isCut = ({ first }) => at180(first) && at180(first + 1);
    const ends = new Map();
    for (const { first, a, b } of edges.filter(isCut)) {
        const key = `${a} ${b}`;
        ends.set(key, ends.get(key) ?? { a, b, lats: new Set() });
        for (const lat of [vertices[first][1], vertices[first + 1][1]])
            if (!ends.get(key).lats.delete(lat))
                ends.get(key).lats.add(lat);
    }
    const rest = edges.filter((edge) => !isCut(edge));
    for (const { a, b, lats } of ends.values())
        [...lats].sort((p, q) => p - q).forEach((lat, i) => {
            if (i % 2 === 0)
                rest.push({ first: vertices.length, a, b });
            vertices.push([-CIRCLE / 2, lat]);
        });
    return rest;
}

/* Its frame, and its latitude at a longitude. */
function measure(edge, vertices) {
    const [from, to] = [vertices[edge.first], vertices[edge.first + 1]];
    const dx = (to[0] - from[0]) | 0;
    edge.west = Math.min(from[0], from[0] + dx);
    edge.east = Math.max(from[0], from[0] + dx);
    edge.south = Math.min(from[1], to[1]);
    edge.north = Math.max(from[1], to[1]);
    edge.lat = (lon) => from[1] + (to[1] - from[1]) * (lon - from[0]) / dx;
}

const wrapColumn = (column) => ((column % COLUMNS) + COLUMNS) % COLUMNS;
const centreLon = (column) => Math.floor((2 * column + 1) * CELL / 2);
const centreLat = (row) => Math.floor((2 * row + 1) * CELL / 2) - CIRCLE / 4;

/* By column: where edges cross the meridian through the centres of its cells. */
function findCrossings(edges) {
    const crossings = Array.from({ length: COLUMNS }, () => []);
    for (const edge of edges) {
        for (let column = Math.floor(edge.west / CELL); ; column++) {
            const lon = centreLon(column);
            if (lon >= edge.east)
                break;
            if (lon >= edge.west)
                crossings[wrapColumn(column)].push({ lat: edge.lat(lon), edge });
        }
    }
    return crossings;
}

/* The country at the centre of each cell: every meridian is walked from the north pole,
 * which is sea, to the south. */
function findCentres(edges) {
    const centres = new Uint16Array(ROWS * COLUMNS);
    findCrossings(edges).forEach((crossings, column) => {
        crossings.sort((p, q) => q.lat - p.lat);
        const inside = new Set();
        let next = 0;
        for (let row = ROWS - 1; row >= 0; row--) {
            const lat = centreLat(row);
            for (; next < crossings.length && crossings[next].lat > lat; next++)
                for (const country of [crossings[next].edge.a, crossings[next].edge.b])
                    if (country !== 0 && !inside.delete(country))
                        inside.add(country);
            if (next > 0 && crossings[next - 1].lat - lat < 1)
                fail(`a border runs through the centre of row ${row} column ${column}`);
            if (inside.size > 1)
                fail(`countries overlap in row ${row} column ${column}`);
            centres[row * COLUMNS + column] = [...inside][0] ?? 0;
        }
    });
    return centres;
}

/* Columns of `row` that the edge, widened by NEAR_M, may touch: first, count. */
function columnsNear(edge, row) {
    const parallel = Math.max(Math.abs(row - ROWS / 2), Math.abs(row + 1 - ROWS / 2));
    const pad = PAD / Math.cos(parallel / ROWS * Math.PI);
    const first = Math.floor((edge.west - pad) / CELL);
    const last = Math.floor((edge.east + pad) / CELL);
    return last - first + 1 < COLUMNS ? [first, last - first + 1] : [0, COLUMNS];
}

/* By cell: the runs of edges in or near it. */
function findRuns(edges) {
    const cells = new Map();
    const add = (cell, { first, a, b }) => {
        if (!cells.has(cell))
            cells.set(cell, []);
        const runs = cells.get(cell);
        const last = runs[runs.length - 1];
        if (last && last.first + last.edges === first)
            last.edges++;
        else
            runs.push({ first, edges: 1, a, b });
    };
    for (const edge of edges) {
        const south = Math.floor((edge.south - PAD + CIRCLE / 4) / CELL);
        const north = Math.floor((edge.north + PAD + CIRCLE / 4) / CELL);
        for (let row = Math.max(south, 0); row <= Math.min(north, ROWS - 1); row++) {
            const [first, count] = columnsNear(edge, row);
            for (let i = 0; i < count; i++)
                add(row * COLUMNS + wrapColumn(first + i), edge);
        }
    }
    return cells;
}

function checksum(words) {
    let hash = 0x811c9dc5;
    for (const word of words)
        hash = Math.imul(hash ^ word, 0x01000193);
    return hash >>> 0;
}

function layOut({ codes, vertices, centres, cells }) {
    const table = [], spots = [], runs = [];
    for (let cell = 0; cell < ROWS * COLUMNS; cell++) {
        const near = cells.get(cell);
        if (new Set(near?.flatMap(({ a, b }) => [a, b])).size > MOST_IN_A_CELL)
            fail(`more than ${MOST_IN_A_CELL} countries meet in cell ${cell}`);
        table.push(near ? codes.length + spots.length / 3 : centres[cell]);
        if (near)
            spots.push(runs.length / 3, near.length, centres[cell]);
        for (const { first, edges, a, b } of near ?? [])
            runs.push(first, edges, a | b << 16);
    }
    const names = codes.map((code) => code === '' ? 0
        : code.charCodeAt(0) | code.charCodeAt(1) << 8);
    const counts = [codes.length, spots.length / 3, runs.length / 3, vertices.length];
    const rest = [NEAR_M, ...counts].concat(table, spots, runs, vertices.flat(), names);
    return [MAGIC, VERSION, 4 * (4 + rest.length), checksum(rest)].concat(rest);
}

function main([webDir, countryCsv, out]) {
    if (out === undefined)
        fail('usage: node borders.mjs WEB_DIR COUNTRY_CSV OUT.bin');
    const require = createRequire(resolve(webDir, 'package.json'));
    const topology = require('world-atlas/countries-10m.json');
    const { codes, of } = nameCountries(topology.objects.countries.geometries,
        readCodes(countryCsv));
    const { vertices, edges } = readEdges(topology, arcSides(topology, of));
    const words = layOut({ codes, vertices, centres: findCentres(edges),
        cells: findRuns(edges) });
    const bytes = Buffer.alloc(4 * words.length);
    words.forEach((word, i) => bytes.writeInt32LE(word | 0, 4 * i));
    writeFileSync(`${out}.part`, bytes);
    renameSync(`${out}.part`, out);
}

main(process.argv.slice(2));
