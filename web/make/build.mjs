/* SPDX-License-Identifier: Apache-2.0
 *
 * Builds the pages:
 *
 *     node web/make/build.mjs OUT FONTS SCRATCH
 *
 * OUT gets what the server reads at start (server/api/pages.c): scripts and styles with a
 * hash in their names, one HTML file a page and language, each with its gzip and brotli
 * form where that is shorter, and `list.tsv`, which names them all. FONTS holds what
 * make/fonts.mjs made. EXIT_URL in the environment is where the way out leads; without it
 * to an empty page. OUT is put in place whole, or stays as it was.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { build } from 'vite';

import { WEB } from './catalogues.mjs';
import { SCRIPTS } from './fonts.mjs';
import { pageHtml } from './html.mjs';
import { LANGUAGES, PAGES } from './languages.mjs';

const MEDIA = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
const PACKED = ['.ico', '.png', '.woff2']; /* already */

const EMPTY = 'about:blank';

/* Where the way out leads: an https: page, or an empty one. */
export function exitAddress(given = '') {
  if (given === '' || given === EMPTY) {
    return EMPTY;
  }
  const url = new URL(given); /* throws on what is none */
  if (url.protocol !== 'https:' || url.username || url.password) {
    throw new Error(`EXIT_URL must be an https: address without a name: ${given}`);
  }
  return url.href;
}

async function bundle(outDir, ssr) {
  await build({
    configFile: join(WEB, 'vite.config.ts'),
    root: WEB,
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true, ...(ssr ? { ssr: true } : {}) },
  });
}

/* The service worker is one file that imports nothing. */
async function bundleWorker(outDir) {
  await build({
    configFile: false,
    root: WEB,
    logLevel: 'warn',
    publicDir: false,
    esbuild: { legalComments: 'none' },
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2020',
      rollupOptions: {
        input: join(WEB, 'src/service-worker.ts'),
        output: { entryFileNames: 'service-worker.js', inlineDynamicImports: true },
      },
    },
  });
}

const isCatalogue = (key) => key.includes('catalogue/');

/* The chunks that one needs: by static imports, or by all but those of other languages. */
function chunksOf(manifest, entry, links, seen = new Set()) {
  if (!seen.has(entry)) {
    seen.add(entry);
    links(manifest[entry]).forEach((key) => chunksOf(manifest, key, links, seen));
  }
  return [...seen].map((key) => manifest[key]);
}

/* What a page of a language loads: its scripts and styles, its catalogue, and all that it
 * needs when it is kept without a line. */
function filesOf(manifest, entry, language) {
  const spoken = Object.keys(manifest).find((key) => key.endsWith(`catalogue/${language}`));
  if (!spoken) {
    throw new Error(`the bundle has no catalogue of ${language}`);
  }
  const first = chunksOf(manifest, entry, (c) => c.imports ?? []);
  const all = chunksOf(manifest, entry, (c) => [
    ...(c.imports ?? []),
    ...(c.dynamicImports ?? []).filter((key) => !isCatalogue(key) || key === spoken),
  ]);
  const script = SCRIPTS.find((s) => s.language === language)?.name.toLowerCase();
  const fonts = all
    .flatMap((c) => c.assets ?? [])
    .filter((f) => f.includes('-link.') || (script && f.includes(`/${script}-`)));
  const css = (chunks) => chunks.flatMap((c) => c.css ?? []);
  return {
    scripts: first.map((c) => c.file),
    styles: css(first),
    spoken: manifest[spoken].file,
    keep: [...new Set([...all.map((c) => c.file), ...css(all), ...fonts])],
  };
}

async function drawPages(out, scratch) {
  const manifest = JSON.parse(readFileSync(join(out, '.vite/manifest.json'), 'utf8'));
  const { draw } = await import(pathToFileURL(join(scratch, 'draw.mjs')));
  const exit = exitAddress(process.env.EXIT_URL);
  const rows = [];
  for (const page of PAGES) {
    for (const language of LANGUAGES) {
      const drawn = await draw(page.name, language, exit);
      const files = filesOf(manifest, page.entry, language);
      const name = `${page.name}.${language}.html`;
      writeFileSync(join(out, name), pageHtml({ page, language, drawn, files }));
      rows.push({ address: page.path, file: name, kind: 'page', language });
    }
  }
  return rows;
}

/* Writes the shorter forms of a file; returns their names: "br gzip", or "-". */
function pack(path) {
  if (PACKED.includes(extname(path))) {
    return '-';
  }
  const plain = readFileSync(path);
  const forms = {
    br: brotliCompressSync(plain, {
      params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
    }),
    gzip: gzipSync(plain, { level: 9 }),
  };
  const shorter = Object.entries(forms).filter(([, b]) => b.length < plain.length);
  shorter.forEach(([name, bytes]) => writeFileSync(`${path}.${name}`, bytes));
  return shorter.map(([name]) => name).join(' ') || '-';
}

function listOf(out, rows) {
  const lines = rows.map(({ address, file, kind, language }) => {
    const media = MEDIA[extname(file)];
    if (!media) {
      throw new Error(`${file}: no media type is known for ${extname(file)}`);
    }
    return [address, file, kind, media, language ?? '-', pack(join(out, file))].join('\t');
  });
  writeFileSync(join(out, 'list.tsv'), `${lines.join('\n')}\n`);
}

async function main(outGiven, fontsGiven, scratchGiven) {
  const [out, fonts, scratch] = [outGiven, fontsGiven, scratchGiven].map((p) => resolve(p));
  process.env.HAVEN_FONTS = fonts;
  const next = `${out}.next`;
  await bundle(next, false);
  await bundleWorker(next);
  await bundle(scratch, true);
  const rows = await drawPages(next, scratch);
  rmSync(join(next, '.vite'), { recursive: true });
  const root = join(WEB, 'public');
  for (const file of readdirSync(root)) {
    cpSync(join(root, file), join(next, file));
    rows.push({ address: `/${file}`, file, kind: 'file' });
  }
  rows.push({ address: '/service-worker.js', file: 'service-worker.js', kind: 'file' });
  for (const file of readdirSync(join(next, 'assets'))) {
    rows.push({ address: `/assets/${file}`, file: `assets/${file}`, kind: 'asset' });
  }
  listOf(next, rows);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(join(out, '..'), { recursive: true });
  renameSync(next, out);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.length !== 5) {
    console.error('usage: node web/make/build.mjs OUT FONTS SCRATCH');
    process.exit(2);
  }
  await main(...process.argv.slice(2));
}
