/* SPDX-License-Identifier: Apache-2.0
 *
 * Who speaks one language: messages by key, labels of vocabulary codes, and numbers,
 * distances, dates and lists as people there write them (make/forms.mjs: browsers do not
 * know how in all of our languages).
 */
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { IntlMessageFormat } from 'intl-messageformat';

import type english from '../../messages/en.json';

export type Key = keyof typeof english;
export type Values = Record<string, string | number>;

interface Between {
  two: string;
  middle: string;
  last: string;
}

/* make/forms.mjs */
export interface Forms {
  decimal: string;
  group: string;
  units: Record<'meter' | 'kilometer' | 'megabyte', string>;
  date: { pattern: string; yearsAhead: number };
  months: string[];
  weekdays: string[]; /* from Sunday */
  and: Between;
  or: Between;
}

export interface Catalogue {
  /* A text, or a message with arguments, parsed. */
  messages: Record<string, string | MessageFormatElement[]>;
  labels: Record<string, Record<string, string>>;
  forms: Forms;
}

export interface Speaker {
  language: string;

  /* The message of a key. A missing one is a fault of the program: checked by the compiler,
   * by make/check.mjs, and told here. */
  t: (key: Key, values?: Values) => string;

  /* True when there is such a message: for keys that are put together from codes. */
  isKey: (key: string) => key is Key;

  /* What people call a code of a vocabulary; the code itself where none is known. */
  label: (vocabulary: string, code: string) => string;

  /* The codes of a vocabulary, in its order. */
  codes: (vocabulary: string) => string[];

  /* At most `digits` behind the point. */
  number: (value: number, digits?: number) => string;

  /* Metres as people say them: 850 m, 1.1 km, 140 km. */
  distance: (metres: number) => string;
  megabytes: (bytes: number) => string;

  /* A day as "2026-11-22", or an instant on the clock of this device. */
  date: (day: string | Date) => string;

  /* The time of an RFC 3339 instant, on the clock of the place that it was written for:
   * "17:00". */
  clock: (instant: string) => string;

  /* The day of the week of it, there. */
  weekday: (instant: string) => string;

  list: (items: string[], type?: 'and' | 'or') => string;
}

const fill = (pattern: string, values: Record<string, string | number>) =>
  pattern.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));

const plainDay = /^(\d{4})-(\d{2})-(\d{2})$/;

function numbersOf({ decimal, group, units }: Forms) {
  const number = (value: number, digits = 0) => {
    const [whole = '', part] = String(Number(value.toFixed(digits))).split('.');
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
    return part === undefined ? grouped : grouped + decimal + part;
  };
  const measure = (unit: keyof Forms['units'], value: number, digits: number) =>
    fill(units[unit], { n: number(value, digits) });
  return {
    number,
    distance: (metres: number) =>
      metres < 1000
        ? measure('meter', Math.max(10, Math.round(metres / 10) * 10), 0)
        : measure('kilometer', metres / 1000, metres < 10_000 ? 1 : 0),
    megabytes: (bytes: number) =>
      measure('megabyte', bytes / 1_000_000, bytes < 10_000_000 ? 1 : 0),
  };
}

function datesOf({ date, months, weekdays }: Forms) {
  const written = (year: number, month: number, day: number) =>
    fill(date.pattern, { year: year + date.yearsAhead, month: months[month] ?? '', day });
  return {
    date: (day: string | Date) => {
      const [, year, month, of] = (typeof day === 'string' && plainDay.exec(day)) || [];
      if (of !== undefined) {
        return written(Number(year), Number(month) - 1, Number(of));
      }
      const at = new Date(day);
      return written(at.getFullYear(), at.getMonth(), at.getDate());
    },
    clock: (instant: string) => instant.slice(11, 16),
    weekday: (instant: string) =>
      weekdays[new Date(`${instant.slice(0, 10)}T00:00:00Z`).getUTCDay()] ?? '',
  };
}

function joined(items: string[], { two, middle, last }: Between): string {
  if (items.length < 3) {
    return items.join(two);
  }
  return items.slice(0, -1).join(middle) + last + items[items.length - 1];
}

export function speakerOf(language: string, { messages, labels, forms }: Catalogue): Speaker {
  const formats = new Map<string, IntlMessageFormat>();
  const t = (key: Key, values: Values = {}) => {
    const message = messages[key];
    if (message === undefined) {
      throw new Error(`no message ${key}`);
    }
    if (typeof message === 'string') {
      return message;
    }
    let format = formats.get(key);
    if (format === undefined) {
      format = new IntlMessageFormat(message, `${language}-u-nu-latn`, undefined, {
        ignoreTag: true,
      });
      formats.set(key, format);
    }
    return String(format.format(values));
  };
  return {
    language,
    t,
    isKey: (key): key is Key => Object.hasOwn(messages, key),
    label: (vocabulary, code) => labels[vocabulary]?.[code] ?? code,
    codes: (vocabulary) => Object.keys(labels[vocabulary] ?? {}),
    ...numbersOf(forms),
    ...datesOf(forms),
    list: (items, type = 'and') => joined(items, forms[type]),
  };
}
