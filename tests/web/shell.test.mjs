/* SPDX-License-Identifier: Apache-2.0
 *
 * What all pages share: languages, the way out, what is left of a visit.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { LANGUAGES, open } from './browser.mjs';

let site;

before(async () => {
    site = await open();
});
after(() => site?.close());

const language = (page) => page.evaluate(() => document.documentElement.lang);

describe('languages', () => {
    for (const lang of LANGUAGES) {
        for (const size of ['phone', 'narrow', 'desktop']) {
            test(`${lang} on a ${size}`, async () => {
                await site.visit({ size, path: `/?lang=${lang}` }, async (page, tab) => {
                    assert.equal(await language(page), lang);
                    await page.waitForFunction(() => document.querySelector('main h1'));
                    await tab.fits();
                    await tab.shot(`shell-${lang}-${size}`);
                    await tab.axe();
                });
            });
        }
    }

    test('that of the browser, where none is asked for', async () => {
        await site.visit({ locale: 'th-TH' }, async (page) => {
            assert.equal(await language(page), 'th');
        });
        await site.visit({ locale: 'fr-FR' }, async (page) => {
            assert.equal(await language(page), 'en');
        });
    });
});
