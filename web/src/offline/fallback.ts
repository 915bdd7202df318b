/* SPDX-License-Identifier: Apache-2.0
 *
 * The questions of pages, answered by the server, or, when the line is gone, from what is
 * kept on the device, if anything is. An answer that came from there says so (`kept_at`).
 */
import * as client from '../api/client';
import type { NearestAnswer, Place, Question } from '../api/types';
import { kept } from './keep';
import { readServices, type About, type KeptService } from './kept';
import { HOTLINE, nearestKept } from './search';

/* Places that were found while there was a line: a question names them by id. */
const points = new Map<string, Place['point']>();

const isLineGone = (e: unknown) =>
  e instanceof client.ApiError && (e.failure === 'offline' || e.failure === 'timeout');

/* The server's answer, or what `other` makes of what is kept; null: nothing, and the
 * failure stands. */
async function orKept<Answer>(
  asked: Promise<Answer>,
  other: (about: About, services: KeptService[]) => Answer | null,
): Promise<Answer> {
  try {
    return await asked;
  } catch (e) {
    const about = isLineGone(e) ? await kept().catch(() => null) : null;
    const services = about && (await readServices());
    const answer = about && services && other(about, services);
    if (answer === null) {
      throw e;
    }
    return answer;
  }
}

/* Where a question starts from. */
function startOf(question: Question, about: About, services: KeptService[]) {
  const { lat, lon, place } = question;
  if (lat !== undefined && lon !== undefined) {
    return { lat, lon };
  }
  if (place === about.province.id) {
    return about.province.point;
  }
  const there = services.find((s) => s.point?.place === place)?.point;
  return there ?? (place === undefined ? null : (points.get(place) ?? null));
}

export const nearest = (question: Question, signal?: AbortSignal) =>
  orKept<NearestAnswer>(client.nearest(question, signal), (about, services) => {
    const start = startOf(question, about, services);
    return start === null
      ? null
      : { ...nearestKept(services, { ...question, ...start }), kept_at: about.at };
  });

export const service = (id: string, lang?: string, signal?: AbortSignal) =>
  orKept(
    client.service(id, lang, signal),
    (_, services) => services.find((s) => s.id === id) ?? null,
  );

export const helplines = (lang: string, signal?: AbortSignal) =>
  orKept(client.helplines(lang, signal), (_, services) => {
    const found = services.filter((s) => s.needs.includes(HOTLINE));
    return { services: found, total: found.length, next: null };
  });

const folded = (text: string) =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();

/* Without a line, the province that is kept is found by its names. */
export async function findPlaces(question: client.PlaceQuestion, signal?: AbortSignal) {
  const found = await orKept(client.findPlaces(question, signal), ({ province }) => {
    const names = [province.label, ...Object.values(province.names)].map(folded);
    const asked = folded(question.q);
    const fits = asked !== '' && names.some((n) => n.startsWith(asked));
    return { results: fits ? [province] : [] };
  });
  found.results.forEach((p) => points.set(p.id, p.point));
  return found;
}

/* A place by its id: the kept province, without a line. */
export const place = (id: string, lang?: string, signal?: AbortSignal) =>
  orKept(client.place(id, lang, signal), ({ province }) => (province.id === id ? province : null));
