/* SPDX-License-Identifier: Apache-2.0
 *
 * The languages of the pages, in the order of the links, and the pages.
 */
export const LANGUAGES = ['en', 'km', 'lo', 'my', 'th', 'vi', 'zh', 'id'];

/* name: of its HTML file; path: its address; entry: its script; view: its component, which
 * is drawn at build time too. */
export const PAGES = [
  { name: 'index', path: '/', entry: 'src/map/main.tsx', view: 'src/map/MapPage.tsx' },
];
