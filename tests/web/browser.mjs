/* SPDX-License-Identifier: Apache-2.0
 *
 * The pages in a real browser, on the real server:
 *
 *   const site = await open({ services, prepare, args });     as start() of haven.mjs
 *   await site.visit({ size: 'phone', path: '/?lang=km' }, async (page, tab) => {
 *       await tab.axe();                    no violation, or the test fails
 *       await tab.shot('map-km-phone');     build/screenshots/map-km-phone.png
 *   });
 *   await site.close();
 *
 * `page` is Playwright's. A visit fails on a request to another host, on an error in the
 * console, on a script that throws, on a breach of the content security policy, and on an
 * answer of 400 or more, unless `tab.expect(/pattern/)` was told of it before. Each visit
 * has a browser context of its own: nothing of another one is left.
 *
 * The browser is Debian's, or the one that CHROMIUM names. It can reach this machine only.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { packages, root, start } from '../http/haven.mjs';

const { chromium } = packages('playwright-core');

const TIMEOUT_MS = 10_000;
const SHOTS = join(root, 'build/screenshots');

export const SIZES = {
    phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true,
        hasTouch: true },
    narrow: { viewport: { width: 320, height: 568 }, deviceScaleFactor: 2, isMobile: true,
        hasTouch: true },
    desktop: { viewport: { width: 1280, height: 800 } },
};

export const LANGUAGES = ['en', 'km', 'lo', 'my', 'th', 'vi', 'zh', 'id'];

/* A line of 400 kbit/s with half a second there and back. */
const SLOW = { offline: false, latency: 500, downloadThroughput: 50_000,
    uploadThroughput: 20_000 };

const ARGUMENTS = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

const AXE = readFileSync(packages.resolve('axe-core/axe.min.js'), 'utf8');

/* Runs in every document: breaches of the policy go to the console as errors. */
function tellBreaches() {
    document.addEventListener('securitypolicyviolation', (e) =>
        console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}`),
    );
}

/* One visit: what went wrong in it, and what tests do with a page besides. */
class Tab {
    constructor(site, context) {
        Object.assign(this, { site, context, faults: [], expected: [], requests: [] });
        context.on('request', (r) => this.hearRequest(r));
        context.on('response', (r) => this.hearResponse(r));
        context.on('console', (m) => m.type() === 'error' && this.fault(m.text()));
        context.on('weberror', (e) => this.fault(e.error().stack ?? `${e.error()}`));
    }

    /* A fault whose text matches is part of the test. */
    expect(pattern) {
        this.expected.push(pattern);
    }

    fault(text) {
        if (!this.expected.some((p) => p.test(text))) {
            this.faults.push(text);
        }
    }

    hearRequest(request) {
        const url = new URL(request.url());
        this.requests.push(request.url());
        const own = url.origin === this.site.origin || url.protocol === 'data:';
        if (!own && !request.url().startsWith(`blob:${this.site.origin}/`)) {
            this.fault(`a request to another host: ${request.url()}`);
        }
    }

    hearResponse(response) {
        if (response.status() >= 400) {
            this.fault(`${response.status()} ${response.url()}`);
        }
    }

    /* Accessibility: fails with what is wrong and where. */
    async axe(page = this.page) {
        await page.evaluate(AXE);
        const { violations } = await page.evaluate(() =>
            globalThis.axe.run(document, { resultTypes: ['violations'] }),
        );
        const told = violations.map(
            (v) => `${v.id}: ${v.help}\n    ${v.nodes.map((n) => n.html).join('\n    ')}`,
        );
        assert.deepEqual(told, [], told.join('\n'));
    }

    /* Nothing wider than the screen. */
    async fits(page = this.page) {
        const { content, screen, wide } = await page.evaluate(() => {
            const { scrollWidth, clientWidth } = document.documentElement;
            const outside = [...document.body.querySelectorAll('*')].filter(
                (e) => e.getBoundingClientRect().right > clientWidth + 1,
            );
            return {
                content: scrollWidth, screen: clientWidth,
                wide: outside.slice(0, 5).map((e) => e.outerHTML.slice(0, 120)),
            };
        });
        assert.ok(content <= screen, `${content} wide on ${screen}: ${wide.join('\n')}`);
    }

    async shot(name, options = {}) {
        mkdirSync(SHOTS, { recursive: true });
        const path = join(SHOTS, `${name}.png`);
        await this.page.screenshot({ path, ...options });
        return path;
    }

    /* From now on the line is slow. */
    async slow(page = this.page) {
        const devtools = await this.context.newCDPSession(page);
        await devtools.send('Network.enable');
        await devtools.send('Network.emulateNetworkConditions', SLOW);
    }

    assertClean() {
        assert.deepEqual(this.faults, [], this.faults.join('\n'));
    }
}

class Site {
    constructor(haven, browser) {
        Object.assign(this, { haven, browser, origin: haven.origin });
    }

    /* Opens `path` (null: nothing yet) and runs `does(page, tab)`. The other options are
     * those of a Playwright context: locale, colorScheme, javaScriptEnabled, geolocation. */
    async visit(options, does) {
        const { size = 'desktop', path = '/', prepare = () => {}, ...more } = options;
        const context = await this.browser.newContext({
            baseURL: this.origin, locale: 'en-US', ...SIZES[size], ...more,
        });
        const tab = new Tab(this, context);
        try {
            context.setDefaultTimeout(TIMEOUT_MS);
            await context.addInitScript(tellBreaches);
            tab.page = await context.newPage();
            await prepare(tab.page, tab);
            if (path !== null) {
                await tab.page.goto(path);
            }
            await does(tab.page, tab);
            tab.assertClean();
        } catch (e) {
            if (tab.faults.length > 0) {
                e.message += `\n${tab.faults.join('\n')}`;
            }
            throw e;
        } finally {
            await context.close();
        }
    }

    async close() {
        await this.browser.close();
        await this.haven.stop();
    }
}

/* Starts a server (options of start() in tests/http/haven.mjs) and a browser. */
export async function open(options = {}) {
    const haven = await start(options);
    try {
        const browser = await chromium.launch({
            executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
            args: ARGUMENTS,
        });
        return new Site(haven, browser);
    } catch (e) {
        await haven.stop();
        throw e;
    }
}
