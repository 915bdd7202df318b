/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeping a province on the device, and deleting it again. Nothing is kept, and no service
 * worker is there, before somebody asks for it. All is fetched first and put into place
 * then, so that a line that breaks leaves what was kept before.
 */
import * as api from '../api/client';
import type { Place, Service, ServiceDetail } from '../api/types';
import {
  ABOUT,
  CACHE,
  LIST,
  readAbout,
  type About,
} from './kept';
import { tilesToKeep, type Box, type View } from './tiles';

const AT_ONCE = 4;
const MOST_SERVICES = 500;
const MOST_BYTES = 25_000_000;
const AROUND = 0.3; /* degrees around the services of a province */
const WORKER = '/service-worker.js';

/* Of an answer that was unpacked, these would be wrong; the others stay, the content
 * security policy among them. */
const NOT_KEPT = ['Content-Encoding', 'Content-Length', 'Transfer-Encoding', 'Date'];

export const canKeep = (): boolean =>
  typeof caches !== 'undefined' && 'serviceWorker' in navigator;

/* Deletes all of it, and lets the service worker go. */
export async function forget(): Promise<void> {
  if (!canKeep()) {
    return;
  }
  await caches.delete(CACHE);
  const workers = await navigator.serviceWorker.getRegistrations();
  await Promise.all(workers.map((w) => w.unregister()));
}

/* What is kept, after deleting it where 30 days are over. */
export const kept = (): Promise<About | null> => readAbout(forget);

/* Runs `work` over all of `items`, a few at a time. */
async function each<Item>(items: Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/* What was fetched so far, by address. */
class Basket {
  readonly answers = new Map<string, Response>();
  bytes = 0;

  constructor(
    private readonly signal: AbortSignal | undefined,
    private readonly onProgress: (bytes: number) => void,
  ) {}

  private add(address: string, body: BlobPart | Uint8Array<ArrayBuffer>, headers: Headers, size: number) {
    this.bytes += size;
    if (this.bytes > MOST_BYTES) {
      throw new Error('too large to keep');
    }
    this.answers.set(address, new Response(body, { headers }));
    this.onProgress(this.bytes);
  }

  addJson(address: string, value: unknown) {
    const text = new TextEncoder().encode(JSON.stringify(value));
    this.add(address, text, new Headers({ 'Content-Type': 'application/json' }), text.length);
  }

  /* Fetches an address; an answer that says no fails. */
  async fetch(address: string): Promise<string> {
    const init: RequestInit = { credentials: 'omit' };
    const answer = await fetch(address, this.signal ? { ...init, signal: this.signal } : init);
    if (!answer.ok) {
      throw new Error(`${address}: ${answer.status}`);
    }
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const headers = new Headers(answer.headers);
    NOT_KEPT.forEach((name) => headers.delete(name));
    this.add(address, bytes, headers, bytes.length);
    return new TextDecoder().decode(bytes);
  }
}

/* The page in a language, and the parts that it names for this (make/html.mjs). */
async function keepPage(basket: Basket, language: string): Promise<void> {
  const path = window.location.pathname;
  const html = await basket.fetch(`${path}?lang=${language}`);
  const page = new DOMParser().parseFromString(html, 'text/html');
  const parts = page.getElementById('page')?.dataset.keep?.split(' ') ?? [];
  if (parts.length === 0) {
    throw new Error('the page does not say what belongs to it');
  }
  await each(parts, async (part) => void (await basket.fetch(part)));
}

function boxAround(services: Service[], centre: { lat: number; lon: number }): Box {
  const points = [centre, ...services.flatMap((s) => s.point ?? [])];
  const lons = points.map((p) => p.lon);
  const lats = points.map((p) => p.lat);
  return [
    Math.min(...lons) - AROUND,
    Math.min(...lats) - AROUND,
    Math.max(...lons) + AROUND,
    Math.max(...lats) + AROUND,
  ];
}

/* Tiles of the map, where this server has a map. Their addresses stand in its TileJSON. */
async function keepTiles(basket: Basket, tiles: string[]): Promise<number> {
  let count = 0;
  for (const set of ['basemap', 'services']) {
    const address = `/tiles/${set}.json`;
    const answer = await fetch(address, { credentials: 'omit' });
    if (answer.status === 404) {
      continue;
    }
    const { tiles: [template = ''] = [], maxzoom = 0 } = JSON.parse(
      await basket.fetch(address),
    ) as { tiles?: string[]; maxzoom?: number };
    const path = decodeURI(new URL(template, window.location.href).pathname);
    const shown = tiles.filter((t) => Number(t.split('/')[0]) <= maxzoom);
    await each(shown, async (tile) => {
      const [z = '', x = '', y = ''] = tile.split('/');
      await basket.fetch(path.replace('{z}', z).replace('{x}', x).replace('{y}', y));
    });
    count += shown.length;
  }
  return count;
}

/* The public services of the province, and the hotlines of its country, with all that is
 * published of each. */
async function keepServices(
  basket: Basket,
  province: Place,
  language: string,
  signal?: AbortSignal,
): Promise<Service[]> {
  const inside = await api.services({ place: province.id, lang: language }, signal);
  const hotlines = await api.services(
    { country: province.country, need: 'information.hotline', lang: language },
    signal,
  );
  const all = [...new Map([...inside, ...hotlines].map((s) => [s.id, s])).values()];
  const details = new Map<string, ServiceDetail>();
  await each(all.slice(0, MOST_SERVICES), async ({ id }) => {
    details.set(id, await api.service(id, language, signal));
  });
  basket.addJson(
    LIST,
    all.map((s) => details.get(s.id) ?? s),
  );
  return all;
}

export interface Keeping {
  province: Place;
  language: string;
  view?: View | undefined; /* what the map shows */
  signal?: AbortSignal | undefined;
  onProgress?: (bytes: number) => void;
}

/* Keeps a province instead of what was kept before. */
export async function keep({
  province,
  language,
  view,
  signal,
  onProgress = () => undefined,
}: Keeping): Promise<About> {
  const basket = new Basket(signal, onProgress);
  const services = await keepServices(basket, province, language, signal);
  await keepPage(basket, language);
  const wanted = tilesToKeep(boxAround(services, province.point), view);
  const tiles = await keepTiles(basket, wanted);
  const about: About = {
    province,
    language,
    at: new Date().toISOString(),
    bytes: basket.bytes,
    services: services.length,
    tiles,
  };
  basket.addJson(ABOUT, about); /* the last: without it nothing counts as kept */
  await caches.delete(CACHE);
  try {
    const cache = await caches.open(CACHE);
    for (const [address, answer] of basket.answers) {
      await cache.put(address, answer);
    }
    await navigator.serviceWorker.register(WORKER, { scope: '/' });
    await navigator.serviceWorker.ready;
  } catch (e) {
    await forget();
    throw e;
  }
  return about;
}
