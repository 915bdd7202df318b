/* SPDX-License-Identifier: Apache-2.0
 *
 * What all pages share: languages, the way out, what is left of a visit; and that visits
 * fail on what they must not do.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { start } from '../http/haven.mjs';
import { LANGUAGES, open } from './browser.mjs';
import { gazetteer, services } from './fixture.mjs';

let site;

before(async () => {
    site = await open({ services, prepare: gazetteer });
});
after(() => site?.close());

const language = (page) => page.evaluate(() => document.documentElement.lang);

/* The script of the page has taken over: what the build drew answers to nobody. */
const alive = (page) =>
    page.waitForFunction(() => Object.keys(document.getElementById('page')).length > 0);

describe('languages', () => {
    for (const lang of LANGUAGES) {
        for (const size of ['phone', 'narrow', 'desktop']) {
            test(`${lang} on a ${size}`, async () => {
                await site.visit({ size, path: `/?lang=${lang}` }, async (page, tab) => {
                    assert.equal(await language(page), lang);
                    await alive(page);
                    await tab.fits();
                    await tab.shot(`shell-${lang}-${size}`);
                    await tab.axe();
                });
            });
        }
    }

    test('that of the browser, where none is asked for', async () => {
        for (const [locale, lang] of [['th-TH', 'th'], ['fr-FR', 'en'], ['zh-CN', 'zh']]) {
            await site.visit({ locale }, async (page) => {
                assert.equal(await language(page), lang);
            });
        }
    });

    test('are changed in place: nothing is lost, nothing is added to the history', async () => {
        await site.visit({ path: '/?lang=en' }, async (page) => {
            await alive(page);
            await page.evaluate(() => {
                window.stays = true;
            });
            const entries = await page.evaluate(() => history.length);
            for (const [lang, name] of [['km', 'ខ្មែរ'], ['lo', 'ລາວ'], ['en', 'English']]) {
                await page.getByRole('link', { name, exact: true }).click();
                await page.waitForFunction((l) => document.documentElement.lang === l, lang);
                assert.equal(new URL(page.url()).search, `?lang=${lang}`);
                assert.equal(await page.evaluate(() => window.stays), true);
                const current = await page.locator('.languages [aria-current]').textContent();
                assert.equal(current, name);
            }
            assert.equal(await page.evaluate(() => history.length), entries);
        });
    });

    test('only the catalogue of the page\'s language is loaded', async () => {
        await site.visit({ path: '/?lang=vi' }, async (page, tab) => {
            await alive(page);
            const catalogues = tab.requests.filter((r) => /\/(en|km|lo|my|th|vi|zh|id)\./.test(r));
            assert.equal(new Set(catalogues).size, 1);
            assert.match(catalogues[0], /\/assets\/vi\./);
        });
    });

    test('work as links without scripts', async () => {
        const options = { path: '/?lang=en', javaScriptEnabled: false };
        await site.visit(options, async (page) => {
            await page.getByRole('link', { name: 'ไทย' }).click();
            await page.waitForURL('**/?lang=th');
            assert.ok((await page.locator('h1').textContent()).length > 0);
            assert.ok((await page.locator('.no-script').textContent()).length > 0);
        });
    });
});

