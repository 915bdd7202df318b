/* SPDX-License-Identifier: Apache-2.0
 *
 * What a record states, as words: lists of codes with their marks (`any`, `none`, `!x`,
 * `male:case`), ages, papers, and so on. A table says which fields are told, and how.
 */
import type { ServiceDetail } from '../../api';
import { codes, isKey, label, list, number, t, type Key } from '../../i18n';

export interface Stated {
  name: string;
  text: string;
}

type Tell = (value: unknown, detail: ServiceDetail) => string | null;

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((v) => typeof v === 'string') : [];

/* One entry of a list: `male:case` is "Male (case by case)". */
function entry(vocabulary: string, item: string): string {
  const [code = '', mark] = item.split(':');
  const what = label(vocabulary, code);
  return mark === 'case' ? t('detail.by_case', { what }) : what;
}

const choice =
  (vocabulary: string, none: Key = 'detail.nobody'): Tell =>
  (value) => {
    const items = texts(value);
    if (items.length === 0) {
      return null;
    }
    if (items.includes('any')) {
      return t('detail.everyone');
    }
    if (items.includes('none')) {
      return t(none);
    }
    const excluded = items.filter((i) => i.startsWith('!')).map((i) => i.slice(1));
    const listed = items.filter((i) => !i.startsWith('!')).map((i) => entry(vocabulary, i));
    const out = list(excluded.map((code) => label(vocabulary, code)));
    return listed.length > 0 ? list(listed) : t('detail.all_but', { list: out });
  };

const code =
  (vocabulary: string): Tell =>
  (value) =>
    typeof value === 'string' && value !== '' ? label(vocabulary, value) : null;

function ages(_: unknown, detail: ServiceDetail): string | null {
  const [least, most] = [detail['age_min'], detail['age_max']];
  if (typeof least === 'number' && typeof most === 'number') {
    return t('detail.age_between', { least: number(least), most: number(most) });
  }
  if (typeof least === 'number') {
    return t('detail.age_from', { least: number(least) });
  }
  return typeof most === 'number' ? t('detail.age_to', { most: number(most) }) : null;
}

const agesCase: Tell = (value) =>
  texts(value).length > 0 ? t('detail.ages_case', { ages: list(texts(value)) }) : null;

/* "my:phone:vetted" is "Burmese (By telephone, checked)". */
const interpreters: Tell = (value) => {
  const items = texts(value);
  if (items.includes('any') || items.includes('none')) {
    return choice('language')(value, {} as ServiceDetail);
  }
  const told = items.map((item) => {
    const [spoken = '', ...modes] = item.split(':');
    const words = modes.map((m) =>
      m === 'vetted' ? t('detail.vetted') : label('interpreter_mode', m),
    );
    const name = label('language', spoken);
    return words.length > 0
      ? t('detail.interpreter_by', { language: name, modes: list(words) })
      : name;
  });
  return told.length > 0 ? list(told) : null;
};

/* "male:0-11" is "Male: 0-11 years". */
const children: Tell = (value) => {
  const told = texts(value).map((item) => {
    const [who = '', years = '', mark] = item.split(':');
    const whom = who === 'any' ? t('detail.everyone') : label('gender', who);
    const what = years ? t('detail.child_ages', { who: whom, ages: years }) : whom;
    return mark === 'case' ? t('detail.by_case', { what }) : what;
  });
  return told.length > 0 ? list(told) : null;
};

const covers: Tell = (value) => {
  const countries = codes('country');
  const told = texts(value).map((area) => {
    if (area === 'any') {
      return t('detail.everywhere');
    }
    return countries.includes(area)
      ? t('detail.whole_country', { country: label('country', area) })
      : area;
  });
  return told.length > 0 ? list(told) : null;
};

const plain: Tell = (value) => (typeof value === 'string' && value !== '' ? value : null);

const days: Tell = (value) =>
  typeof value === 'number' ? t('detail.days', { count: value }) : null;

/* Whom it helps, then the rest, in the order that one asks. */
export const WHOM: [string, Tell][] = [
  ['genders', choice('gender')],
  ['ages', ages],
  ['ages_case', agesCase],
  ['languages', choice('language')],
  ['interpreters', interpreters],
  ['nationalities', choice('country')],
  ['accepts_children', children],
  ['serves_family', choice('beneficiary')],
  ['disability', choice('disability')],
  ['official_status', code('official_status')],
  ['residents_only', code('residents')],
  ['referred_by', choice('referrer')],
  ['literacy', code('literacy')],
  ['documents_required', choice('document', 'detail.no_documents')],
  ['covers', covers],
];

export const REST: [string, Tell][] = [
  ['kind', code('kind')],
  ['sector', code('sector')],
  ['contacts_authorities', code('yes_case_no')],
  ['remote', choice('remote')],
  ['hours', plain],
  ['time_zone', plain],
  ['fee', code('fee')],
  ['fee_waiver', code('yes_case_no')],
  ['transport_paid', code('yes_case_no')],
  ['childcare', code('yes_case_no')],
  ['trades', choice('trade')],
  ['course_days', days],
  ['documents_issued', choice('document')],
];

export function statedOf(detail: ServiceDetail, table: [string, Tell][]): Stated[] {
  return table.flatMap(([field, tell]) => {
    const text = tell(detail[field], detail);
    const key = `detail.${field}`;
    return text !== null && isKey(key) ? [{ name: t(key), text }] : [];
  });
}
