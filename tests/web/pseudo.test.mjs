/* SPDX-License-Identifier: Apache-2.0
 *
 * The page in the language for tests (web/make/pseudo.mjs), which takes the place of the
 * English catalogue in the browser: all that it says is from the catalogue, and there is
 * room for words that are 40 % longer.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { catalogue } from '../../web/make/catalogues.mjs';
import { pseudo } from '../../web/make/pseudo.mjs';
import { open } from './browser.mjs';

const ENGLISH = catalogue('en');
const PSEUDO = pseudo(ENGLISH);
const MODULE = `export default ${JSON.stringify(PSEUDO)};`;
const CATALOGUE = [...Object.values(ENGLISH.messages), ...Object.values(PSEUDO.messages)];

let site;

before(async () => {
    site = await open();
});
after(() => site?.close());

const prepare = (page) =>
    page.route(/\/assets\/en\.[^/]+\.js$/, (route) =>
        route.fulfill({ contentType: 'text/javascript', body: MODULE }),
    );

/* Texts with words of plain English letters; how languages call themselves stays out. */
const plainTexts = (page) =>
    page.evaluate(() => {
        const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const found = [];
        while (nodes.nextNode()) {
            const { data, parentElement: e } = nodes.currentNode;
            if (/[a-pr-z]{2}/i.test(data) && !e.closest('script, noscript, a[hreflang]')) {
                found.push(data);
            }
        }
        return found;
    });

/* What is told by attributes: those that were in the HTML stay in English until drawn anew,
 * but they are of the catalogue too. */
const toldTexts = (page) =>
    page.evaluate(() =>
        ['aria-label', 'title', 'placeholder', 'alt'].flatMap((name) =>
            [...document.querySelectorAll(`body [${name}]`)].map((e) => e.getAttribute(name)),
        ),
    );

describe('longer words', () => {
    for (const size of ['narrow', 'phone', 'desktop']) {
        test(`fit on a ${size}, and none is written in the program`, async () => {
            await site.visit({ size, path: '/?lang=en', prepare }, async (page, tab) => {
                tab.expect(/basemap\.json|404 \(Not Found\)/); /* there is none here */
                await page.waitForFunction(() =>
                    document.querySelector('main h1')?.textContent.startsWith('['),
                );
                for (const details of await page.$$('details')) {
                    await details.evaluate((e) => e.setAttribute('open', ''));
                }
                await tab.fits();
                assert.deepEqual(await plainTexts(page), []);
                const told = await toldTexts(page);
                assert.ok(told.length >= 5);
                assert.deepEqual(told.filter((text) => !CATALOGUE.includes(text)), []);
                await tab.shot(`pseudo-${size}`);
            });
        });
    }
});
