/* SPDX-License-Identifier: Apache-2.0
 *
 * What all pages share: the way out first, the languages as links, the page, the footer.
 * It is drawn at build time too, so it must not touch the browser while it is drawn.
 */
import type { ComponentChildren } from 'preact';

import { isLanguage, language, LANGUAGES, t, type Language } from '../i18n';
import { leave } from './exit';

interface Props {
  exit: string; /* address of the page to leave to */
  onLanguage: (language: Language) => void;
  children: ComponentChildren;
}

function Exit({ exit }: { exit: string }) {
  return (
    <a
      class="exit"
      href={exit}
      data-exit
      rel="noreferrer"
      title={t('exit.hint')}
      onClick={(e) => {
        e.preventDefault();
        leave();
      }}
    >
      {t('exit.button')}
    </a>
  );
}

function Languages({ onLanguage }: { onLanguage: Props['onLanguage'] }) {
  return (
    <nav class="languages" aria-label={t('page.languages')}>
      <ul>
        {Object.entries(LANGUAGES).map(([code, { name }]) => (
          <li key={code}>
            <a
              href={`?lang=${code}`}
              lang={code}
              hreflang={code}
              aria-current={code === language() ? 'true' : undefined}
              onClick={(e) => {
                const plain = !(e.ctrlKey || e.metaKey || e.shiftKey || e.altKey);
                if (plain && isLanguage(code)) {
                  e.preventDefault();
                  onLanguage(code);
                }
              }}
            >
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

export function Shell({ exit, onLanguage, children }: Props) {
  return (
    <>
      <a class="skip" href="#content">
        {t('page.skip')}
      </a>
      <header class="top">
        <p class="brand">{t('page.brand')}</p>
        <Exit exit={exit} />
        <Languages onLanguage={onLanguage} />
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <footer class="bottom">
        <p>{t('footer.private')}</p>
        <p>{t('exit.hint')}</p>
      </footer>
    </>
  );
}