describe('fonts', () => {
    const SAMPLES = {
        khmer: 'ស្ត្រី ខ្ញុំ សេវា​សុខភាព កម្ពុជា ព្រះសង្ឃ ១២៣',
        lao: 'ສະບາຍດີ ພວກເຮົາຢູ່ ນ້ຳ ໝູ່ ເຂົ້າ ໑໒໓',
        myanmar: 'မြန်မာ ကျွန်ုပ် ဥက္ကဋ္ဌ သင်္ဘော ၁၂၃ ၵႂၢမ်းတႆး',
        thai: 'น้ำใจ ที่อยู่ กรุงเทพฯ ปู่ ญี่ปุ่น ๑๒๓',
    };
    const NAMES = { khmer: 'Khmer', lao: 'Lao', myanmar: 'Myanmar', thai: 'Thai' };

    /* Draws a text with the font of the page and with the whole one of the system. */
    function drawBoth([file, system, text]) {
        const draw = async (source) => {
            const face = new FontFace('Drawn', source);
            await face.load();
            document.fonts.add(face);
            const canvas = document.createElement('canvas');
            Object.assign(canvas, { width: 900, height: 120 });
            const pen = canvas.getContext('2d');
            pen.font = '40px Drawn';
            pen.fillText(text, 10, 70);
            document.fonts.delete(face);
            return [pen.measureText(text).width, canvas.toDataURL()];
        };
        return Promise.all([draw(`url(${file})`), draw(`local("${system}")`)]);
    }

    for (const [script, text] of Object.entries(SAMPLES)) {
        test(`${script}: cut, it is shaped as the whole one is`, async () => {
            await site.visit({}, async (page) => {
                const css = await page.evaluate(async () => {
                    const link = document.querySelector('link[rel=stylesheet]');
                    return (await fetch(link.href)).text();
                });
                for (const weight of ['Regular', 'Bold']) {
                    const file = new RegExp(`/assets/${script}-${weight.toLowerCase()}\\.[^)]+`)
                        .exec(css)[0];
                    const system = `Noto Sans ${NAMES[script]} ${weight}`;
                    const [ours, whole] = await page.evaluate(drawBoth, [file, system, text]);
                    assert.ok(ours[0] > 100);
                    assert.deepEqual(ours, whole, `${script} ${weight}`);
                }
            });
        });
    }
});

describe('the way out', () => {
    const EMPTY = 'about:blank';

    /* Back and forth again, there is no trace of the page. */
    async function assertGone(page, before) {
        await page.waitForURL(EMPTY);
        assert.equal(await page.evaluate(() => document.body.textContent), '');
        assert.equal(await page.evaluate(() => history.length), before);
        await page.goBack();
        assert.ok(!page.url().startsWith(site.origin), page.url());
    }

    const arrive = async (page) => {
        await page.goto('data:text/html,before');
        await page.goto('/?lang=en');
        await alive(page);
        return page.evaluate(() => history.length);
    };

    test('a button', async () => {
        await site.visit({ path: null, size: 'phone' }, async (page) => {
            const before = await arrive(page);
            await page.getByRole('link', { name: 'Leave this page' }).click();
            await assertGone(page, before);
        });
    });

    for (const key of ['Shift', 'Escape']) {
        test(`${key}, three times`, async () => {
            await site.visit({ path: null }, async (page) => {
                const before = await arrive(page);
                await page.keyboard.press(key);
                await page.keyboard.press(key);
                assert.ok(page.url().startsWith(site.origin));
                await page.keyboard.press(key);
                await assertGone(page, before);
            });
        });
    }

    test('not by writing in capitals, nor slowly, nor by keys mixed', async () => {
        await site.visit({ path: '/?lang=en' }, async (page) => {
            await alive(page);
            await page.locator('input').first().focus();
            for (const letter of ['A', 'B', 'C', 'D']) {
                await page.keyboard.press(`Shift+${letter}`);
            }
            await page.keyboard.press('Shift');
            await page.keyboard.press('Escape');
            await page.keyboard.press('Shift');
            await page.keyboard.press('Escape');
            await page.waitForTimeout(2100);
            await page.keyboard.press('Shift');
            await page.keyboard.press('Shift');
            await page.keyboard.press('a');
            await page.keyboard.press('Shift');
            await page.waitForTimeout(300);
            assert.ok(page.url().startsWith(site.origin));
            assert.ok((await page.locator('h1').textContent()).length > 0);
        });
    });

    test('while a question is under way', async () => {
        await site.visit({ path: null }, async (page) => {
            await page.route('**/api/**', () => {}); /* never answered */
            const before = await arrive(page);
            await page.evaluate(() => {
                fetch('/api/v1/status').catch(() => {});
            });
            for (let i = 0; i < 3; i++) {
                await page.keyboard.press('Shift');
            }
            await assertGone(page, before);
        });
    });

    test('a page that was left by a link comes back empty of what was written', async () => {
        await site.visit({ path: '/?lang=en' }, async (page) => {
            await alive(page);
            await page.locator('input').first().fill('a secret place');
            await page.goto('data:text/html,elsewhere');
            await page.goBack();
            await alive(page);
            assert.equal(await page.locator('input').first().inputValue(), '');
        });
    });

    test('nothing is stored, and no cookie set', async () => {
        await site.visit({ path: '/?lang=en' }, async (page, tab) => {
            await alive(page);
            const left = await page.evaluate(async () => ({
                local: localStorage.length,
                session: sessionStorage.length,
                caches: await caches.keys(),
                databases: (await indexedDB.databases()).length,
                workers: (await navigator.serviceWorker.getRegistrations()).length,
                cookie: document.cookie,
            }));
            assert.deepEqual(left, {
                local: 0, session: 0, caches: [], databases: 0, workers: 0, cookie: '',
            });
            assert.deepEqual(await tab.context.cookies(), []);
        });
    });
});

