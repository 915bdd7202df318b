/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages and vocabulary labels, by language: messages/XX.json (flat, ICU message format)
 * and the label columns of data/vocabulary/*.csv. Messages are parsed here, so that pages
 * need no parser. What a language lacks is said in English; `node make/check.mjs` lists it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { parse } from '@formatjs/icu-messageformat-parser';

import { forms } from './forms.mjs';
import { LANGUAGES } from './languages.mjs';

export const WEB = fileURLToPath(new URL('..', import.meta.url));
const VOCABULARY = new URL('../../data/vocabulary/', import.meta.url);

/* The vocabularies whose labels pages show. */
export const LABELLED = [
  'need',
  'kind',
  'sector',
  'gender',
  'language',
  'country',
  'place_kind',
  'precision',
  'status',
  'phone_kind',
  'fee',
  'document',
  'disability',
  'literacy',
  'trade',
  'remote',
  'referrer',
  'residents',
  'official_status',
  'interpreter_mode',
  'yes_case_no',
];

export const messageFile = (language) => `${WEB}messages/${language}.json`;

export function readMessages(language) {
  const file = messageFile(language);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/* One line of CSV as cells; vocabularies have no line breaks in them. */
function cells(line) {
  const found = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g);
  return [...found].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain);
}

export const vocabularyFile = (name) => fileURLToPath(new URL(`${name}.csv`, VOCABULARY));

/* { code: { language: label } } of a vocabulary, in its order. */
export function readLabels(name) {
  const text = readFileSync(vocabularyFile(name), 'utf8').trim();
  const [head, ...rows] = text.split('\n').map(cells);
  return Object.fromEntries(
    rows.map((row) => {
      const of = (language) => row[head.indexOf(`label_${language}`)] ?? '';
      return [row[0], Object.fromEntries(LANGUAGES.map((l) => [l, of(l)]))];
    }),
  );
}

/* { code: second parent } of the needs that lie in two others. */
export function readSecondParents() {
  const text = readFileSync(vocabularyFile('need'), 'utf8').trim();
  const [head, ...rows] = text.split('\n').map(cells);
  const at = head.indexOf('parent2');
  return Object.fromEntries(rows.filter((r) => r[at]).map((r) => [r[0], r[at]]));
}

/* A message that has no argument stays a text. */
function compile(message, key, language) {
  try {
    const parts = parse(message, { ignoreTag: true });
    const plain = parts.every((p) => p.type === 0);
    return plain ? parts.map((p) => p.value).join('') : parts;
  } catch (e) {
    throw new Error(`messages/${language}.json: ${key}: ${e.message}: ${message}`);
  }
}

/* What a page of a language says: { messages, labels }, and how it writes: { forms }. */
export function catalogue(language) {
  const english = readMessages('en');
  const own = readMessages(language);
  const messages = Object.entries(english).map(([key, text]) => [
    key,
    compile(own[key] || text, key, language),
  ]);
  const labels = LABELLED.map((name) => [
    name,
    Object.fromEntries(
      Object.entries(readLabels(name)).map(([code, l]) => [code, l[language] || l.en]),
    ),
  ]);
  return {
    messages: Object.fromEntries(messages),
    labels: Object.fromEntries(labels),
    forms: forms(language),
  };
}

const VIRTUAL = 'virtual:catalogue/';
const PARENTS = 'virtual:second-parents';

/* Makes `virtual:catalogue/XX` and `virtual:second-parents` modules, for Vite. */
export function catalogues() {
  return {
    name: 'catalogues',
    resolveId: (id) => (id.startsWith(VIRTUAL) || id === PARENTS ? `\0${id}` : null),
    load(id) {
      if (id === `\0${PARENTS}`) {
        return `export const secondParents = ${JSON.stringify(readSecondParents())};`;
      }
      if (!id.startsWith(`\0${VIRTUAL}`)) {
        return null;
      }
      const language = id.slice(VIRTUAL.length + 1);
      [messageFile('en'), messageFile(language), ...LABELLED.map(vocabularyFile)].forEach(
        (file) => this.addWatchFile(file),
      );
      /* A string is read faster than the same as program text, and packs as well. */
      const json = JSON.stringify(JSON.stringify(catalogue(language)));
      return `export default JSON.parse(${json});`;
    },
  };
}
