/* SPDX-License-Identifier: Apache-2.0
 *
 * Asks the server. What is asked goes in the body, never in an address: addresses stay in
 * histories and logs. No cookie is sent, and nothing is kept by the browser.
 *
 * Each function takes an AbortSignal, so that a newer question ends an older one. It throws
 * an ApiError that says what kind of failure it was.
 */
import type {
  NearestAnswer,
  Place,
  Problem,
  Question,
  Service,
  ServiceDetail,
  ServicePage,
} from './types';

const TIMEOUT_MS = 20_000;
const TRIES = 3;
const LONGEST_WAIT_S = 10;
const PAGE = 1000;

/* offline: no line; timeout: too slow; busy: 503, also after waiting; refused: the server
 * found a fault in what was asked; failed: anything else. */
export type Failure = 'offline' | 'timeout' | 'busy' | 'refused' | 'failed';

export class ApiError extends Error {
  constructor(
    readonly failure: Failure,
    readonly problem: Problem | null = null,
  ) {
    super(problem?.detail ?? problem?.title ?? failure);
    this.name = 'ApiError';
  }
}

interface Asked {
  body?: unknown;
  signal?: AbortSignal | undefined;
}

const wait = (seconds: number, signal: AbortSignal) =>
  new Promise<void>((done, failed) => {
    const timer = setTimeout(done, seconds * 1000);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      failed(signal.reason);
    });
  });

async function problemOf(response: Response): Promise<Problem | null> {
  const type = response.headers.get('Content-Type') ?? '';
  return type.startsWith('application/problem+json') ? response.json() : null;
}

function send(path: string, { body }: Asked, signal: AbortSignal): Promise<Response> {
  const init: RequestInit = { signal, credentials: 'omit', cache: 'no-store' };
  if (body !== undefined) {
    init.method = 'POST';
    init.headers = { 'Content-Type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  return fetch(path, init);
}

/* Sends once more when the server says that it has too much to do, after as long as it
 * says. */
async function sendPatiently(path: string, asked: Asked, signal: AbortSignal) {
  for (let left = TRIES - 1; ; left--) {
    const response = await send(path, asked, signal);
    const after = Number(response.headers.get('Retry-After') ?? 1);
    if (response.status !== 503 || left === 0 || !(after <= LONGEST_WAIT_S)) {
      return response;
    }
    await wait(after, signal);
  }
}

async function ask<Answer>(path: string, asked: Asked = {}): Promise<Answer> {
  const ends = new AbortController();
  const timer = setTimeout(() => ends.abort('timeout'), TIMEOUT_MS);
  const give = () => ends.abort('given up');
  asked.signal?.addEventListener('abort', give);
  try {
    asked.signal?.throwIfAborted?.();
    const response = await sendPatiently(path, asked, ends.signal);
    if (response.ok) {
      return (await response.json()) as Answer;
    }
    const failure =
      response.status === 503 ? 'busy' : response.status < 500 ? 'refused' : 'failed';
    throw new ApiError(failure, await problemOf(response));
  } catch (e) {
    if (e instanceof ApiError || asked.signal?.aborted) {
      throw e;
    }
    throw new ApiError(
      ends.signal.aborted ? 'timeout' : e instanceof TypeError ? 'offline' : 'failed',
    );
  } finally {
    clearTimeout(timer);
    asked.signal?.removeEventListener('abort', give);
  }
}

export const nearest = (question: Question, signal?: AbortSignal) =>
  ask<NearestAnswer>('/api/v1/nearest', { body: question, signal });

export interface PlaceQuestion {
  q: string;
  lang?: string;
  country?: string;
  near?: string;
  limit?: number;
}

export const findPlaces = (question: PlaceQuestion, signal?: AbortSignal) =>
  ask<{ results: Place[] }>('/api/v1/places', { body: question, signal });

const search = (values: Record<string, string | number | undefined>) => {
  const given = Object.entries(values).filter(([, v]) => v !== undefined);
  return given.length ? `?${new URLSearchParams(given.map(([k, v]) => [k, `${v}`]))}` : '';
};

/* One place, with what it lies in. */
export const place = (id: string, lang?: string, signal?: AbortSignal) =>
  ask<Place>(`/api/v1/places/${encodeURIComponent(id)}${search({ lang })}`, { signal });

const HELPLINES = 50;

/* Services that are called: the first ones of the whole region, a bounded number. */
export const helplines = (lang: string, signal?: AbortSignal) =>
  ask<ServicePage>(
    `/api/v1/services${search({ need: 'information.hotline', limit: HELPLINES, lang })}`,
    { signal },
  );

export const service = (id: string, lang?: string, signal?: AbortSignal) =>
  ask<ServiceDetail>(`/api/v1/services/${encodeURIComponent(id)}${search({ lang })}`, {
    signal,
  });

export interface ServiceFilter {
  bbox?: string;
  need?: string;
  country?: string;
  place?: string;
  lang?: string;
}

/* Every published service that the filter takes, page by page. */
export async function services(filter: ServiceFilter, signal?: AbortSignal) {
  const all: Service[] = [];
  let cursor: string | undefined;
  do {
    const page: ServicePage = await ask(
      `/api/v1/services${search({ ...filter, limit: PAGE, cursor })}`,
      { signal },
    );
    all.push(...page.services);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return all;
}
