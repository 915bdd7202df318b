/* SPDX-License-Identifier: Apache-2.0 */
import { start } from '../page/start';
import { MapPage } from './MapPage';

if (new URLSearchParams(window.location.search).get('embed') === '1') {
  document.documentElement.classList.add('embed');
}
void start(MapPage);
