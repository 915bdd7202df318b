/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers that the list and the map share.
 */
import type { Found, NearestAnswer, Point } from '../../api';

export interface Placed {
  number: number;
  sure: boolean;
  found: Found & { point: Point };
}

const hasPoint = (found: Found): found is Placed['found'] => found.point !== null;

/* What stands in the list and on the map, in the order of the list: sure ones first. */
export function placedOf(answer: NearestAnswer | null): Placed[] {
  const all = [
    ...(answer?.results ?? []).map((found) => ({ found, sure: true })),
    ...(answer?.unconfirmed ?? []).map((found) => ({ found, sure: false })),
  ];
  return all.flatMap(({ found, sure }, i) =>
    hasPoint(found) ? [{ number: i + 1, sure, found }] : [],
  );
}
