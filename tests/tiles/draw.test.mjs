/* SPDX-License-Identifier: Apache-2.0
 *
 * Outlines that were drawn into tiles, as @mapbox/vector-tile and GDAL read them: both see
 * the same rings, GDAL finds every polygon sound, and random points lie in them exactly
 * when they lie in what was drawn, by mercator computed apart.
 *
 * DRAW names the program of draw.c.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { decode, EXTENT, mercator, tileAt } from '../http/tile.mjs';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_007);
const COUNT = 120;
const BUFFER = 64;

let state = SEED;
const roll = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
};
const between = (low, high) => low + roll() * (high - low);
const whole = (low, high) => Math.floor(between(low, high + 1));

/* ---- what is drawn ---------------------------------------------------------------------------- */

/* A star around a point, which does not cross itself. */
function star(middle, low, high) {
    const corners = whole(3, 120);
    const turn = roll() * 2 * Math.PI;
    const ring = Array.from({ length: corners }, (_, i) => {
        const angle = turn + (2 * Math.PI * i) / corners;
        const reach = between(low, high);
        return [middle[0] + reach * Math.cos(angle), middle[1] + reach * Math.sin(angle)];
    });
    return roll() < 0.5 ? ring.reverse() : ring;
}

/* A ring with a hole, an island in the hole, and another ring beside it. */
function polygon(middle) {
    const beside = [middle[0] + 7, middle[1]];
    return [
        { hole: 0, at: star(middle, 2, 3) },
        { hole: 1, at: star(middle, 1.2, 1.9) },
        { hole: 0, at: star(middle, 0.2, 1) },
        { hole: 0, at: star(beside, 1, 2) },
    ];
}

function line(middle) {
    let at = middle;
    const corners = Array.from({ length: whole(2, 80) }, () => {
        at = at.map((n) => n + between(-0.4, 0.4));
        return at;
    });
    return [{ hole: 0, at: corners }];
}

function outline(i) {
    const type = i % 3 ? 'polygon' : 'line';
    const middle = [between(-160, 160), between(-70, 70)];
    const parts = type === 'line' ? line(middle) : polygon(middle);
    const z = whole(0, 12);
    const [lon, lat] = parts[0].at[0];
    const tile = tileAt({ lon, lat }, z);
    return { name: `${type}${i}`, type, parts, z, x: tile.x, y: tile.y };
}

const text = ({ name, type, parts, z, x, y }) =>
    [
        [name, z, x, y, type, parts.length],
        ...parts.map((p) => [p.hole, p.at.length, ...p.at.flat()]),
    ]
        .map((words) => words.join(' '))
        .join('\n');

/* ---- points in polygons ------------------------------------------------------------------------- */

const toUnits =
    ({ z, x, y }) =>
    ([lon, lat]) => {
        const m = mercator({ lon, lat });
        return [(m.x * 2 ** z - x) * EXTENT, (m.y * 2 ** z - y) * EXTENT];
    };

const edges = (ring) => ring.map((a, i) => [a, ring[(i + 1) % ring.length]]);

const crosses = ([px, py], [[ax, ay], [bx, by]]) =>
    ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax;

const isIn = (point, rings) =>
    rings.flatMap(edges).filter((edge) => crosses(point, edge)).length % 2 === 1;

function distance([px, py], [[ax, ay], [bx, by]]) {
    const [dx, dy] = [bx - ax, by - ay];
    const length = dx * dx + dy * dy;
    const t = length ? ((px - ax) * dx + (py - ay) * dy) / length : 0;
    const at = Math.min(Math.max(t, 0), 1);
    return Math.hypot(ax + at * dx - px, ay + at * dy - py);
}

const nearest = (point, all) => Math.min(...all.map((edge) => distance(point, edge)));

/* ---- decoders --------------------------------------------------------------------------------------- */

const folder = mkdtempSync(join(tmpdir(), 'haven-draw-'));
const file = (o) => join(folder, `${o.name}.mvt`);
const hasGdal = spawnSync('ogrinfo', ['--version']).status === 0;

function gdal(...args) {
    const done = spawnSync('ogrinfo', ['-q', '-oo', 'CLIP=NO', ...args], { encoding: 'utf8', maxBuffer: 1 << 26 });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout;
}

/* Rings or lines of GDAL's text of a geometry, with y to the south again. */
function gdalParts(o) {
    const shape = gdal('-al', file(o)).match(/^ +(?:MULTI)?(?:POLYGON|LINESTRING) (.*)$/m)[1];
    return [...shape.matchAll(/\(([^()]+)\)/g)].map(([, list]) =>
        list.split(',').map((pair) => {
            const [x, y] = pair.trim().split(' ').map(Number);
            return [x, EXTENT - y];
        }),
    );
}

const read = (o) => decode(readFileSync(file(o))).drawn;
const rings = (feature) => feature.geometry.map((r) => r.map(({ x, y }) => [x, y]));

