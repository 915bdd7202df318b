/* SPDX-License-Identifier: Apache-2.0
 *
 * The map page: what somebody asks, the list and the map that answer, what is left of it
 * (nothing), and every state in every language, light and dark, without a fault that axe
 * knows.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { root } from '../http/haven.mjs';
import { LANGUAGES, open } from './browser.mjs';
import { demo, MADE_UP } from './vientiane.mjs';

const SHOTS = join(root, 'build/screenshots');
const SETTLED_MS = 1200; /* tiles are drawn, nothing moves */

let site;
let demoSite;
let frame; /* a page of another host that frames ours */

before(async () => {
    mkdirSync(SHOTS, { recursive: true });
    frame = createServer((_, response) => {
        response.setHeader('Content-Type', 'text/html');
        response.end(`<!doctype html><title>frame</title><iframe id="it" title="services"
            width="360" height="560" src="${site.origin}/?embed=1&lang=en"></iframe>`);
    });
    await new Promise((done) => frame.listen(0, '127.0.0.1', done));
    const embed = `http://127.0.0.1:${frame.address().port}`;
    site = await open({ ...MADE_UP, args: ['--embed', embed] });
    demoSite = await open(demo(site));
});
after(async () => {
    frame?.close();
    await demoSite?.close();
    await site?.close();
});

const rows = (page) => page.locator('.suggestions [role=option]');

const field = (page) => page.getByRole('combobox').first();

async function choose(page, text = 'vientiane', row = 1) {
    page.setDefaultTimeout(10_000);
    await field(page).fill(text);
    await rows(page).nth(row).click();
}

const need = (page, index) => page.locator('.needs input').nth(index).check();
const HOUSING = 0;
const HEALTH = 1;

const search = (page) => page.locator('.go button[type=submit]').click();

async function answered(page) {
    await page.locator('.answer h2:focus').waitFor();
}

async function ask(page, { text, row, needs = [HEALTH] } = {}) {
    await choose(page, text, row);
    for (const index of needs) {
        await need(page, index);
    }
    await search(page);
    await answered(page);
}

async function person(page, { gender = 1, age = '19' } = {}) {
    await page.locator('.person > summary').click();
    await page.locator('.gender input').nth(gender).check();
    await page.locator('.age').fill(age);
}

async function mapShown(page) {
    await page.locator('.map-panel').scrollIntoViewIfNeeded();
    await page.locator('.map-frame.ready').waitFor();
    await page.waitForTimeout(SETTLED_MS);
}

/* What the map says: each sign's members, by number. */
async function onMap(page) {
    const names = await page.locator('.signs button').evaluateAll((all) =>
        all.map((b) => b.getAttribute('aria-label')),
    );
    return names.flatMap((n) => [...n.matchAll(/(\d+) (Made-up service \w+|Mental[^,]*?unit)/g)])
        .map(([, number, name]) => `${number} ${name}`)
        .sort();
}

/* What the list says: the number and the name of each that has a number. */
const inList = (page) =>
    page.locator('.group h4:has(.number)').evaluateAll((all) =>
        all.map((h) => [...h.children].map((c) => c.innerText.trim()).join(' ')).sort(),
    );

/* Pixels of the map that differ from its commonest colour: something is drawn. */
const drawn = (page) =>
    page.locator('.map canvas').first().evaluate((canvas) => {
        const { data } = canvas.getContext('2d')
            .getImageData(0, 0, canvas.width, canvas.height);
        const colours = new Map();
        for (let i = 0; i < data.length; i += 4 * 97) {
            const colour = data.slice(i, i + 4).join();
            colours.set(colour, (colours.get(colour) ?? 0) + 1);
        }
        return colours.size;
    });

