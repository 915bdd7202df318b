/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks the catalogues:
 *
 *     node web/make/check.mjs [--complete]
 *
 * Every message of every language parses, has the arguments of the English one, stands
 * under a key that English has, and is written in the letters of its language; so are the
 * labels of the vocabularies. Each is said somewhere. What a language does not say is
 * counted, and with --complete it is an error.
 */
import { readdirSync, readFileSync } from 'node:fs';

import { parse } from '@formatjs/icu-messageformat-parser';

import { LABELLED, readLabels, readMessages, WEB } from './catalogues.mjs';
import { LANGUAGES } from './languages.mjs';
import { letterFaults } from './letters.mjs';
import { said, shape } from './messages.mjs';

function parsed(text, key, language, faults) {
  try {
    return parse(text, { ignoreTag: true, locale: new Intl.Locale(language) });
  } catch (e) {
    faults.push(`messages/${language}.json: ${key}: ${e.message}: ${text}`);
    return null;
  }
}

const sorted = (parts) => [...shape(parts)].sort().join(', ');

function compare(at, language, own, english, faults) {
  if (sorted(own) !== sorted(english)) {
    faults.push(`${at}: has {${sorted(own)}}, English has {${sorted(english)}}`);
  }
  const wrong = letterFaults(language, said(own), said(english));
  faults.push(...wrong.map((f) => `${at}: ${f}`));
}

function checkMessages(language, english, faults, missing) {
  const texts = readMessages(language);
  for (const [key, text] of Object.entries(texts)) {
    const at = `messages/${language}.json: ${key}`;
    if (!Object.hasOwn(english, key)) {
      faults.push(`${at}: English has no such key`);
      continue;
    }
    const own = parsed(text, key, language, faults);
    const should = parsed(english[key], key, 'en', faults);
    if (own && should) {
      compare(`${at}: ${text}`, language, own, should, faults);
    }
  }
  missing.push(...Object.keys(english).filter((k) => !texts[k]));
}

/* Of these, the name in a language may be the English one. */
const NAMES = ['country', 'language'];

function checkLabels(language, faults, missing) {
  for (const name of LABELLED) {
    for (const [code, labels] of Object.entries(readLabels(name))) {
      if (!labels[language]) {
        missing.push(`${name}.csv: ${code}`);
      }
      const at = `data/vocabulary/${name}.csv: ${code}: label_${language}`;
      if (/[<>{}]/.test(labels[language])) {
        faults.push(`${at} has < > { or }`);
      }
      const english = NAMES.includes(name) ? null : labels.en;
      if (labels[language]) {
        const wrong = letterFaults(language, labels[language], english);
        faults.push(...wrong.map((f) => `${at}: ${labels[language]}: ${f}`));
      }
    }
  }
}

/* All text of the files below a folder. */
function sources(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? sources(path) : readFileSync(path, 'utf8');
    })
    .join('\n');
}

/* Messages that no page says: neither by their key, nor by one that is put together from a
 * beginning and a code (`outcome.${outcome}`). */
function unusedOf(english) {
  const text = sources(`${WEB}src`) + sources(`${WEB}make`);
  const beginnings = [...text.matchAll(/`([a-z]+\.[a-z_]*)\$\{/g)].map(([, b]) => b);
  return Object.keys(english).filter(
    (key) =>
      !text.includes(`'${key}'`) &&
      !text.includes(`"${key}"`) &&
      !beginnings.some((b) => key.startsWith(b)),
  );
}

const complete = process.argv.includes('--complete');
const english = readMessages('en');
const faults = unusedOf(english).map((key) => `messages/en.json: ${key}: no page says it`);
for (const language of LANGUAGES) {
  const missing = [];
  checkMessages(language, english, faults, missing);
  checkLabels(language, faults, missing);
  if (missing.length > 0) {
    const some = missing.slice(0, 5).join(', ');
    const text = `${language}: ${missing.length} texts are missing: ${some} ...`;
    console.log(text);
    if (complete) {
      faults.push(text);
    }
  }
}
faults.forEach((f) => console.error(f));
process.exit(faults.length > 0 ? 1 : 0);
