/* SPDX-License-Identifier: Apache-2.0
 *
 * Links to a search: `/?place=ID&need=CODE&need=CODE`. They hold a place that has a name,
 * and needs, and never anything about a person, nor a point that somebody stood at.
 */
import { place as placeOf } from '../api';
import { codes, language } from '../i18n';
import type { Draft } from './draft';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/* The address to share, or null when the place has no name. */
export function linkOf(draft: Draft, origin: string): string | null {
  if (draft.place?.kind !== 'named') {
    return null;
  }
  const link = new URL('/', origin);
  link.searchParams.set('place', draft.place.place.id);
  draft.needs.forEach((need) => link.searchParams.append('need', need));
  link.searchParams.set('lang', language());
  return link.href;
}

/* What a link asks, on top of what is asked already; null when it asks nothing. */
export async function draftOfLink(search: string, draft: Draft, signal: AbortSignal) {
  const given = new URLSearchParams(search);
  const id = given.get('place') ?? '';
  if (!ID.test(id)) {
    return null;
  }
  const known = codes('need');
  const needs = given.getAll('need').filter((need) => known.includes(need));
  const place = await placeOf(id, language(), signal);
  return { ...draft, needs, place: { kind: 'named' as const, place } };
}
