/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers the question of POST /api/v1/nearest from what is kept on the device, as far as
 * that goes: nearest first, of the needs that are asked for. Who is admitted is not judged
 * here; what the question says of a person stands in `ask`, so that people ask by telephone.
 */
import type { Found, NearestAnswer, Question } from '../api/types';
import { secondParents } from 'virtual:second-parents';
import type { KeptService } from './kept';

const EARTH_M = 6_371_009;
const LIMIT = 10;
export const HOTLINE = 'information.hotline';
const OF_A_PERSON = ['gender', 'age', 'language'] as const;

interface Position {
  lat: number;
  lon: number;
}

/* Along a great circle: within half a percent of the distance on the ellipsoid. */
export function distanceBetween(a: Position, b: Position): number {
  const radians = Math.PI / 180;
  const half = (degrees: number) => Math.sin((degrees * radians) / 2) ** 2;
  const chord =
    half(a.lat - b.lat) +
    half(a.lon - b.lon) * Math.cos(a.lat * radians) * Math.cos(b.lat * radians);
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/* True when a need is, or lies in, the one that is asked for. */
export function isWithin(need: string, asked: string): boolean {
  const above = [need, secondParents[need] ?? need];
  return above.some((code) => code === asked || code.startsWith(`${asked}.`));
}

function found(service: KeptService, from: Position | null, question: Question): Found {
  const ask: string[] = OF_A_PERSON.filter((name) => question[name] !== undefined);
  if (service.status !== 'open') {
    ask.push('status');
  }
  const answer: Found = { ...service, fit: {}, ask };
  if (from !== null && service.point !== null) {
    answer.distance_m = distanceBetween(from, service.point);
    answer.distance_from = service.point.precision === 'exact' ? 'exact' : 'area';
  }
  return answer;
}

export function nearestKept(services: KeptService[], question: Question): NearestAnswer {
  const { lat, lon, need = [], limit = LIMIT } = question;
  const from = lat !== undefined && lon !== undefined ? { lat, lon } : null;
  const asked = services.filter(
    (s) => need.length === 0 || s.needs.some((n) => need.some((a) => isWithin(n, a))),
  );
  const all = asked.map((s) => found(s, from, question));
  const placed = all
    .filter((s) => s.distance_m !== undefined)
    .sort((a, b) => (a.distance_m ?? 0) - (b.distance_m ?? 0));
  const shown = placed.slice(0, limit);
  const results = shown.filter((s) => s.ask.length === 0);
  const unconfirmed = shown.filter((s) => s.ask.length > 0);
  const outcome = results.length
    ? 'found'
    : unconfirmed.length
      ? 'only_unconfirmed'
      : 'none_recorded';
  return {
    results,
    unconfirmed,
    remote: [],
    unplaced: all.filter((s) => s.point === null && !s.needs.includes(HOTLINE)),
    helplines: services
      .filter((s) => s.needs.includes(HOTLINE))
      .map((s) => found(s, from, question)),
    excluded: [],
    country: { code: services[0]?.country ?? null, rule: 'place', uncertain: false },
    summary: {
      considered: placed.length,
      matched: results.length,
      unconfirmed: unconfirmed.length,
      outcome,
      reasons: {},
      relax: [],
      instead: [],
    },
  };
}
