/* SPDX-License-Identifier: Apache-2.0
 *
 * Which tiles to keep: the view that was last looked at, and the province with what lies
 * around it at lower zooms, as many as a small device can bear.
 */
export type Box = [west: number, south: number, east: number, north: number];

export interface View {
  box: Box;
  zoom: number;
}

const MOST = 300;
const MOST_ZOOM = 11;

const column = (lon: number, zoom: number) => Math.floor(((lon + 180) / 360) * 2 ** zoom);

function row(lat: number, zoom: number): number {
  const sin = Math.sin((Math.max(-85, Math.min(85, lat)) * Math.PI) / 180);
  return Math.floor((0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * 2 ** zoom);
}

/* The tiles of a box at a zoom, as "z/x/y". */
export function tilesOf([west, south, east, north]: Box, zoom: number): string[] {
  const last = 2 ** zoom - 1;
  const inside = (n: number) => Math.max(0, Math.min(last, n));
  const all: string[] = [];
  for (let x = inside(column(west, zoom)); x <= inside(column(east, zoom)); x++) {
    for (let y = inside(row(north, zoom)); y <= inside(row(south, zoom)); y++) {
      all.push(`${zoom}/${x}/${y}`);
    }
  }
  return all;
}

/* From the coarsest on, both of the view and of the province, until there are enough. */
export function tilesToKeep(province: Box, view?: View): string[] {
  const kept = new Set<string>();
  const add = (tiles: string[]) => {
    if (kept.size + tiles.length <= MOST) {
      tiles.forEach((t) => kept.add(t));
    }
  };
  for (let zoom = 0; zoom <= MOST_ZOOM; zoom++) {
    if (view !== undefined && zoom <= Math.ceil(view.zoom) + 1) {
      add(tilesOf(view.box, zoom));
    }
    add(tilesOf(province, zoom));
  }
  return [...kept];
}