describe('the question', () => {
    test('"vientiane" and health on the demo directory: list and map agree', async () => {
        for (const size of ['phone', 'desktop']) {
            await demoSite.visit({ size, path: '/?lang=en' }, async (page, tab) => {
                await ask(page);
                assert.match(await page.locator('.outcome').innerText(), /may fit/);
                await mapShown(page);
                const list = await inList(page);
                assert.equal(list.length, 2);
                assert.deepEqual(await onMap(page), list);
                assert.ok((await drawn(page)) > 3, 'land, borders and names are drawn');
                await tab.fits();
                await tab.axe();
                await tab.shot(`map-demo-${size}`);
            });
        }
    });

    test('by keyboard alone', async () => {
        await site.visit({ path: '/?lang=en' }, async (page) => {
            await field(page).focus();
            await page.keyboard.type('vientiane');
            await rows(page).first().waitFor();
            await page.keyboard.press('ArrowDown');
            await page.keyboard.press('ArrowDown');
            const active = await field(page).getAttribute('aria-activedescendant');
            const option = page.locator(`[id="${active}"]`);
            assert.equal(await option.getAttribute('aria-selected'), 'true');
            assert.match(await option.innerText(), /Vientiane/);
            await page.keyboard.press('Enter');
            assert.equal(await field(page).inputValue(), 'Vientiane');
            assert.equal(await rows(page).count(), 0);
            const tabTo = async (name) => {
                for (let i = 0; i < 40; i++) {
                    await page.keyboard.press('Tab');
                    const at = await page.evaluate(() => document.activeElement.closest('label')
                        ?.innerText ?? document.activeElement.innerText);
                    if (at?.includes(name)) {
                        return;
                    }
                }
                assert.fail(`Tab never comes to ${name}`);
            };
            await tabTo('Health care');
            await page.keyboard.press('Space');
            await tabTo('Show services');
            await page.keyboard.press('Enter');
            await answered(page);
            await tabTo('Details');
            await page.keyboard.press('Enter');
            await page.locator('.stated').first().waitFor();
            /* the map: to it, nearer, along, and a place chosen in its middle */
            await mapShown(page);
            await page.locator('.map').focus();
            const before = await page.locator('.signs li').first().evaluate((e) => e.style.transform);
            await page.keyboard.press('ArrowRight');
            await page.waitForTimeout(600);
            const moved = await page.locator('.signs li').first().evaluate((e) => e.style.transform);
            assert.notEqual(moved, before);
            await page.keyboard.press('Enter');
            assert.equal(await field(page).inputValue(), 'the point on the map');
        });
    });

    test('Escape closes the suggestions, then empties the field', async () => {
        await site.visit({ path: '/?lang=en' }, async (page) => {
            await field(page).fill('vientiane');
            await rows(page).first().waitFor();
            await field(page).press('Escape');
            assert.equal(await rows(page).count(), 0);
            assert.equal(await field(page).inputValue(), 'vientiane');
            await field(page).press('Escape');
            assert.equal(await field(page).inputValue(), '');
        });
    });

    test('without a place it says so, there', async () => {
        await site.visit({ path: '/?lang=en' }, async (page, tab) => {
            await search(page);
            assert.match(await page.locator('.place .fault').innerText(), /First say where/);
            assert.equal(await field(page).getAttribute('aria-invalid'), 'true');
            await page.locator('.place input:focus').waitFor();
            await tab.axe();
            await tab.shot('map-no-place');
        });
    });

    test('an age that is none is refused; one in the digits of the region is read', async () => {
        await site.visit({ path: '/?lang=en' }, async (page) => {
            await choose(page);
            await person(page, { age: 'young' });
            await search(page);
            assert.match(await page.locator('.person .fault').innerText(), /Write the age/);
            const asked = page.waitForRequest((r) => r.url().endsWith('/nearest'));
            await page.locator('.age').fill('១៥-១៧');
            await search(page);
            assert.equal((await asked).postDataJSON().age, '15-17');
        });
    });

    test('what is asked of a person leaves by POST only and nothing of it stays', async () => {
        await site.visit({ path: '/?lang=en' }, async (page, tab) => {
            await choose(page);
            await need(page, HEALTH);
            await person(page);
            const length = await page.evaluate(() => window.history.length);
            const asked = page.waitForRequest((r) => r.url().endsWith('/api/v1/nearest'));
            await search(page);
            await answered(page);
            const request = await asked;
            const body = request.postDataJSON();
            assert.equal(request.method(), 'POST');
            assert.equal(body.gender, 'female');
            assert.equal(body.age, 19);
            const left = await page.evaluate(async () => ({
                url: location.href,
                title: document.title,
                length: history.length,
                state: history.state,
                local: Object.keys(localStorage).length,
                session: Object.keys(sessionStorage).length,
                cookie: document.cookie,
                caches: await caches.keys(),
                databases: await indexedDB.databases(),
                workers: (await navigator.serviceWorker.getRegistrations()).length,
            }));
            assert.deepEqual(left, {
                url: `${site.origin}/?lang=en`, title: 'Find a service near you', length,
                state: null, local: 0, session: 0, cookie: '', caches: [], databases: [],
                workers: 0,
            });
            assert.deepEqual(await tab.context.cookies(), []);
            const said = tab.requests.filter((url) => /female|gender|age=|19/.test(new URL(url).search));
            assert.deepEqual(said, []);
        });
    });

    test('the location is asked for by the button only and leaves in a body only', async () => {
        const geolocation = { latitude: 17.96123, longitude: 102.61456 };
        const options = { path: '/?lang=en', geolocation, permissions: ['geolocation'] };
        await site.visit(options, async (page, tab) => {
            await page.getByRole('button', { name: 'Use my location' }).click();
            await page.waitForFunction(() =>
                document.querySelector('[role=combobox]').value === 'where you are');
            const asked = page.waitForRequest((r) => r.url().endsWith('/nearest'));
            await search(page);
            assert.deepEqual((({ lat, lon, place }) => ({ lat, lon, place }))(
                (await asked).postDataJSON()), { lat: 17.9612, lon: 102.6146, place: undefined });
            await answered(page);
            await mapShown(page);
            const told = tab.requests.filter((url) => /17\.96|102\.61/.test(url));
            assert.deepEqual(told, []);
            const zooms = tab.requests.map((u) => /tiles\/\w+\/(\d+)\//.exec(u)?.[1])
                .filter(Boolean).map(Number);
            assert.ok(Math.max(...zooms) <= 9, `tiles of zoom ${Math.max(...zooms)}`);
            await page.getByRole('button', { name: 'Link to this search' }).click();
            assert.match(await page.locator('.share-link').innerText(), /with a name only/);
        });
        await site.visit({ path: '/?lang=en' }, async (page) => {
            await page.getByRole('button', { name: 'Use my location' }).click();
            await page.getByText('The device did not give its location').waitFor();
        });
    });
});

describe('the answer', () => {
    test('what fits, what to ask first, warnings before the number, and no hidden place', async () => {
        await site.visit({ path: '/?lang=en' }, async (page, tab) => {
            await choose(page);
            await need(page, HEALTH);
            await person(page);
            await search(page);
            await answered(page);
            const groups = await page.locator('.group h3').allInnerTexts();
            assert.deepEqual(groups.slice(0, 2), ['These services fit', 'Ask first']);
            const station = page.locator('.service', { hasText: 'service station' });
            const text = await station.innerText();
            assert.ok(text.indexOf('through the police') < text.indexOf('+856 21 000 006'));
            assert.ok(text.indexOf('through the police') > 0);
            const href = await station.locator('.phone').getAttribute('href');
            assert.equal(href, 'tel:+85621000006');
            const silent = page.locator('.service', { hasText: 'service silent' });
            assert.match(await silent.innerText(), /From what age to what age/);
            assert.match(await page.locator('.left-out').innerText(), /1 nearer service/);
            assert.equal(await page.getByText('hidden').count(), 0);
            assert.match(await page.locator('.answer [role=status]').innerText(),
                /5 sure matches, 1 to ask first/);
            const hill = page.locator('.service', { hasText: 'service hill' });
            assert.match(await hill.innerText(), /only the province is known/);
            assert.equal(await hill.getByText('Directions').count(), 0);
            const river = page.locator('.service', { hasText: 'service river' });
            const geo = await river.getByText('Directions').getAttribute('href');
            assert.match(geo, /^geo:17\.962,102\.612/);
            await river.getByRole('button', { name: /Details/ }).click();
            await river.locator('.stated').first().waitFor();
            const stated = await river.locator('.details').innerText();
            assert.match(stated, /Papers needed\s*none/);
            assert.match(stated, /Lao, Thai, and English/);
            await tab.axe();
            await page.locator('.answer').screenshot({ path: join(SHOTS, 'map-answer.png') });
        });
    });

    test('the one that is chosen in the list is chosen on the map, and the other way', async () => {
        await site.visit({ path: '/?lang=en' }, async (page, tab) => {
            await ask(page);
            await mapShown(page);
            assert.deepEqual(await onMap(page), await inList(page));
            const station = page.locator('.service', { hasText: 'service station' });
            await station.getByRole('button', { name: 'Show on the map' }).click();
            await page.waitForTimeout(SETTLED_MS);
            const chosen = page.locator('.sign.selected');
            assert.match(await chosen.getAttribute('aria-label'), /service station/);
            await tab.shot('map-selected');
            const silent = page.locator('.service', { hasText: 'service silent' });
            await silent.getByRole('button', { name: 'Show on the map' }).click();
            await page.waitForTimeout(SETTLED_MS);
            for (let i = 0; i < 4; i++) {
                await page.getByRole('button', { name: 'Zoom out' }).click();
                await page.waitForTimeout(400);
            }
            await page.getByRole('button', { name: 'Zoom in' }).click();
            await page.waitForTimeout(SETTLED_MS);
            await page.locator('.sign.pin').first().click();
            const current = page.locator('.service[aria-current]');
            const name = await current.locator('h4').innerText();
            const label = await page.locator('.sign.selected').getAttribute('aria-label');
            assert.ok(label.includes(name.split('\n').at(-1)), `${label} | ${name}`);
        });
    });

    test('housing is not published: said so, with the line to call', async () => {
        await site.visit({ path: '/?lang=en', size: 'phone' }, async (page, tab) => {
            await ask(page, { needs: [HOUSING] });
            assert.match(await page.locator('.outcome').innerText(), /not listed in public/);
            assert.equal(await page.locator('.helplines .phone').getAttribute('href'), 'tel:1999');
            assert.ok((await page.locator('.instead button').count()) > 0);
            await tab.axe();
            await tab.shot('map-not-published', { fullPage: true });
            await page.locator('.instead button').first().click();
            await page.waitForFunction(() =>
                !document.querySelector('.outcome')?.textContent.includes('not listed'));
        });
    });

    test('nothing is recorded: said so', async () => {
        await site.visit({ path: '/?lang=en', size: 'phone' }, async (page, tab) => {
            await ask(page, { text: 'phnom penh', row: 0 });
            assert.match(await page.locator('.outcome').innerText(), /no service of this kind/);
            await tab.axe();
            await tab.shot('map-none', { fullPage: true });
        });
    });

    test('a border is near: the countries are named', async () => {
        await site.visit({ path: '/?lang=en' }, async (page, tab) => {
            await page.getByRole('button', { name: 'Choose on the map' }).click();
            await mapShown(page);
            await page.locator('.map').focus();
            await page.keyboard.press('Enter');
            await page.getByRole('button', { name: 'Search here' }).click();
            await answered(page);
            await tab.axe();
            await tab.shot('map-point');
        });
        const body = { latitude: 17.9661, longitude: 102.6071 };
        const options = { path: '/?lang=en', geolocation: body, permissions: ['geolocation'] };
        await site.visit(options, async (page) => {
            await page.getByRole('button', { name: 'Use my location' }).click();
            await page.waitForFunction(() => document.querySelector('[role=combobox]').value);
            await search(page);
            await answered(page);
            assert.match(await page.locator('.answer .note').innerText(), /Lao.*Thailand/);
        });
    });

    test('the server fails: said so, and asked again', async () => {
        await site.visit({ path: '/?lang=en' }, async (page, tab) => {
            await choose(page);
            tab.expect(/nearest|ERR_FAILED/);
            await page.route('**/api/v1/nearest', (route) => route.abort());
            await search(page);
            await page.getByRole('alert').getByText('There is no connection').waitFor();
            await tab.axe();
            await tab.shot('map-offline');
            await page.unroute('**/api/v1/nearest');
            await page.getByRole('alert').getByRole('button').click();
            await answered(page);
        });
    });
});

describe('the map', () => {
    test('without a canvas, without its script, without tiles: the list is whole', async () => {
        const broken = [
            ['canvas', (page) => page.addInitScript(() => {
                HTMLCanvasElement.prototype.getContext = () => null;
            })],
            ['script', (page, tab) => {
                tab.expect(/mapView|ERR_FAILED|dynamically imported/);
                return page.route('**/assets/mapView*', (r) => r.abort());
            }],
            ['tiles', (page, tab) => {
                tab.expect(/tiles|ERR_FAILED/);
                return page.route('**/tiles/*.json', (r) => r.abort());
            }],
        ];
        for (const [name, prepare] of broken) {
            await site.visit({ path: '/?lang=en', prepare }, async (page, tab) => {
                await page.getByText('The map could not be loaded').waitFor();
                await ask(page);
                assert.ok((await page.locator('.service').count()) >= 6, name);
                await tab.axe();
                await tab.shot(`map-without-${name}`);
            });
        }
    });

    test('is drawn without WebGL', async () => {
        const prepare = (page) => page.addInitScript(() => {
            const real = HTMLCanvasElement.prototype.getContext;
            HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
                return /webgl/.test(kind) ? null : real.call(this, kind, ...more);
            };
        });
        await site.visit({ path: '/?lang=en', prepare }, async (page) => {
            await mapShown(page);
            assert.ok((await drawn(page)) > 3);
        });
    });

    test('comes by a button where data is saved, and does not move where that is asked', async () => {
        const prepare = (page) => page.addInitScript(() =>
            Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
        const options = { path: '/?lang=en', prepare, reducedMotion: 'reduce' };
        await site.visit(options, async (page, tab) => {
            const load = page.getByRole('button', { name: 'Load the map' });
            await load.waitFor();
            await page.waitForTimeout(500);
            assert.ok(!tab.requests.some((url) => /mapView|tiles/.test(url)));
            await load.click();
            await mapShown(page);
        });
    });

    test('a tap chooses the place', async () => {
        await site.visit({ path: '/?lang=en', size: 'phone' }, async (page, tab) => {
            await page.getByRole('button', { name: 'Choose on the map' }).click();
            await mapShown(page);
            const box = await page.locator('.map').boundingBox();
            await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height * 0.4);
            const here = page.getByRole('button', { name: 'Search here' });
            await here.waitFor();
            await tab.shot('map-tapped');
            assert.equal(await field(page).inputValue(), 'the point on the map');
            await here.click();
            await answered(page);
        });
    });
});

