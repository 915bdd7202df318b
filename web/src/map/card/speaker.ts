/* SPDX-License-Identifier: Apache-2.0
 *
 * A second language beside that of the page: a card speaks both.
 */
import { IntlMessageFormat } from 'intl-messageformat';

import { isLanguage, LANGUAGES, type Catalogue, type Key, type Values } from '../../i18n';

export interface Speaker {
  language: string;
  t: (key: Key, values?: Values) => string;
  label: (vocabulary: string, code: string) => string;
  list: (items: string[]) => string;
  date: (day: Date) => string;
}

function speakerOf(language: string, { messages, labels }: Catalogue): Speaker {
  const known = Intl.ListFormat.supportedLocalesOf([language]).length > 0;
  return {
    language,
    t: (key, values = {}) => {
      const message = messages[key] ?? '';
      return typeof message === 'string'
        ? message
        : String(
            new IntlMessageFormat(message, language, undefined, { ignoreTag: true }).format(
              values,
            ),
          );
    },
    label: (vocabulary, code) => labels[vocabulary]?.[code] ?? code,
    list: (items) =>
      known ? new Intl.ListFormat(language, { type: 'conjunction' }).format(items) : items.join(', '),
    date: (day) =>
      new Intl.DateTimeFormat(known ? language : 'en-GB', {
        dateStyle: known ? 'long' : 'short',
      }).format(day),
  };
}

export async function speakerFor(language: string): Promise<Speaker | null> {
  if (!isLanguage(language)) {
    return null;
  }
  return speakerOf(language, (await LANGUAGES[language].load()).default);
}
