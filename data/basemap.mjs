/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes the built-in basemap (data/basemap.h), land and borders of the world, from the npm
 * package world-atlas:
 *
 *     node data/basemap.mjs WEB_DIR COUNTRY_CSV OUT.bin
 *
 * WEB_DIR/node_modules holds the package; the column `match` of COUNTRY_CSV turns its numeric
 * country ids into codes. Runs on Node 18 and later. The same input makes the same bytes.
 *
 * The file, little-endian, read by data/basemap.c:
 *
 *     "HAVM"  version  number of features                       32 bits each
 *     each:   layer (0 land, 3 boundary)  disputed (0, 1)       8 bits each
 *             the countries on both sides of a boundary         2 bytes each: ISO 3166-1
 *                                                               alpha-2, or NULs
 *             bytes of the outline                              32 bits
 *             the outline: WKB, degrees, WGS 84; a Polygon or a MultiLineString
 *
 * A border beside an area without a number (N. Cyprus, Somaliland, bases ...) is disputed, or
 * at least not for us to decide.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const VERSION = 1;
const LAND = 0;
const BOUNDARY = 3;
const LINE = 2, POLYGON = 3, LINES = 5;

function fail(message) {
    console.error(`basemap.mjs: ${message}`);
    process.exit(1);
}

/* Codes, by numeric id: the file has plain cells in the two columns. */
function readCodes(path) {
    const [header, ...rows] = readFileSync(path, 'utf8').split(/\r?\n/)
        .filter(Boolean).map((line) => line.split(','));
    const code = header.indexOf('code');
    const match = header.indexOf('match');
    if (code < 0 || match < 0)
        fail(`${path}: needs the columns code and match`);
    return new Map(rows.map((row) => [row[match], row[code]]));
}

/* ---- WKB ------------------------------------------------------------------------------- */

function head(type, count) {
    const bytes = Buffer.alloc(9);
    bytes.writeUInt8(1, 0);
    bytes.writeUInt32LE(type, 1);
    bytes.writeUInt32LE(count, 5);
    return bytes;
}

const number = (value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
};

function positions(line) {
    const bytes = Buffer.alloc(16 * line.length);
    line.forEach(([lon, lat], i) => {
        bytes.writeDoubleLE(lon, 16 * i);
        bytes.writeDoubleLE(lat, 16 * i + 8);
    });
    return bytes;
}

const polygonWkb = (rings) => Buffer.concat([head(POLYGON, rings.length),
    ...rings.flatMap((ring) => [number(ring.length), positions(ring)])]);
const linesWkb = (lines) => Buffer.concat([head(LINES, lines.length),
    ...lines.flatMap((line) => [head(LINE, line.length), positions(line)])]);

/* ---- topology -------------------------------------------------------------------------- */

/* Its arcs in degrees, to a millionth. */
function readArcs({ arcs, transform: { scale, translate } }) {
    const round = (value) => Math.round(value * 1e6) / 1e6;
    return arcs.map((arc) => {
        let x = 0, y = 0;
        return arc.map(([dx, dy]) => {
            x += dx;
            y += dy;
            return [round(x * scale[0] + translate[0]), round(y * scale[1] + translate[1])];
        });
    });
}

/* A ring is arcs after one another, ~n backwards; the end of one is the start of the next. */
function ringOf(numbers, arcs) {
    const ring = [];
    for (const n of numbers) {
        const arc = n < 0 ? [...arcs[~n]].reverse() : arcs[n];
        ring.push(...(ring.length > 0 ? arc.slice(1) : arc));
    }
    return ring;
}

/* Twice the area of a ring. The package counts in whole steps, in which an islet may be a
 * line. */
const area = (ring) => Math.abs(ring.slice(1).reduce((sum, [x, y], i) =>
    sum + ring[i][0] * y - x * ring[i][1], 0));

const hasArea = (ring) => ring.length > 3 && area(ring) > 1e-9;

/* ---- 180 degrees ----------------------------------------------------------------------- */

/* Longitudes of a ring without jumps, so that one over 180 degrees goes on to 190, and one
 * that ends there, which the package writes as -180, ends at 180. One that goes around a pole
 * does not come back to where it began, and stays as it is. */
function unwrap(ring) {
    let turn = 0;
    const out = ring.map(([lon, lat], i) => {
        if (i > 0 && Math.abs(lon - ring[i - 1][0]) > 180)
            turn += lon < ring[i - 1][0] ? 360 : -360;
        return [lon + turn, lat];
    });
    return turn === 0 ? out : ring;
}

