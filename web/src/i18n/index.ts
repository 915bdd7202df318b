/* SPDX-License-Identifier: Apache-2.0
 *
 * What the pages say, in the language of the page.
 *
 *   t('results.count', { count: 3 })     a message of messages/en.json
 *   label('need', 'health')              a label of data/vocabulary/need.csv
 *   distance(1059)                       "1.1 km"
 *
 * One language is spoken at a time: speak() loads it and makes it current. speakerFor() gets
 * another beside it (./speaker.ts says what each can do).
 */
import { LANGUAGES, type Language } from './languages';
import { speakerOf, type Speaker } from './speaker';

export { LANGUAGES, isLanguage, type Language } from './languages';
export type { Catalogue, Key, Speaker, Values } from './speaker';

const loaded = async (language: Language) =>
  speakerOf(language, (await LANGUAGES[language].load()).default);

let spoken: Language = 'en';
let current: Speaker;

/* Loads the catalogue of a language and speaks it from now on. */
export async function speak(language: Language): Promise<void> {
  current = await loaded(language);
  spoken = language;
}

/* Who speaks a language beside that of the page. */
export const speakerFor = loaded;

export const language = (): Language => spoken;

export const t: Speaker['t'] = (key, values) => current.t(key, values);
export const isKey: Speaker['isKey'] = (key) => current.isKey(key);
export const label: Speaker['label'] = (vocabulary, code) => current.label(vocabulary, code);
export const codes: Speaker['codes'] = (vocabulary) => current.codes(vocabulary);
export const number: Speaker['number'] = (value, digits) => current.number(value, digits);
export const distance: Speaker['distance'] = (metres) => current.distance(metres);
export const megabytes: Speaker['megabytes'] = (bytes) => current.megabytes(bytes);
export const date: Speaker['date'] = (day) => current.date(day);
export const clock: Speaker['clock'] = (instant) => current.clock(instant);
export const weekday: Speaker['weekday'] = (instant) => current.weekday(instant);
export const list: Speaker['list'] = (items, type) => current.list(items, type);
