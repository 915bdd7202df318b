/* SPDX-License-Identifier: Apache-2.0
 *
 * What somebody chose to keep on a device: one cache of the browser, with the page, its
 * parts, tiles, and the public services of one province. Read by the page and by the
 * service worker. It is used while `about.json` is in it, which is written last; 30 days
 * after that it is deleted, whoever looks first.
 */
import type { Place, ServiceDetail } from '../api/types';

export const CACHE = 'kept';
export const ABOUT = '/kept/about.json';
export const LIST = '/kept/services.json';
export const DAYS = 30;

const DAY_MS = 24 * 60 * 60 * 1000;

export interface About {
  province: Place;
  language: string;
  at: string; /* RFC 3339: when it was kept */
  bytes: number;
  services: number;
  tiles: number;
}

export type KeptService = ServiceDetail;

/* True when it is to be deleted: too old, or of a time that has not come. */
export function isExpired(at: string, now: number): boolean {
  const age = now - Date.parse(at);
  return !(age >= -DAY_MS && age < DAYS * DAY_MS);
}

/* The last day on which it is used. */
export const keptUntil = (about: About): Date =>
  new Date(Date.parse(about.at) + DAYS * DAY_MS);

async function read<T>(name: string): Promise<T | null> {
  const cache = (await caches.has(CACHE)) ? await caches.open(CACHE) : null;
  const found = await cache?.match(name);
  return found ? ((await found.json()) as T) : null;
}

/* What is kept, or null; what has to go is deleted first, by `forget`. */
export async function readAbout(forget: () => Promise<void>): Promise<About | null> {
  if (typeof caches === 'undefined' || !(await caches.has(CACHE))) {
    return null;
  }
  const about = await read<About>(ABOUT);
  if (about !== null && !isExpired(about.at, Date.now())) {
    return about;
  }
  await forget();
  return null;
}

export const readServices = (): Promise<KeptService[] | null> => read<KeptService[]>(LIST);