describe('what is taken along', () => {
    test('a link holds place and need, nothing of a person, and asks the same', async () => {
        let link;
        await site.visit({ path: '/?lang=en' }, async (page, tab) => {
            await choose(page);
            await need(page, HEALTH);
            await person(page);
            await search(page);
            await answered(page);
            await page.getByRole('button', { name: 'Link to this search' }).click();
            link = await page.getByLabel('Link', { exact: true }).inputValue();
            const { search: query } = new URL(link);
            assert.match(query, /^\?place=[0-9a-f-]{36}&need=health&lang=en$/);
            assert.equal(page.url(), `${site.origin}/?lang=en`);
            await tab.axe();
        });
        await site.visit({ path: link.slice(site.origin.length) }, async (page) => {
            await answered(page);
            assert.equal(await field(page).inputValue(), 'Vientiane');
            assert.equal(await page.locator('.needs input').nth(HEALTH).isChecked(), true);
            assert.ok((await page.locator('.service').count()) >= 6);
        });
    });

    test('a card in two languages, as a page of paper, without a line', async () => {
        await site.visit({ path: '/?lang=en' }, async (page, tab) => {
            await ask(page);
            const river = page.locator('.service', { hasText: 'service river' });
            await river.getByRole('checkbox').check();
            await page.locator('.service', { hasText: 'service station' })
                .getByRole('checkbox').check();
            await page.getByRole('button', { name: 'Card to print' }).click();
            await page.locator('.card h1:focus, .card-tools h1:focus').waitFor();
            await page.locator('.card [lang=lo]').first().waitFor();
            await page.waitForTimeout(500);
            const card = await page.locator('.card').innerText();
            assert.match(card, /1999/);
            assert.match(card, /\+856 21 000 001/);
            assert.ok(card.indexOf('through the police') < card.indexOf('+856 21 000 006'));
            assert.doesNotMatch(card, /traffick|victim|female|19 years/i);
            await tab.axe();
            await tab.shot('map-card', { fullPage: true });
            await tab.context.setOffline(true);
            const path = join(SHOTS, 'map-card.pdf');
            await page.pdf({ path, preferCSSPageSize: true });
            const made = spawnSync('pdftoppm', ['-r', '70', '-png', path, path.slice(0, -4)]);
            assert.equal(made.status, 0, 'pdftoppm (poppler-utils)');
            const pages = spawnSync('pdfinfo', [path], { encoding: 'utf8' }).stdout;
            assert.match(pages, /Pages:\s+1\n/);
            await page.getByLabel('A5').check();
            await page.pdf({ path: path.replace('.pdf', '-a5.pdf'), preferCSSPageSize: true });
            const small = spawnSync('pdfinfo', [path.replace('.pdf', '-a5.pdf')],
                { encoding: 'utf8' }).stdout;
            assert.match(small, /Page size:\s+(419|420)(\.\d+)? x 59\d/);
            await page.getByRole('button', { name: 'Back to the list' }).click();
            await page.locator('.service').first().waitFor();
            await tab.context.setOffline(false);
        });
    });

    test('in a frame of a page that may: no header, the same answers', async () => {
        const other = `http://127.0.0.1:${frame.address().port}/`;
        await site.visit({ path: null }, async (page, tab) => {
            tab.expect(new RegExp(`another host: ${other}`));
            await page.goto(other);
            const inside = page.frameLocator('#it');
            await inside.getByRole('combobox').first().fill('vientiane');
            await rows(inside).nth(1).click();
            await inside.locator('.go button[type=submit]').click();
            await inside.locator('.group').first().waitFor();
            assert.equal(await inside.locator('.brand').isVisible(), false);
            await inside.locator('.service button[aria-expanded]').first().click();
            await inside.locator('.stated').first().waitFor();
            await tab.shot('map-embed');
        });
        await site.visit({ path: '/?embed=1&lang=en', size: 'narrow' }, async (page, tab) => {
            await ask(page);
            await tab.fits();
            await tab.axe();
            await tab.shot('map-embed-narrow', { fullPage: true });
        });
    });
});

