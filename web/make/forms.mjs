/* SPDX-License-Identifier: Apache-2.0
 *
 * How a language writes numbers, dates and lists, by the CLDR of the Node.js that builds:
 * browsers have no such data for Khmer, Lao and Burmese, and would speak English there.
 */

const DAY = new Date('2026-11-24T16:33:00Z');
const UTC = { timeZone: 'UTC' };

/* Burmese and others with their own digits use those of telephones here. */
const localeOf = (language) => `${language}-u-nu-latn`;

function separators(locale) {
  const parts = new Intl.NumberFormat(locale).formatToParts(12345.6);
  const of = (type) => parts.find((p) => p.type === type)?.value ?? '';
  return { decimal: of('decimal'), group: of('group') };
}

/* "{n} km" */
function unit(locale, name) {
  return new Intl.NumberFormat(locale, { style: 'unit', unit: name })
    .formatToParts(5)
    .map((p) => (p.type === 'integer' ? '{n}' : p.value))
    .join('');
}

/* "{day} {month} {year}", and by how many years its calendar is ahead. */
function date(locale) {
  const parts = new Intl.DateTimeFormat(locale, { dateStyle: 'long', ...UTC }).formatToParts(
    DAY,
  );
  const year = Number(parts.find((p) => p.type === 'year').value);
  const pattern = parts.map((p) => (p.type === 'literal' ? p.value : `{${p.type}}`)).join('');
  return { pattern, yearsAhead: year - DAY.getUTCFullYear() };
}

const months = (locale) =>
  Array.from({ length: 12 }, (_, month) => {
    const parts = new Intl.DateTimeFormat(locale, {
      dateStyle: 'long',
      ...UTC,
    }).formatToParts(new Date(Date.UTC(2026, month, 1)));
    return parts.find((p) => p.type === 'month').value;
  });

/* From Sunday; 2026-11-22 is one. */
const weekdays = (locale) =>
  Array.from({ length: 7 }, (_, day) =>
    new Intl.DateTimeFormat(locale, { weekday: 'long', ...UTC }).format(
      new Date(Date.UTC(2026, 10, 22 + day)),
    ),
  );

/* CLDR joins Burmese lists with a dash, which reads like a span. */
const OWN_LISTS = {
  my: {
    and: { two: 'နှင့် ', middle: '၊ ', last: 'နှင့် ' },
    or: { two: ' သို့မဟုတ် ', middle: '၊ ', last: ' သို့မဟုတ် ' },
  },
};

/* What stands between the items of a list: of two, between the first of more, before the
 * last. */
function list(locale, type) {
  const between = (count) =>
    new Intl.ListFormat(locale, { type })
      .formatToParts(Array.from({ length: count }, () => 'x'))
      .filter((p) => p.type === 'literal')
      .map((p) => p.value);
  const [middle, last] = between(3);
  return { two: between(2)[0], middle, last };
}

export function forms(language) {
  const locale = localeOf(language);
  if (Intl.DateTimeFormat.supportedLocalesOf([language]).length === 0) {
    throw new Error(`this Node.js has no data for ${language}: it was built without all of ICU`);
  }
  return {
    ...separators(locale),
    units: Object.fromEntries(
      ['meter', 'kilometer', 'megabyte'].map((name) => [name, unit(locale, name)]),
    ),
    date: date(locale),
    months: months(locale),
    weekdays: weekdays(locale),
    ...(OWN_LISTS[language] ?? {
      and: list(locale, 'conjunction'),
      or: list(locale, 'disjunction'),
    }),
  };
}
