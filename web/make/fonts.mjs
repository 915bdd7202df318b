/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes the fonts of the pages, for scripts that a device may not know:
 *
 *     node web/make/fonts.mjs OUT
 *
 * from Debian's fonts-noto-core, cut to the blocks of each script by pyftsubset (fonttools),
 * with everything that shapes kept, as woff2. OUT/fonts.css names them with the ranges in
 * which they are wanted: a browser fetches one when a text has a letter of its script, and
 * the device has no such font. A few more hold just the letters of the language links, so
 * that these can be read on every page and cost little.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const FROM = '/usr/share/fonts/truetype/noto';

/* `local`: fonts of systems that serve as well. None for Burmese: on many telephones the
 * font of that name is made for another encoding (Zawgyi), and shows Unicode as nonsense.
 * `link`: how the language calls itself. */
export const SCRIPTS = [
  {
    name: 'Khmer',
    language: 'km',
    ranges: ['1780-17FF', '19E0-19FF'],
    local: ['Noto Sans Khmer', 'Leelawadee UI', 'Khmer Sangam MN'],
    link: 'ខ្មែរ',
  },
  {
    name: 'Lao',
    language: 'lo',
    ranges: ['0E80-0EFF'],
    local: ['Noto Sans Lao', 'Leelawadee UI', 'Lao Sangam MN'],
    link: 'ລາວ',
  },
  {
    name: 'Myanmar',
    language: 'my',
    ranges: ['1000-109F', 'A9E0-A9FF', 'AA60-AA7F'],
    local: [],
    link: 'မြန်မာ',
  },
  {
    name: 'Thai',
    language: 'th',
    ranges: ['0E00-0E7F'],
    local: ['Noto Sans Thai', 'Leelawadee UI', 'Thonburi'],
    link: 'ไทย',
  },
];

const WEIGHTS = [
  { name: 'Regular', css: 400 },
  { name: 'Bold', css: 700 },
];

/* Joiners, and the circle under a mark that stands alone. */
const COMMON = ['200B-200D', '25CC'];

function subset(source, target, what) {
  if (!existsSync(source)) {
    throw new Error(`${source} is missing: apt-get install fonts-noto-core`);
  }
  execFileSync('pyftsubset', [
    source,
    `--output-file=${target}`,
    '--flavor=woff2',
    '--layout-features=*',
    '--name-IDs=0,1,2,13,14', /* with its copyright and licence */
    '--no-hinting',
    '--desubroutinize',
    ...what,
  ]);
}

const rangeOf = (ranges) => ranges.map((r) => `U+${r}`).join(', ');

function face({ family, weight, file, local, ranges }) {
  const names = local.flatMap((n) => (weight.css === 700 ? [`${n} Bold`] : [n, `${n} Regular`]));
  const sources = [...names.map((n) => `local('${n}')`), `url('./${file}') format('woff2')`];
  return `@font-face {
  font-family: '${family}';
  font-weight: ${weight.css};
  font-display: swap;
  src: ${sources.join(', ')};
  unicode-range: ${rangeOf(ranges)};
}
`;
}

function main(out) {
  mkdirSync(out, { recursive: true });
  const css = ['/* SPDX-License-Identifier: OFL-1.1 (the fonts) */\n'];
  for (const { name, ranges, local, link } of SCRIPTS) {
    for (const weight of WEIGHTS) {
      const source = join(FROM, `NotoSans${name}-${weight.name}.ttf`);
      const whole = `${name}-${weight.name}.woff2`.toLowerCase();
      subset(source, join(out, whole), [`--unicodes=${[...ranges, ...COMMON].join()}`]);
      css.push(face({ family: `Page ${name}`, weight, file: whole, local, ranges }));
    }
    const file = `${name}-link.woff2`.toLowerCase();
    subset(join(FROM, `NotoSans${name}-Regular.ttf`), join(out, file), [`--text=${link}`]);
    css.push(face({ family: 'Page Links', weight: WEIGHTS[0], file, local, ranges }));
  }
  writeFileSync(join(out, 'fonts.css'), css.join('\n'));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.length !== 3) {
    console.error('usage: node web/make/fonts.mjs OUT');
    process.exit(2);
  }
  main(process.argv[2]);
}