describe('for everybody', () => {
    test('names and roles, as they are read aloud', async () => {
        await site.visit({ path: '/?lang=en' }, async (page) => {
            await ask(page);
            await mapShown(page);
            const heads = await page.locator('h1, h2, h3, h4, h5').evaluateAll((all) =>
                all.filter((h) => h.checkVisibility()).map((h) => Number(h.tagName[1])));
            assert.equal(heads[0], 1);
            heads.forEach((level, i) =>
                assert.ok(i === 0 || level <= heads[i - 1] + 1, `h${level} after h${heads[i - 1]}`));
            for (const [role, name] of [
                ['main', undefined], ['banner', undefined], ['contentinfo', undefined],
                ['region', 'Telephone help'], ['combobox', 'Where?'],
                ['group', 'What is needed?'], ['checkbox', 'Health care'],
                ['region', 'Services near Vientiane'], ['region', 'Map'],
                ['application', 'Map of the services in the list'],
                ['button', 'Zoom in'], ['button', 'Zoom out'],
                ['link', 'Call +856 21 000 001'],
            ]) {
                const found = page.getByRole(role, name === undefined ? {} : { name });
                assert.ok((await found.count()) > 0, `${role} ${name}`);
            }
            const small = await page.evaluate(() =>
                [...document.querySelectorAll('main button, main a, main summary, .chip, .pick')]
                    .filter((e) => e.checkVisibility())
                    .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
                    .filter(([, { width, height }]) => width < 43.5 || height < 43.5)
                    .map(([html, { width, height }]) => `${width} x ${height} ${html}`));
            assert.deepEqual(small, []);
        });
    });

    for (const size of ['phone', 'desktop', 'narrow']) {
        for (const colorScheme of ['light', 'dark']) {
            test(`every state on a ${size}, ${colorScheme}`, async () => {
                const options = { path: '/?lang=en', size, colorScheme };
                await site.visit(options, async (page, tab) => {
                    const look = async (state) => {
                        await tab.fits();
                        await tab.axe();
                        await tab.shot(`map-${state}-${size}-${colorScheme}`);
                    };
                    await page.locator('.helplines .phone').first().waitFor();
                    await look('start');
                    await field(page).fill('vientiane');
                    await rows(page).first().waitFor();
                    await look('suggestions');
                    await rows(page).nth(1).click();
                    await need(page, HEALTH);
                    await person(page);
                    await look('form');
                    await search(page);
                    await answered(page);
                    await page.getByRole('button', { name: /^Details/ }).first().click();
                    await page.locator('.stated').first().waitFor();
                    await look('answer');
                    await mapShown(page);
                    await look('map');
                    await page.getByRole('button', { name: 'Card to print' }).click();
                    await page.locator('.card [lang=lo]').first().waitFor();
                    await look('card');
                });
            });
        }
    }

    test('at 200 %', async () => {
        const options = { path: '/?lang=en', viewport: { width: 640, height: 400 },
            deviceScaleFactor: 2 };
        await site.visit(options, async (page, tab) => {
            await ask(page);
            await tab.fits();
            await tab.shot('map-zoomed', { fullPage: true });
        });
    });

    for (const lang of LANGUAGES) {
        test(`in ${lang}: a search, the list, the names on the map`, async () => {
            for (const size of ['phone', 'desktop']) {
                await site.visit({ path: `/?lang=${lang}`, size }, async (page, tab) => {
                    await ask(page);
                    await mapShown(page);
                    await tab.fits();
                    await tab.axe();
                    await tab.shot(`map-${lang}-${size}`);
                    await page.getByRole('button').locator('visible=true').first().waitFor();
                    for (let i = 0; i < 4; i++) {
                        await page.locator('.zoom button').nth(1).click();
                        await page.waitForTimeout(350);
                    }
                    await page.waitForTimeout(SETTLED_MS);
                    await page.locator('.map-panel').screenshot({
                        path: join(SHOTS, `map-${lang}-${size}-names.png`),
                    });
                });
            }
        });
    }

    test('another language in place: the question and the answer stay', async () => {
        await site.visit({ path: '/?lang=en' }, async (page) => {
            await ask(page);
            await page.getByRole('link', { name: 'ລາວ' }).click();
            await page.locator('.service', { hasText: 'ບໍລິການສົມມຸດ' }).waitFor();
            assert.equal(await page.locator('.needs input').nth(HEALTH).isChecked(), true);
        });
    });
});