/* What of a ring lies on one side of a meridian: `sign` 1 to the east, -1 to the west. */
function halfOf(ring, meridian, sign) {
    const inside = ([lon]) => sign * (lon - meridian) >= 0;
    const out = [];
    ring.slice(1).forEach((to, i) => {
        const from = ring[i];
        if (inside(from) !== inside(to)) {
            const lat = from[1] + (to[1] - from[1]) * (meridian - from[0]) / (to[0] - from[0]);
            out.push([meridian, lat]);
        }
        if (inside(to))
            out.push(to);
    });
    return out.length > 0 ? [...out, out[0]] : [];
}

const move = (ring, by) => ring.map(([lon, lat]) => [lon + by, lat]);

/* A polygon that goes over 180 degrees, as two. */
function cutAt180([outer, ...holes]) {
    let shell = unwrap(outer);
    if (shell.some(([lon]) => lon < -180))
        shell = move(shell, 360);
    const west = shell.reduce((least, [lon]) => Math.min(least, lon), Infinity);
    const whole = [shell, ...holes.map(unwrap).map((hole) =>
        move(hole, hole.some(([lon]) => lon < west) ? 360 : 0))];
    if (shell.every(([lon]) => lon <= 180))
        return [whole];
    return [whole.map((ring) => halfOf(ring, 180, -1)),
        whole.map((ring) => move(halfOf(ring, 180, 1), -360))];
}

function landFeatures(topology) {
    const arcs = readArcs(topology);
    const polygons = topology.objects.land.geometries.flatMap((geometry) =>
        geometry.type === 'Polygon' ? [geometry.arcs] : geometry.arcs);
    return polygons
        .flatMap((rings) => cutAt180(rings.map((ring) => ringOf(ring, arcs))))
        .filter(([shell]) => hasArea(shell))
        .map((rings) => rings.filter(hasArea))
        .map((rings) => ({ layer: LAND, disputed: false, sides: ['', ''],
            wkb: polygonWkb(rings) }));
}

/* By arc: the numbers of the geometries that it bounds. One that runs along an arc both ways,
 * as where its pieces were joined, is not bounded by it. */
function arcSides(topology) {
    const sides = topology.arcs.map(() => new Set());
    topology.objects.countries.geometries.forEach((geometry, i) => {
        for (const n of geometry.arcs.flat(3)) {
            const side = sides[n < 0 ? ~n : n];
            if (!side.delete(i))
                side.add(i);
        }
    });
    return sides;
}

function borderFeatures(topology, codeOf) {
    const arcs = readArcs(topology);
    const { geometries } = topology.objects.countries;
    const codes = geometries.map(({ id }) => codeOf.get(id) ?? '');
    const pairs = new Map();
    arcSides(topology).forEach((side, arc) => {
        const [a, b] = side;
        if (b === undefined)
            return;
        const sides = [codes[a], codes[b]].sort();
        const disputed = geometries[a].id === undefined || geometries[b].id === undefined;
        const key = `${sides} ${disputed}`;
        if (!pairs.has(key))
            pairs.set(key, { sides, disputed, lines: [] });
        pairs.get(key).lines.push(arcs[arc]);
    });
    return [...pairs.values()].map(({ sides, disputed, lines }) =>
        ({ layer: BOUNDARY, disputed, sides, wkb: linesWkb(lines) }));
}

/* ---- the file -------------------------------------------------------------------------- */

function featureBytes({ layer, disputed, sides, wkb }) {
    const bytes = Buffer.alloc(10);
    bytes.writeUInt8(layer, 0);
    bytes.writeUInt8(disputed ? 1 : 0, 1);
    sides.forEach((code, i) => bytes.write(code, 2 + 2 * i, 2, 'latin1'));
    bytes.writeUInt32LE(wkb.length, 6);
    return [bytes, wkb];
}

function main([webDir, countryCsv, out]) {
    if (out === undefined)
        fail('usage: node basemap.mjs WEB_DIR COUNTRY_CSV OUT.bin');
    const require = createRequire(resolve(webDir, 'package.json'));
    const features = [
        ...landFeatures(require('world-atlas/land-10m.json')),
        ...borderFeatures(require('world-atlas/countries-10m.json'), readCodes(countryCsv)),
    ];
    const bytes = Buffer.concat([Buffer.from('HAVM'), number(VERSION),
        number(features.length), ...features.flatMap(featureBytes)]);
    writeFileSync(`${out}.part`, bytes);
    renameSync(`${out}.part`, out);
}

main(process.argv.slice(2));