describe('frames', () => {
    let host;
    let embedding;

    before(async () => {
        host = createServer((_, answer) => {
            answer.setHeader('Content-Type', 'text/html');
            answer.end(`<title>x</title><iframe title="map" src="${embedding?.origin}/?embed=1&lang=en"
                width="600" height="600"></iframe>`);
        });
        await new Promise((r) => host.listen(0, 'localhost', r));
        const origin = `http://localhost:${host.address().port}`;
        embedding = await start({ args: ['--embed', origin] });
    });
    after(async () => {
        host?.close();
        await embedding?.stop();
    });

    const frame = async (does) => {
        const context = await site.browser.newContext();
        const page = await context.newPage();
        await page.goto(`http://localhost:${host.address().port}/`);
        await does(page);
        await context.close();
    };

    test('a page of a host that was named may frame ours, and is left whole', async () => {
        await frame(async (page) => {
            const inside = page.frameLocator('iframe');
            assert.ok((await inside.locator('h1').textContent()).length > 0);
            await inside.getByRole('link', { name: 'Leave this page' }).click();
            await page.waitForURL('about:blank');
        });
    });

    test('one of another host may not', async () => {
        const named = embedding;
        embedding = await start({ args: ['--embed', 'https://other.example'] });
        await frame(async (page) => {
            await page.waitForTimeout(300);
            const inside = page.frames()[1];
            assert.ok(!inside.url().startsWith(embedding.origin), inside.url());
        });
        await embedding.stop();
        embedding = named;
    });
});

describe('a visit fails on', () => {
    const fails = async (does, pattern) =>
        assert.rejects(site.visit({}, does), (e) => pattern.test(e.message));

    test('a request to another host', () =>
        fails(async (page) => {
            await page.evaluate(() => fetch('https://example.org/').catch(() => {}));
            await page.waitForTimeout(100);
        }, /connect-src|another host/));

    test('a style or a script in the page', () =>
        fails(async (page) => {
            await page.evaluate(() => {
                document.body.insertAdjacentHTML('beforeend', '<p style="color:red">x</p>');
            });
            await page.waitForTimeout(100);
        }, /style-src/));

    test('an error in the console, or one that nobody caught', async () => {
        await fails((page) => page.evaluate(() => console.error('told')), /told/);
        await fails(async (page) => {
            await page.evaluate(() => {
                setTimeout(() => {
                    throw new Error('thrown');
                });
            });
            await page.waitForTimeout(100);
        }, /thrown/);
    });

    test('an answer that says no', () =>
        fails(async (page) => {
            await page.evaluate(() => fetch('/nothing'));
            await page.waitForTimeout(100);
        }, /404/));

    test('what cannot be read by a screen reader', () =>
        fails(async (page, tab) => {
            await page.evaluate(() => document.body.append(document.createElement('button')));
            await tab.axe();
        }, /button-name/));
});
