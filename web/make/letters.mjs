/* SPDX-License-Identifier: Apache-2.0
 *
 * Which letters a text of a language may have: those of its script, and few names in Latin
 * ones. Finds what was left in English, or pasted from a text of another language.
 */
const SCRIPTS = {
  en: 'Latin',
  km: 'Khmer',
  lo: 'Lao',
  my: 'Myanmar',
  th: 'Thai',
  vi: 'Latin',
  zh: 'Han',
  id: 'Latin',
};

/* Keys, units and names that stand in Latin letters in every language. */
const NAMES = ['Apache', 'Enter', 'HIV', 'SMS', 'Shift', 'kB'];

/* Words that people write as in English. */
const BORROWED = {
  km: ['cookie', 'script'],
  my: ['cookie', 'script'],
  vi: ['Fax'],
  zh: ['Cookie'],
};

/* What remains of a text when names are taken out. */
function ownWords(text, language) {
  const names = [...NAMES, ...(BORROWED[language] ?? [])];
  return text.replace(/\p{Script=Latin}+/gu, (run) => (names.includes(run) ? '' : run));
}

const hasLetters = (text) => /\p{L}/u.test(text);

/* What is wrong with a text, each as the end of a sentence. `english`: what it is a
 * translation of; null where both may be the same, as names of countries. */
export function letterFaults(language, text, english) {
  const script = SCRIPTS[language];
  const own = ownWords(text, language);
  const letters = own.match(/[\p{L}\p{M}]/gu) ?? [];
  const foreign = letters.filter((l) => !new RegExp(`\\p{scx=${script}}`, 'u').test(l));
  const faults = [];
  if (text.normalize('NFC') !== text) {
    faults.push('is not in the composed form of Unicode (NFC)');
  }
  if (foreign.length > 0) {
    faults.push(`has letters that are not ${script}: ${[...new Set(foreign)].join(' ')}`);
  }
  if (language !== 'en' && english !== null && hasLetters(ownWords(english, language))) {
    if (own.trim() === ownWords(english, language).trim()) {
      faults.push('is left in English');
    } else if (letters.length === 0) {
      faults.push('says nothing where English has words');
    }
  }
  return faults;
}
