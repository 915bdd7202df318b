/* SPDX-License-Identifier: Apache-2.0
 *
 * Brings a page to life in the browser: loads what its language says, takes over what was
 * drawn at build time, and changes the language in place, so that nothing that was chosen
 * is lost and no entry is added to the history.
 */
import { hydrate, render, type ComponentType } from 'preact';

import { isLanguage, speak, t, type Language } from '../i18n';
import { kept } from '../offline/keep';
import { listenForExit } from './exit';
import { Shell } from './Shell';

import '@fonts/fonts.css';
import '../../styles/main.css';

export async function start(View: ComponentType): Promise<void> {
  const root = document.getElementById('page');
  const link = document.querySelector<HTMLAnchorElement>('a[data-exit]');
  const asked = document.documentElement.lang;
  if (root === null) {
    throw new Error('no element #page');
  }
  const exit = link?.getAttribute('href') ?? 'about:blank';
  listenForExit();
  void kept().catch(() => undefined); /* deletes what was kept for too long, if anything */
  await speak(isLanguage(asked) ? asked : 'en');

  const page = () => (
    <Shell exit={exit} onLanguage={(to) => void change(to)}>
      <View />
    </Shell>
  );
  async function change(to: Language) {
    await speak(to);
    document.documentElement.lang = to;
    document.title = t('page.title');
    const address = new URL(window.location.href);
    address.searchParams.set('lang', to);
    history.replaceState(history.state, '', address);
    render(page(), root as HTMLElement);
  }
  hydrate(page(), root);
}