test('a slow line: bytes and times', async (t) => {
    await demoSite.visit({ path: null, size: 'phone' }, async (page, tab) => {
        await tab.slow();
        let bytes = 0;
        const devtools = await tab.context.newCDPSession(page);
        await devtools.send('Network.enable');
        devtools.on('Network.loadingFinished', (e) => {
            bytes += e.encodedDataLength;
        });
        const begin = Date.now();
        await page.goto('/?lang=en');
        await page.locator('.helplines p').waitFor();
        const [shell, shellBytes] = [Date.now() - begin, bytes];
        await choose(page);
        await need(page, HEALTH);
        const asked = Date.now();
        await search(page);
        await page.locator('.service').first().waitFor();
        const [answer, listBytes] = [Date.now() - asked, bytes];
        await page.locator('.map-panel').scrollIntoViewIfNeeded();
        await page.locator('.map-frame.ready').waitFor();
        await page.waitForTimeout(4000);
        t.diagnostic(`page whole: ${shell} ms, ${shellBytes} bytes`);
        t.diagnostic(`to the list: ${answer} ms after asking, ${listBytes} bytes in all`);
        t.diagnostic(`with the map: ${bytes} bytes in all`);
        assert.ok(shellBytes < 60 * 1024, `${shellBytes} bytes before the map`);
    });
});
