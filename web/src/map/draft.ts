/* SPDX-License-Identifier: Apache-2.0
 *
 * What somebody is asking: a place, needs, and, if they want, a few facts of a person. It
 * is kept in memory only, and leaves as the body of one question.
 */
import type { Place, Question } from '../api';

export interface NamedPlace {
  kind: 'named';
  place: Place;
}

/* A point on the map, or where the device is. */
export interface PointPlace {
  kind: 'point';
  from: 'map' | 'device';
  lat: number;
  lon: number;
}

export type Chosen = NamedPlace | PointPlace;

export interface Draft {
  place: Chosen | null;
  needs: string[];
  gender: string;
  age: string;
  spoken: string; /* the person's language; the page has one of its own */
  crossBorder: boolean;
}

export const EMPTY_DRAFT: Draft = {
  place: null,
  needs: [],
  gender: '',
  age: '',
  spoken: '',
  crossBorder: false,
};

const AGE = /^\s*(\d{1,3})\s*(?:[-–—]\s*(\d{1,3}))?\s*$/;
const OLDEST = 120;

/* The digits of the region's scripts as the ones that the server reads. */
const ZEROES = [0x0966, 0x0e50, 0x0ed0, 0x1040, 0x17e0, 0xff10];
const latinDigits = (text: string) =>
  [...text]
    .map((c) => {
      const code = c.codePointAt(0) ?? 0;
      const zero = ZEROES.find((z) => code >= z && code < z + 10);
      return zero === undefined ? c : String(code - zero);
    })
    .join('');

/* The age as the server takes it; null when it is not written as one. */
export function readAge(text: string): number | string | null {
  const [, low, high] = AGE.exec(latinDigits(text)) ?? [];
  if (low === undefined || Number(low) > OLDEST) {
    return null;
  }
  if (high === undefined) {
    return Number(low);
  }
  return Number(high) >= Number(low) && Number(high) <= OLDEST
    ? `${Number(low)}-${Number(high)}`
    : null;
}

/* About ten metres: as fine as a question needs. */
const round = (degrees: number) => Math.round(degrees * 1e4) / 1e4;

function whereOf(place: Chosen): Pick<Question, 'place' | 'lat' | 'lon'> {
  return place.kind === 'named'
    ? { place: place.place.id }
    : { lat: round(place.lat), lon: round(place.lon) };
}

export function questionOf(draft: Draft, lang: string): Question {
  if (draft.place === null) {
    throw new Error('a question without a place');
  }
  const age = readAge(draft.age);
  return {
    ...whereOf(draft.place),
    ...(draft.needs.length > 0 ? { need: draft.needs } : {}),
    ...(draft.gender ? { gender: draft.gender } : {}),
    ...(age !== null ? { age } : {}),
    ...(draft.spoken ? { language: [draft.spoken] } : {}),
    ...(draft.crossBorder ? { cross_border: true } : {}),
    open_at: 'now',
    lang,
  };
}