const area = (ring) =>
    edges(ring).reduce((sum, [[ax, ay], [bx, by]]) => sum + ax * by - bx * ay, 0) / 2;

/* A ring as a text that does not depend on where it begins, nor on its direction. */
function canonical(ring) {
    const open = ring.slice(0, -1).map(String);
    const turned = (list) => {
        const least = list.indexOf([...list].sort()[0]);
        return [...list.slice(least), ...list.slice(0, least)].join(' ');
    };
    return [turned(open), turned([...open].reverse())].sort()[0];
}

describe('drawn outlines', () => {
    let drawn;
    before(() => {
        console.log(`SEED=${SEED}`);
        const all = Array.from({ length: COUNT }, (_, i) => outline(i));
        const input = `${all.map(text).join('\n')}\n`;
        const done = spawnSync(process.env.DRAW, [folder], { input, encoding: 'utf8' });
        assert.equal(done.status, 0, done.stderr);
        drawn = all.filter((o) => existsSync(file(o)));
        assert.ok(drawn.length > COUNT * 0.8, `${drawn.length} tiles hold something`);
    });
    after(() => rmSync(folder, { recursive: true }));

    const polygons = () => drawn.filter((o) => o.type === 'polygon');

    test('points lie in a polygon exactly when they lay in what was drawn', () => {
        let checked = 0;
        for (const o of polygons()) {
            const before_ = o.parts.map((p) => p.at.map(toUnits(o)));
            const all = before_.flatMap(edges);
            const [feature] = read(o);
            const now = rings(feature).map((r) => r.slice(0, -1));
            for (let i = 0; i < 200; i++) {
                const point = [0, 1].map(() => between(-BUFFER + 1, EXTENT + BUFFER - 1));
                if (nearest(point, all) > 2) {
                    assert.equal(isIn(point, now), isIn(point, before_), `${o.name} ${point}`);
                    checked += 1;
                }
            }
        }
        assert.ok(checked > 5000, `${checked}`);
    });

    test('exterior rings have positive area, and holes lie in the one before them', () => {
        let holes = 0;
        for (const o of polygons()) {
            const [feature] = read(o);
            let outer;
            for (const ring of rings(feature)) {
                assert.deepEqual(ring[0], ring.at(-1));
                if (area(ring.slice(0, -1)) > 0) {
                    outer = ring.slice(0, -1);
                    continue;
                }
                assert.ok(outer, `${o.name} begins with a hole`);
                holes += 1;
                for (const corner of ring) {
                    const on = nearest(corner, edges(outer)) < 1e-9;
                    assert.ok(on || isIn(corner, [outer]), `${o.name}: a hole outside`);
                }
            }
        }
        assert.ok(holes > 10, `${holes} holes`);
    });

    test('a line is drawn where it was, and nowhere else', () => {
        for (const o of drawn.filter((one) => one.type === 'line')) {
            const was = o.parts[0].at.map(toUnits(o));
            const before_ = was.slice(1).map((b, i) => [was[i], b]);
            const now = rings(read(o)[0]).flatMap((r) => r.slice(1).map((b, i) => [r[i], b]));
            for (const [a] of now) {
                assert.ok(nearest(a, before_) <= 0.75, o.name);
            }
            /* What reaches over the edge by less than a unit may be left out. */
            const isInside = (p) => p.every((n) => n > 1 - BUFFER && n < EXTENT + BUFFER - 1);
            for (const corner of was.filter(isInside)) {
                assert.ok(nearest(corner, now) <= 1.5, o.name);
            }
        }
    });

    const gdalOnly = { skip: hasGdal ? false : 'ogrinfo is not installed (gdal-bin)' };

    test('GDAL reads the same rings and lines', gdalOnly, () => {
        for (const o of drawn) {
            const own = rings(read(o)[0]);
            const theirs = gdalParts(o);
            const text_ = o.type === 'line' ? String : canonical;
            assert.deepEqual(theirs.map(text_).sort(), own.map(text_).sort(), o.name);
        }
    });

    test('GDAL puts them together as polygons that are sound', gdalOnly, () => {
        for (const o of polygons()) {
            const sql = 'SELECT ST_IsValid(geometry) AS sound, ST_Area(geometry) AS area FROM drawn';
            const said = gdal(file(o), '-dialect', 'SQLite', '-sql', sql);
            assert.match(said, /sound \(Integer\) = 1/, `${o.name}: ${said}`);
            const sum = rings(read(o)[0]).reduce((n, r) => n + area(r.slice(0, -1)), 0);
            const theirs = Number(said.match(/area \(Real\) = (\S+)/)[1]);
            assert.ok(Math.abs(theirs - sum) < 1e-6 * sum + 1e-6, `${o.name}: ${theirs} ${sum}`);
        }
    });
});
