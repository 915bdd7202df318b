/* SPDX-License-Identifier: Apache-2.0
 *
 * A point and the area of a GeoJSON feature, in degrees: inside or not, and how far.
 * Nothing here crosses the antimeridian, and areas are small enough for a flat metre.
 */
const KM_PER_DEGREE = 111.195;

function rings(geometry) {
    const polygons = geometry.type === 'Polygon' ? [geometry.coordinates]
        : geometry.coordinates;
    return polygons.flat();
}

function box(lines) {
    const all = lines.flat();
    const at = (i, pick) => all.reduce((best, p) => pick(best, p[i]), all[0][i]);
    return { west: at(0, Math.min), south: at(1, Math.min), east: at(0, Math.max),
        north: at(1, Math.max) };
}

/* An area from one geometry or several; a hole is one more ring to cross. */
export function area(...geometries) {
    const lines = geometries.flatMap(rings);
    return { rings: lines, box: box(lines) };
}

function outside(b, lat, lon) {
    return lat < b.south || lat > b.north || lon < b.west || lon > b.east;
}

function crossings(ring, lat, lon) {
    let count = 0;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [x, y] = ring[i];
        const [px, py] = ring[j];
        if (y > lat !== py > lat && lon < ((px - x) * (lat - y)) / (py - y) + x)
            count++;
    }
    return count;
}

export function inside(shape, lat, lon) {
    if (outside(shape.box, lat, lon))
        return false;
    return shape.rings.reduce((n, ring) => n + crossings(ring, lat, lon), 0) % 2 === 1;
}

function toEdge(ax, ay, bx, by) {
    const dx = bx - ax;
    const dy = by - ay;
    const length2 = dx * dx + dy * dy;
    const along = length2 === 0 ? 0 : -(ax * dx + ay * dy) / length2;
    const t = Math.min(1, Math.max(0, along));
    return Math.hypot(ax + t * dx, ay + t * dy);
}

/* Kilometres from the point to the area, 0 inside it. */
export function distance(shape, lat, lon) {
    if (inside(shape, lat, lon))
        return 0;
    const east = KM_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
    const flat = ([x, y]) => [(x - lon) * east, (y - lat) * KM_PER_DEGREE];
    let best = Infinity;
    for (const ring of shape.rings) {
        let before = flat(ring[0]);
        for (const vertex of ring) {
            const now = flat(vertex);
            best = Math.min(best, toEdge(...before, ...now));
            before = now;
        }
    }
    return best;
}
