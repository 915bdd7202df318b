/* SPDX-License-Identifier: Apache-2.0
 *
 * How places and services are named.
 */
import type { Place, Service } from '../api';
import { label, t } from '../i18n';
import type { Chosen } from './draft';

/* What a place lies in, from near to far: "Vientiane Capital, Laos". */
export function withinName(place: Place): string {
  const parts = [...place.admin].sort((a, b) => b.level - a.level).map((a) => a.name);
  const country = place.admin.some((a) => a.level === 0);
  return [...parts, ...(country || place.kind === 'country' ? [] : [countryName(place)])]
    .filter((part, i, all) => part !== '' && all.indexOf(part) === i)
    .join(', ');
}

const countryName = (place: Place) => label('country', place.country);

export function placeName(chosen: Chosen): string {
  if (chosen.kind === 'named') {
    return chosen.place.label;
  }
  return chosen.from === 'device' ? t('place.here') : t('place.point');
}

/* The organization, unless its name was not written down. */
export function organizationName(service: Service): string | null {
  const { organization } = service;
  return organization === null || organization === 'unnamed' ? null : organization;
}

/* The language that most people speak where a service is: the second one of a card, and of
 * the labels of a map. */
export const LOCAL: Record<string, string> = {
  CN: 'zh',
  ID: 'id',
  KH: 'km',
  LA: 'lo',
  MM: 'my',
  TH: 'th',
  VN: 'vi',
};

/* The language of a name by its letters, where that is certain; for readers aloud, and for
 * the choice of a font. */
const SCRIPTS: [RegExp, string][] = [
  [/[\u1780-\u17ff]/, 'km'],
  [/[\u0e80-\u0eff]/, 'lo'],
  [/[\u1000-\u109f]/, 'my'],
  [/[\u0e00-\u0e7f]/, 'th'],
  [/[\u4e00-\u9fff]/, 'zh'],
];

export const languageOf = (text: string): string | undefined =>
  SCRIPTS.find(([letters]) => letters.test(text))?.[1];
