/* SPDX-License-Identifier: Apache-2.0
 *
 * Vector tiles read by @mapbox/vector-tile, and web mercator computed apart from the
 * program.
 */
import { pathToFileURL } from 'node:url';

import { packages } from './haven.mjs';

const load = (name) => import(pathToFileURL(packages.resolve(name)).href);
const { VectorTile } = await load('@mapbox/vector-tile');
const { PbfReader } = await load('pbf');

export const MEDIA = 'application/vnd.mapbox-vector-tile';
export const EXTENT = 4096;

/* Layers by name: [{ type, geometry: [[{ x, y }]], properties }]. */
export function decode(bytes) {
    const { layers } = new VectorTile(new PbfReader(bytes));
    return Object.fromEntries(
        Object.entries(layers).map(([name, layer]) => {
            if (layer.version !== 2 || layer.extent !== EXTENT) {
                throw new Error(`layer ${name}: version ${layer.version}`);
            }
            const features = Array.from({ length: layer.length }, (_, i) => {
                const f = layer.feature(i);
                const geometry = f.loadGeometry();
                return { type: f.type, geometry, properties: { ...f.properties } };
            });
            return [name, features];
        }),
    );
}

/* The share of the world from the west and from the north, 0 to 1. */
export function mercator({ lon, lat }) {
    const most = 85.0511287798066;
    const phi = (Math.min(Math.max(lat, -most), most) * Math.PI) / 180;
    const clamp = (n) => Math.min(Math.max(n, 0), 1);
    return {
        x: clamp(lon / 360 + 0.5),
        y: clamp(0.5 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / (2 * Math.PI)),
    };
}

/* The tile of zoom `z` that holds a point, and where in it: { x, y, units: [x, y] }. */
export function tileAt(point, z) {
    const n = 2 ** z;
    const m = mercator(point);
    const [x, y] = [m.x, m.y].map((share) => Math.min(Math.floor(share * n), n - 1));
    const unit = (share, tile) =>
        Math.min(Math.floor((share * n - tile) * EXTENT), EXTENT - 1);
    return { x, y, units: [unit(m.x, x), unit(m.y, y)] };
}

/* Degrees of a position in a tile. */
export function degrees(z, x, y, unit) {
    const n = 2 ** z;
    const lon = ((x + unit.x / EXTENT) / n) * 360 - 180;
    const up = Math.PI * (1 - (2 * (y + unit.y / EXTENT)) / n);
    return { lon, lat: (Math.atan(Math.sinh(up)) * 180) / Math.PI };
}
