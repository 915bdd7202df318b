/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTML around a page. No script and no style stands in it: the policy of the server
 * takes none. `data-keep` names what the page needs without a line (src/offline/keep.ts).
 */
import { LANGUAGES } from './languages.mjs';

const ESCAPED = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text) => text.replace(/[&<>"]/g, (c) => ESCAPED[c]);

export function pageHtml({ page, language, drawn, files }) {
  const [entry, ...others] = files.scripts;
  const lines = [
    '<!doctype html>',
    `<html lang="${language}">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="format-detection" content="telephone=no">',
    `<title>${escape(drawn.title)}</title>`,
    `<meta name="description" content="${escape(drawn.description)}">`,
    ...files.styles.map((f) => `<link rel="stylesheet" href="/${f}">`),
    `<script type="module" src="/${entry}"></script>`,
    ...[...others, files.spoken].map((f) => `<link rel="modulepreload" href="/${f}">`),
    '<link rel="icon" href="/favicon.ico" sizes="32x32">',
    '<link rel="icon" href="/favicon.svg" type="image/svg+xml">',
    '<link rel="manifest" href="/manifest.webmanifest">',
    ...LANGUAGES.map(
      (l) => `<link rel="alternate" hreflang="${l}" href="${page.path}?lang=${l}">`,
    ),
    '</head>',
    '<body>',
    `<noscript><p class="no-script">${escape(drawn.noScript)}</p></noscript>`,
    `<div id="page" data-keep="${files.keep.map((f) => `/${f}`).join(' ')}">${drawn.body}</div>`,
    '</body>',
    '</html>',
  ];
  return `${lines.join('\n')}\n`;
}
