/* SPDX-License-Identifier: Apache-2.0
 *
 * The languages of the pages: how each calls itself, and where its catalogue is. Each is a
 * file of its own, so that a page loads only the one that it speaks.
 */
import type { Catalogue } from './index';

type Load = () => Promise<{ default: Catalogue }>;

export const LANGUAGES = {
  en: { name: 'English', load: (() => import('virtual:catalogue/en')) as Load },
  km: { name: 'ខ្មែរ', load: (() => import('virtual:catalogue/km')) as Load },
  lo: { name: 'ລາວ', load: (() => import('virtual:catalogue/lo')) as Load },
  my: { name: 'မြန်မာ', load: (() => import('virtual:catalogue/my')) as Load },
  th: { name: 'ไทย', load: (() => import('virtual:catalogue/th')) as Load },
  vi: { name: 'Tiếng Việt', load: (() => import('virtual:catalogue/vi')) as Load },
  zh: { name: '中文', load: (() => import('virtual:catalogue/zh')) as Load },
  id: { name: 'Bahasa Indonesia', load: (() => import('virtual:catalogue/id')) as Load },
};

export type Language = keyof typeof LANGUAGES;

export const isLanguage = (code: string): code is Language => Object.hasOwn(LANGUAGES, code);
