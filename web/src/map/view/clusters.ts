/* SPDX-License-Identifier: Apache-2.0
 *
 * Signs that would cover each other are one sign with a count.
 */
import type { Placed } from '../answer/numbered';

export interface Sign {
  members: Placed[];
  lon: number;
  lat: number;
}

const APART_PX = 36;

/* In the order of the list, so that the nearest one keeps its place. */
export function signsOf(
  placed: Placed[],
  project: (at: [number, number]) => [number, number] | null,
): Sign[] {
  const signs: (Sign & { at: [number, number] })[] = [];
  for (const item of placed) {
    const { lon, lat } = item.found.point;
    const at = project([lon, lat]) ?? [0, 0];
    const near = signs.find((s) => Math.hypot(s.at[0] - at[0], s.at[1] - at[1]) < APART_PX);
    if (near) {
      near.members.push(item);
    } else {
      signs.push({ members: [item], lon, lat, at });
    }
  }
  return signs;
}

/* True when coming nearer would not take them apart. */
export const isOnePoint = ({ members }: Sign): boolean =>
  members.every(
    ({ found }) =>
      Math.abs(found.point.lon - (members[0] as Placed).found.point.lon) < 1e-4 &&
      Math.abs(found.point.lat - (members[0] as Placed).found.point.lat) < 1e-4,
  );
