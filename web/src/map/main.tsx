/* SPDX-License-Identifier: Apache-2.0 */
import { start } from '../page/start';
import { MapPage } from './MapPage';

void start(MapPage);
