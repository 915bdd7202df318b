/* SPDX-License-Identifier: Apache-2.0
 *
 * What the pages say, in the language of the page: messages by key, labels of vocabulary
 * codes, and numbers, distances, dates as people there write them.
 *
 *   t('results.count', { count: 3 })     a message of messages/en.json
 *   label('need', 'health')              a label of data/vocabulary/need.csv
 *   distance(1059)                       "1.1 km"
 *
 * One language is spoken at a time: speak() loads it and makes it current.
 */
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { IntlMessageFormat } from 'intl-messageformat';

import type english from '../../messages/en.json';
import { LANGUAGES, type Language } from './languages';

export { LANGUAGES, isLanguage, type Language } from './languages';

export type Key = keyof typeof english;
export type Values = Record<string, string | number | Date>;

export interface Catalogue {
  /* A text, or a message with arguments, parsed. */
  messages: Record<string, string | MessageFormatElement[]>;
  labels: Record<string, Record<string, string>>;
}

let spoken: Language = 'en';
let catalogue: Catalogue = { messages: {}, labels: {} };
let formats = new Map<string, IntlMessageFormat>();

/* Loads the catalogue of a language and speaks it from now on. */
export async function speak(language: Language): Promise<void> {
  const loaded = (await LANGUAGES[language].load()).default;
  spoken = language;
  catalogue = loaded;
  formats = new Map();
}

export const language = (): Language => spoken;

/* The message of a key. A missing one is a fault of the program: checked by the compiler,
 * by make/check.mjs, and told here. */
export function t(key: Key, values: Values = {}): string {
  const message = catalogue.messages[key];
  if (message === undefined) {
    throw new Error(`no message ${key}`);
  }
  if (typeof message === 'string') {
    return message;
  }
  let format = formats.get(key);
  if (format === undefined) {
    format = new IntlMessageFormat(message, spoken, undefined, { ignoreTag: true });
    formats.set(key, format);
  }
  return String(format.format(values));
}

/* True when there is such a message: for keys that are put together from codes. */
export const isKey = (key: string): key is Key => Object.hasOwn(catalogue.messages, key);

/* What people call a code of a vocabulary; the code itself where the page knows no label. */
export function label(vocabulary: string, code: string): string {
  return catalogue.labels[vocabulary]?.[code] ?? code;
}

/* The codes of a vocabulary, in its order. */
export const codes = (vocabulary: string): string[] =>
  Object.keys(catalogue.labels[vocabulary] ?? {});

export const number = (value: number, options?: Intl.NumberFormatOptions): string =>
  new Intl.NumberFormat(spoken, options).format(value);

/* Metres as people say them: 850 m, 1.1 km, 140 km. */
export function distance(metres: number): string {
  const near = metres < 1000;
  const value = near ? Math.max(10, Math.round(metres / 10) * 10) : metres / 1000;
  return number(value, {
    style: 'unit',
    unit: near ? 'meter' : 'kilometer',
    maximumFractionDigits: !near && value < 10 ? 1 : 0,
  });
}

/* Some browsers know nothing of Lao, Burmese and Khmer. What they would write in their
 * stead is English: figures and commas are better. */
export const isKnown = (): boolean =>
  Intl.DateTimeFormat.supportedLocalesOf([spoken]).length > 0;

/* A day as "2026-11-22", or an instant (a Date, or RFC 3339). */
export function date(day: string | Date, options?: Intl.DateTimeFormatOptions): string {
  const plain = typeof day === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(day);
  return new Intl.DateTimeFormat(isKnown() ? spoken : 'en-GB', {
    dateStyle: isKnown() ? 'long' : 'short',
    ...(plain ? { timeZone: 'UTC' } : {}),
    ...options,
  }).format(new Date(day));
}

/* The time of an RFC 3339 instant, on the clock of the place that it was written for. */
export function clock(instant: string): string {
  const local = new Date(`${instant.slice(0, 19)}Z`);
  return new Intl.DateTimeFormat(isKnown() ? spoken : 'en-GB', {
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(local);
}

export const list = (items: string[], type: 'conjunction' | 'disjunction' = 'conjunction') =>
  isKnown() ? new Intl.ListFormat(spoken, { type }).format(items) : items.join(', ');
