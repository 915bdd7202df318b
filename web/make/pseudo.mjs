/* SPDX-License-Identifier: Apache-2.0
 *
 * A language for tests, made of English: "[Šééééáŕçĥ]" for "Search". Its letters have
 * accents, its words are 40 % longer, and its texts stand in brackets. So a page that
 * speaks it shows which words are not from the catalogue (no accents), which texts are cut
 * (no bracket), and where longer words do not fit.
 *
 *   pseudo(catalogue('en'))     another catalogue, with the same keys and arguments
 */
import { LITERAL } from './messages.mjs';

const PLAIN = 'abcdefghijklmnoprstuvwxyz';
const ACCENTED = 'áƀçðéƒĝĥîĵķļɱñôþŕšţûṽŵẋýž';

const ACCENTS = new Map(
  [...PLAIN].flatMap((letter, i) => [
    [letter, ACCENTED[i]],
    [letter.toUpperCase(), ACCENTED[i].toUpperCase()],
  ]),
);

/* A word and the space after it, 40 % longer: its first vowel, or its end, is drawn out. */
function longer(word) {
  const vowel = word.search(/[aeiou]/);
  const at = vowel < 0 ? word.length - 1 : vowel;
  const more = word[at].toLowerCase().repeat(Math.ceil((word.length + 1) * 0.4));
  return word.slice(0, at + 1) + more + word.slice(at + 1);
}

const accented = (word) => [...word].map((l) => ACCENTS.get(l) ?? l).join('');

const text = (plain) => plain.replace(/\p{L}+/gu, (word) => accented(longer(word)));

/* The parts of a message: literals change, also in branches, and nothing else. */
const parts = (parsed) =>
  parsed.map((part) => {
    if (part.type === LITERAL) {
      return { ...part, value: text(part.value) };
    }
    return part.options ? { ...part, options: options(part.options) } : part;
  });

const options = (choice) =>
  Object.fromEntries(
    Object.entries(choice).map(([name, o]) => [name, { ...o, value: parts(o.value) }]),
  );

const literal = (value) => ({ type: LITERAL, value });

const message = (m) =>
  typeof m === 'string' ? `[${text(m)}]` : [literal('['), ...parts(m), literal(']')];

const mapped = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

/* What else the catalogue has stays: how numbers, dates and lists are written. */
export function pseudo({ messages, labels, ...forms }) {
  return {
    ...forms,
    messages: mapped(messages, message),
    labels: mapped(labels, (vocabulary) => mapped(vocabulary, message)),
  };
}
