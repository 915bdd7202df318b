/* SPDX-License-Identifier: Apache-2.0
 *
 * Facts of a service as sentences: how far, how sure that is, whether it is open, whether
 * it takes people, how old the record is.
 */
import type { Found, Phone, Service } from '../../api';
import { clock, date, distance, isKey, t, weekday, type Key } from '../../i18n';

export const isExact = (service: Service) => service.point?.precision === 'exact';

/* Only this much is known of the place. */
export function precisionText(service: Service): string {
  const key = `service.precision_${service.point?.precision}`;
  return isKey(key) ? t(key) : t('service.no_place');
}

export function distanceText(found: Found): string | null {
  const { distance_m: least, distance_range_m: range } = found;
  if (least === undefined) {
    return null;
  }
  if (isExact(found) && found.distance_from !== 'area') {
    return t('service.distance', { distance: distance(least) });
  }
  if (range && range[0] < 1) {
    return t('service.inside_area', { most: distance(range[1]) });
  }
  return range
    ? t('service.distance_range', { least: distance(range[0]), most: distance(range[1]) })
    : t('service.distance_about', { distance: distance(least) });
}

const DAY_MS = 86_400_000;

/* The time of an instant on the clock of its place; with the day when it is not soon. */
function soon(instant: string): string {
  const far = new Date(instant).getTime() - Date.now() > DAY_MS / 2;
  return far ? `${weekday(instant)} ${clock(instant)}` : clock(instant);
}

export function openText({ open }: Found): string {
  if (open === undefined || open.state === 'unknown') {
    return t('service.hours_unknown');
  }
  const key = `service.${open.state}` as const;
  return open.until ? t(`${key}_until`, { time: soon(open.until) }) : t(key);
}

export function statusText(service: Service): string {
  const key = `service.status_${service.status ?? 'unknown'}`;
  return isKey(key) ? t(key) : t('service.status_unknown');
}

export const verifiedText = ({ verified_on: day }: Service) =>
  day ? t('service.verified', { date: date(day) }) : t('service.not_verified');

/* The digits that a telephone dials: "+856 21 222 333" as tel:+85621222333. */
export const dialled = (phone: Phone) =>
  `${phone.number.trim().startsWith('+') ? '+' : ''}${phone.number.replace(/[^0-9*#]/g, '')}`;

export const geoOf = ({ point }: Service) =>
  point === null ? null : `geo:${point.lat},${point.lon}?q=${point.lat},${point.lon}`;

/* Warnings that stand before a telephone number, in the order that they matter. */
export const warningsOf = (service: Service): Key[] =>
  service.warnings.map((code) => `warning.${code}`).filter(isKey);
