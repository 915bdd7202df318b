/* SPDX-License-Identifier: Apache-2.0
 *
 * The public map.
 */
import { t } from '../i18n';

export function MapPage() {
  return <h1>{t('page.title')}</h1>;
}
