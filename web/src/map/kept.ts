/* SPDX-License-Identifier: Apache-2.0
 *
 * What somebody chose to keep on the device, when the line is gone: a place to choose, and
 * an answer from the services of its province.
 */
import type { Place } from '../api';
import { kept, nearestKept, readServices } from '../offline';
import { questionOf, type Draft } from './draft';
import type { Answered } from './search';

export async function keptPlace(): Promise<Place | null> {
  return (await kept())?.province ?? null;
}

/* Null when nothing is kept. */
export async function answerKept(draft: Draft, lang: string): Promise<Answered | null> {
  const about = await kept();
  const services = about === null ? null : await readServices();
  if (about === null || services === null || draft.place === null) {
    return null;
  }
  const { place } = draft;
  const { lat, lon } = place.kind === 'named' ? place.place.point : place;
  const answer = nearestKept(services, { ...questionOf(draft, lang), lat, lon });
  return { draft, answer, lang, keptOn: about.at };
}
