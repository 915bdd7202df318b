/* SPDX-License-Identifier: Apache-2.0
 *
 * Draws pages at build time (make/build.mjs): what the first paint shows, without a script.
 */
import { renderToString } from 'preact-render-to-string';
import type { ComponentType } from 'preact';

import { speak, t, type Language } from '../i18n';
import { MapPage } from '../map/MapPage';
import { Shell } from './Shell';

const VIEWS: Record<string, ComponentType> = { index: MapPage };

export interface Drawn {
  body: string;
  title: string;
  description: string;
  noScript: string;
}

export async function draw(page: string, language: Language, exit: string): Promise<Drawn> {
  const View = VIEWS[page];
  if (View === undefined) {
    throw new Error(`no view for the page ${page}`);
  }
  await speak(language);
  const body = renderToString(
    <Shell exit={exit} onLanguage={() => undefined}>
      <View />
    </Shell>,
  );
  return {
    body,
    title: t('page.title'),
    description: t('page.description'),
    noScript: t('page.no_script'),
  };
}
