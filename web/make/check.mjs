/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks the catalogues:
 *
 *     node web/make/check.mjs [--complete]
 *
 * Every message of every language parses, has the arguments of the English one, and stands
 * under a key that English has; labels are those of the vocabularies. What a language does
 * not say is counted, and with --complete it is an error.
 */
import { parse } from '@formatjs/icu-messageformat-parser';

import { LABELLED, readLabels, readMessages } from './catalogues.mjs';
import { LANGUAGES } from './languages.mjs';

const TYPES = ['literal', 'argument', 'number', 'date', 'time', 'select', 'plural'];

/* The arguments of a message with their types, sorted: "count plural". Of a choice, every
 * branch is looked into; select branches must be the same in every language. */
function shape(parts, into = new Set()) {
  for (const part of parts) {
    const kind = TYPES[part.type];
    if (kind !== undefined && kind !== 'literal') {
      const branches = kind === 'select' ? Object.keys(part.options).sort().join('|') : '';
      into.add([part.value, kind, branches].filter(Boolean).join(' '));
    }
    Object.values(part.options ?? {}).forEach((o) => shape(o.value, into));
  }
  return into;
}

function parsed(text, key, language, faults) {
  try {
    return shape(parse(text, { ignoreTag: true, locale: new Intl.Locale(language) }));
  } catch (e) {
    faults.push(`messages/${language}.json: ${key}: ${e.message}: ${text}`);
    return null;
  }
}

function checkMessages(language, english, faults, missing) {
  const own = readMessages(language);
  for (const [key, text] of Object.entries(own)) {
    if (!Object.hasOwn(english, key)) {
      faults.push(`messages/${language}.json: ${key}: English has no such key`);
      continue;
    }
    const is = parsed(text, key, language, faults);
    const should = parsed(english[key], key, 'en', faults);
    const differ = is && should && [...is].sort().join() !== [...should].sort().join();
    if (differ) {
      faults.push(
        `messages/${language}.json: ${key}: has {${[...is].join(', ')}}, ` +
          `English has {${[...should].join(', ')}}`,
      );
    }
  }
  missing.push(...Object.keys(english).filter((k) => !own[k]));
}

function checkLabels(language, faults, missing) {
  for (const name of LABELLED) {
    for (const [code, labels] of Object.entries(readLabels(name))) {
      if (!labels[language]) {
        missing.push(`${name}.csv: ${code}`);
      }
      if (/[<>{}]/.test(labels[language])) {
        faults.push(`data/vocabulary/${name}.csv: ${code}: label_${language} has < > { or }`);
      }
    }
  }
}

const complete = process.argv.includes('--complete');
const english = readMessages('en');
const faults = [];
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
