/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeping a province on the device: nothing before it is asked for; then the page, its map
 * and the public services work without a line; it ends after 30 days, or by one button.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { open } from './browser.mjs';
import { gazetteer, services } from './fixture.mjs';

const DAY_MS = 24 * 60 * 60 * 1000;
const NO_LINE = /ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to fetch/;

let site;

before(async () => {
    site = await open({ services, prepare: gazetteer });
});
after(() => site?.close());

async function choose(page, name) {
    const field = page.getByRole('combobox').first();
    await field.fill(name);
    await page.locator('[role=listbox] [role=option]').first().click();
}

/* Asks for a place and waits for the answer. */
async function ask(page, name) {
    await choose(page, name);
    await page.getByRole('button', { name: 'Show services' }).click();
    await page.locator('.answer .count').waitFor();
}

async function keepWestmark(page) {
    await ask(page, 'Westmark');
    await page.getByRole('button', { name: /^Keep Westmark/ }).click();
    await page.getByText(/Westmark is kept on this device until/).waitFor({ timeout: 30_000 });
}

const stored = (page) =>
    page.evaluate(async () => {
        const all = { workers: (await navigator.serviceWorker.getRegistrations()).length };
        for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            all[name] = (await cache.keys()).map((r) => new URL(r.url).pathname);
        }
        return all;
    });

const read = (page, address) =>
    page.evaluate(async (a) => {
        const cache = await caches.open('kept');
        return (await cache.match(a, { ignoreSearch: true, ignoreVary: true })).text();
    }, address);

async function setAge(page, days) {
    await page.evaluate(async (at) => {
        const cache = await caches.open('kept');
        const about = await (await cache.match('/kept/about.json')).json();
        await cache.put('/kept/about.json', new Response(JSON.stringify({ ...about, at })));
    }, new Date(Date.now() - days * DAY_MS).toISOString());
}

test('what is kept: the page in its language, the map, the public services of the province',
    async () => {
        await site.visit({ path: '/?lang=en' }, async (page, tab) => {
            assert.deepEqual(await stored(page), { workers: 0 });
            await keepWestmark(page);
            const { workers, kept } = await stored(page);
            assert.equal(workers, 1);
            assert.ok(kept.includes('/'));
            assert.equal(kept.filter((p) => /^\/assets\/(en|km|lo)\./.test(p)).length, 1);
            const tiles = kept.filter((p) => /^\/tiles\/basemap\/\d/.test(p));
            assert.ok(tiles.length > 10 && tiles.length <= 300, `${tiles.length} tiles`);
            assert.ok(tiles.some((p) => p.startsWith('/tiles/basemap/8/')));
            const list = JSON.parse(await read(page, '/kept/services.json'));
            const names = list.map((s) => s.name).sort();
            const expected = ['Service ford', 'Service line', 'Service mill', 'Service mind'];
            assert.deepEqual(names, expected);
            assert.deepEqual(list.find((s) => s.name === 'Service ford').genders, ['female']);
            const about = JSON.parse(await read(page, '/kept/about.json'));
            assert.ok(Math.abs(Date.parse(about.at) - Date.now()) < 60_000);
            assert.equal(about.services, 4);
            for (const path of kept) {
                assert.doesNotMatch(await read(page, path), /qzwhidden|999 999/, path);
            }
            const html = await page.evaluate(async () => {
                const page = await (await caches.open('kept')).match('/', {
                    ignoreSearch: true, ignoreVary: true,
                });
                return page.headers.get('Content-Security-Policy');
            });
            assert.match(html, /^default-src 'none'; script-src 'self';/);
            await tab.axe();
            await tab.shot('offline-kept', { fullPage: true });
        });
    });

test('without a line the page opens, and finds what is kept', async () => {
    await site.visit({ path: '/?lang=en', size: 'phone' }, async (page, tab) => {
        tab.expect(NO_LINE);
        await keepWestmark(page);
        await tab.context.setOffline(true);
        await page.goto('/');
        await page.getByText(/Westmark is kept/).waitFor();
        await ask(page, 'westm');
        await page.getByText(/No connection\. What was kept on/).waitFor();
        const text = await page.locator('.answer').textContent();
        for (const name of ['Service ford', 'Service mill', 'Service mind']) {
            assert.ok(text.includes(name), name);
        }
        assert.ok(!text.includes('Service east'));
        await tab.axe();
        await tab.shot('offline-answer', { fullPage: true });
    });
});

test('one button deletes all of it', async () => {
    await site.visit({ path: '/?lang=en' }, async (page) => {
        await keepWestmark(page);
        await page.getByRole('button', { name: 'Delete from this device' }).click();
        await page.getByText('Deleted. Nothing is kept on this device.').waitFor();
        assert.deepEqual(await stored(page), { workers: 0 });
        await page.reload();
        assert.deepEqual(await stored(page), { workers: 0 });
    });
});

test('another province takes its place', async () => {
    await site.visit({ path: '/?lang=en' }, async (page) => {
        await keepWestmark(page);
        await page.goto('/?lang=en');
        await ask(page, 'Eastmark');
        await page.getByRole('button', { name: /^Keep Eastmark/ }).click();
        await page.getByText(/Eastmark is kept/).waitFor({ timeout: 30_000 });
        const list = await read(page, '/kept/services.json');
        assert.ok(list.includes('Service east') && !list.includes('Service ford'));
    });
});

describe('after 30 days', () => {
    const until = async (page, holds) => {
        const end = Date.now() + 5000;
        while (!(await holds(await stored(page)))) {
            assert.ok(Date.now() < end, JSON.stringify(await stored(page)));
            await page.waitForTimeout(50);
        }
    };
    const isGone = (s) => s.workers === 0 && s.kept === undefined;

    test('the next load deletes it', async () => {
        await site.visit({ path: '/?lang=en' }, async (page) => {
            await keepWestmark(page);
            await setAge(page, 29.9);
            await page.reload();
            await page.getByText(/Westmark is kept/).waitFor();
            await setAge(page, 30.1);
            await page.reload();
            await until(page, isGone);
        });
    });

    test('so it does without a line, and where a clock was put back', async () => {
        await site.visit({ path: '/?lang=en' }, async (page, tab) => {
            tab.expect(NO_LINE);
            await keepWestmark(page);
            await setAge(page, -2);
            await tab.context.setOffline(true);
            await assert.rejects(page.goto('/'));
            await tab.context.setOffline(false);
            await page.goto('/');
            await until(page, isGone);
        });
    });
});

test('a line that breaks while keeping leaves nothing', async () => {
    await site.visit({ path: '/?lang=en' }, async (page, tab) => {
        tab.expect(NO_LINE);
        await ask(page, 'Westmark');
        await page.route('**/tiles/basemap/8/**', (route) => route.abort());
        await page.getByRole('button', { name: /^Keep Westmark/ }).click();
        await page.getByText('It could not be saved.').waitFor({ timeout: 30_000 });
        assert.deepEqual(await stored(page), { workers: 0 });
    });
});
