/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers from what was kept on the device when the line is gone. It is there only where
 * somebody asked for it (offline/keep.ts), keeps nothing by itself, and goes when 30 days
 * are over or when somebody deletes what is kept.
 */
import { CACHE, readAbout } from './offline/kept';

declare const self: ServiceWorkerGlobalScope;

const PATIENCE_MS = 5000;

async function forget(): Promise<void> {
  await caches.delete(CACHE);
  await self.registration.unregister();
}

/* Whatever the answer was chosen by: there is one of each. */
const lookUp = async (request: Request, options?: CacheQueryOptions) =>
  (await caches.has(CACHE))
    ? (await caches.open(CACHE)).match(request, { ignoreVary: true, ...options })
    : undefined;

/* From the server, unless it stays silent. */
async function fromServer(request: Request): Promise<Response> {
  const ends = new AbortController();
  const timer = setTimeout(() => ends.abort(), PATIENCE_MS);
  try {
    return await fetch(request, { signal: ends.signal });
  } finally {
    clearTimeout(timer);
  }
}

/* Pages: the server's, else the kept one, in the language in which it was kept. */
async function page(request: Request): Promise<Response> {
  await readAbout(forget);
  try {
    return await fromServer(request);
  } catch (e) {
    const kept = await lookUp(request, { ignoreSearch: true });
    if (kept) {
      return kept;
    }
    throw e;
  }
}

/* Parts of pages never change under their names. */
const part = async (request: Request): Promise<Response> =>
  (await lookUp(request)) ?? fetch(request);

/* Tiles that are neither here nor there are empty: the map stays as far as it goes. */
async function tile(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    return (await lookUp(request)) ?? new Response('');
  }
}

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (e) =>
  e.waitUntil(Promise.all([self.clients.claim(), readAbout(forget)])),
);

self.addEventListener('fetch', (e) => {
  const { pathname, origin } = new URL(e.request.url);
  if (origin !== self.location.origin || e.request.method !== 'GET') {
    return;
  }
  if (e.request.mode === 'navigate') {
    e.respondWith(page(e.request));
  } else if (pathname.startsWith('/assets/')) {
    e.respondWith(part(e.request));
  } else if (pathname.startsWith('/tiles/')) {
    e.respondWith(tile(e.request));
  }
});
