/* SPDX-License-Identifier: Apache-2.0
 *
 * How scripts and styles are bundled. make/build.mjs calls it twice: for browsers, and
 * (`ssr`) for drawing the pages at build time.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// @ts-expect-error: a plain script
import { catalogues } from './make/catalogues.mjs';
// @ts-expect-error: a plain script
import { PAGES } from './make/languages.mjs';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ isSsrBuild }) => ({
  root: at('.'),
  base: '/',
  publicDir: false,
  plugins: [catalogues()],
  resolve: {
    alias: {
      '@fonts': process.env.HAVEN_FONTS ?? at('../build/fonts'),
      '@formatjs/icu-messageformat-parser': at(
        'node_modules/@formatjs/icu-messageformat-parser/no-parser.js',
      ),
    },
  },
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  ssr: { noExternal: true },
  build: {
    target: ['es2020', 'chrome80', 'firefox78', 'safari14'],
    manifest: !isSsrBuild,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rollupOptions: {
      input: isSsrBuild
        ? { draw: at('src/page/draw.tsx') }
        : Object.fromEntries(
            PAGES.map((p: { name: string; entry: string }) => [p.name, at(p.entry)]),
          ),
      output: isSsrBuild
        ? { entryFileNames: '[name].mjs' }
        : {
            entryFileNames: 'assets/[name].[hash].js',
            chunkFileNames: 'assets/[name].[hash].js',
            assetFileNames: 'assets/[name].[hash][extname]',
          },
    },
  },
}));
