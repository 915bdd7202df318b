/* SPDX-License-Identifier: Apache-2.0
 *
 * How pages are served: languages, codings, validators, caching, the policy of their
 * content, who may frame them; and what the built files are like: small, and without the
 * address of any other host.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { program, run, start } from './haven.mjs';
import { PAGES } from './routes.mjs';

const LANGUAGES = ['en', 'km', 'lo', 'my', 'th', 'vi', 'zh', 'id'];
const BUILT = join(program, '../share/web');
const POLICY =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors ";
const FIRST_LOAD = 60_000; /* bytes that come before somebody can ask, fonts aside */

let haven;
let files; /* of list.tsv: { address, file, kind, media, language, codings } */

before(async () => {
    haven = await start({ roles: ['steward'], args: ['--embed', 'https://one.example',
        '--embed', 'https://two.example:8443'] });
    files = readFileSync(join(BUILT, 'list.tsv'), 'utf8').trim().split('\n').map((line) => {
        const [address, file, kind, media, language, codings] = line.split('\t');
        return { address, file, kind, media, language, codings: codings.split(' ') };
    });
});
after(() => haven?.stop());

/* Without fetch(): nothing is unpacked, and no header is added. */
function ask(path, { method = 'GET', headers = {} } = {}) {
    return new Promise((done, failed) => {
        const { hostname, port } = new URL(haven.origin);
        const sent = request({ hostname, port, path, method, headers }, (answer) => {
            const chunks = [];
            answer.on('data', (c) => chunks.push(c));
            answer.on('end', () => done({
                status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks),
            }));
        });
        sent.on('error', failed);
        sent.end();
    });
}

const languageOf = ({ body }) => /<html lang="(\w+)"/.exec(body.toString())?.[1];

const speaks = async (path, accept) =>
    languageOf(await ask(path, { headers: accept ? { 'Accept-Language': accept } : {} }));

describe('languages', () => {
    test('the one that is asked for', async () => {
        for (const lang of LANGUAGES) {
            assert.equal(await speaks(`/?lang=${lang}`, 'en'), lang);
        }
    });

    test('else the one that the browser likes best', async () => {
        const cases = {
            'km': 'km', 'km-KH,km;q=0.9,en;q=0.8': 'km', 'TH': 'th', 'zh-Hant-TW': 'zh',
            'in': 'id', 'in-ID': 'id', 'fr, lo;q=0.2': 'lo', 'vi;q=0.2, my;q=0.7': 'my',
            'vi;q=0, th;q=0.001': 'th', 'th;q=0.5,vi;q=0.5': 'th', 'vi ; q=1.000': 'vi',
            'vi;Q=0.9, en;q=0.8': 'vi', 'kmm': 'en', '*': 'en', 'fr': 'en', '': 'en',
            'vi;q=x': 'en', 'vi;q=2': 'en', 'vi;q=1.5': 'en', 'vi;q=': 'en', ',;,=': 'en',
            [`${'x,'.repeat(1000)}lo`]: 'lo',
        };
        for (const [accept, lang] of Object.entries(cases)) {
            assert.equal(await speaks('/', accept), lang, accept);
        }
    });

    test('a language that is none is passed over, like other tails of an address', async () => {
        for (const tail of ['?lang=xx', '?lang=', '?lang', '?lang=en-', '?fbclid=1&utm=2']) {
            const answer = await ask(`/${tail}`, { headers: { 'Accept-Language': 'th' } });
            assert.equal(answer.status, 200);
            assert.equal(languageOf(answer), tail === '?lang=en-' ? 'en' : 'th', tail);
        }
    });

    test('every page names itself and the others', async () => {
        for (const lang of LANGUAGES) {
            const html = (await ask(`/?lang=${lang}`)).body.toString();
            assert.match(html, /<title>[^<]+<\/title>/);
            assert.match(html, /<meta name="description" content="[^"]+">/);
            for (const other of LANGUAGES) {
                assert.ok(html.includes(`hreflang="${other}"`), `${lang}: ${other}`);
            }
        }
    });
});

describe('forms of an answer', () => {
    const unpack = { br: brotliDecompressSync, gzip: gunzipSync };

    test('every file, as the build left it, in each coding', async () => {
        assert.ok(files.length > 20);
        for (const { address, file, media, language, codings } of files) {
            const path = language === '-' ? address : `${address}?lang=${language}`;
            const plain = await ask(path);
            assert.equal(plain.status, 200, path);
            assert.equal(plain.headers['content-type'], media);
            assert.equal(plain.headers['content-encoding'], undefined);
            assert.deepEqual(plain.body, readFileSync(join(BUILT, file)), path);
            for (const coding of codings.filter((c) => c !== '-')) {
                const headers = { 'Accept-Encoding': coding };
                const packed = await ask(path, { headers });
                assert.equal(packed.headers['content-encoding'], coding, path);
                assert.ok(packed.body.length < plain.body.length, path);
                assert.deepEqual(unpack[coding](packed.body), plain.body, path);
                assert.notEqual(packed.headers.etag, plain.headers.etag);
            }
        }
    });

    test('the coding is the best of those that are taken', async () => {
        const cases = {
            'gzip, deflate, br': 'br', 'br;q=0, gzip': 'gzip', 'gzip;q=0.5, br;q=0.1': 'br',
            '*': 'br', 'identity': undefined, 'br;q=0.000': undefined, 'GZIP': 'gzip',
            'gzip;q=0, *': 'br', '': undefined, 'brr, xgzip': undefined,
        };
        for (const [accept, coding] of Object.entries(cases)) {
            const answer = await ask('/', { headers: { 'Accept-Encoding': accept } });
            assert.equal(answer.headers['content-encoding'], coding, accept);
            const vary = answer.headers.vary.split(', ');
            assert.ok(vary.includes('Accept-Encoding') && vary.includes('Accept-Language'));
        }
    });

    test('304 to the same form only', async () => {
        const packed = { 'Accept-Encoding': 'br' };
        const { headers: { etag } } = await ask('/', { headers: packed });
        const again = await ask('/', { headers: { ...packed, 'If-None-Match': etag } });
        assert.equal(again.status, 304);
        assert.equal(again.body.length, 0);
        assert.equal(again.headers.etag, etag);
        const other = [{ 'If-None-Match': etag },
            { ...packed, 'If-None-Match': etag, 'Accept-Language': 'km' }];
        for (const headers of other) {
            assert.equal((await ask('/', { headers })).status, 200);
        }
    });

    test('HEAD: the header of GET', async () => {
        for (const path of ['/', '/favicon.ico', '/service-worker.js']) {
            const [get, head] = [await ask(path), await ask(path, { method: 'HEAD' })];
            assert.equal(head.status, 200);
            assert.equal(head.body.length, 0);
            for (const name of ['content-type', 'content-length', 'etag', 'cache-control']) {
                assert.equal(head.headers[name], get.headers[name], `${path} ${name}`);
            }
        }
    });

    test('names that change with their content are kept for ever, the others asked for', async () => {
        for (const { address, kind } of files) {
            const { headers } = await ask(address);
            const expected = kind === 'asset'
                ? 'public, max-age=31536000, immutable' : 'public, no-cache';
            assert.equal(headers['cache-control'], expected, address);
            if (kind === 'asset') {
                assert.match(address, /^\/assets\/[\w-]+\.[\w-]{8}\.\w+$/);
            }
        }
    });

    test('what there is not is a problem in JSON, and nothing beside the folder is read', async () => {
        const paths = ['/assets/none.js', '/assets/', '/assets/../list.tsv', '/list.tsv',
            '/index.en.html', '/index.en.html.br', '/favicon.svg.br', '/borders.bin',
            '/assets/..', '/assets/%2e%2e/list.tsv', '/Assets/x', '/favicon.ico/'];
        for (const path of paths) {
            const { status, headers } = await ask(path);
            assert.equal(status, 404, path);
            assert.equal(headers['content-type'], 'application/problem+json', path);
        }
    });

    test('only to be read', async () => {
        for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
            const answer = await ask('/', { method });
            assert.equal(answer.status, 405, method);
            assert.equal(answer.headers.allow, 'GET, HEAD, OPTIONS');
        }
    });
});

describe('the same for everybody', () => {
    const asset = () => files.find((f) => f.kind === 'asset').address;

    test('whoever asks, and with whatever', async () => {
        const credentials = [
            { Authorization: `Bearer ${haven.keys.steward}` },
            { Authorization: 'Bearer nonsense' },
            { Cookie: '__Host-haven=nonsense' },
        ];
        for (const { path } of PAGES) {
            const address = path.replace('/assets/{name}', asset());
            const nobody = await ask(address);
            for (const headers of credentials) {
                const answer = await ask(address, { headers });
                assert.equal(answer.status, 200, address);
                assert.deepEqual(answer.body, nobody.body);
                assert.equal(answer.headers.etag, nobody.headers.etag);
                assert.equal(answer.headers['set-cookie'], undefined);
            }
        }
    });

    test('no page sets a cookie or names the program', async () => {
        const { headers } = await ask('/');
        for (const name of ['set-cookie', 'server', 'x-powered-by']) {
            assert.equal(headers[name], undefined);
        }
    });
});

describe('policies', () => {
    test('pages and their parts bring theirs: nothing inline, no other host', async () => {
        for (const { address } of files) {
            const { headers } = await ask(address);
            assert.equal(headers['content-security-policy'], `${POLICY}'none'`, address);
            assert.equal(headers['x-frame-options'], 'DENY', address);
            assert.equal(headers['referrer-policy'], 'no-referrer');
            assert.equal(headers['x-content-type-options'], 'nosniff');
            assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
        }
        assert.doesNotMatch(POLICY, /unsafe|\*|http:|https:/);
    });

    test('who may frame a page may do so where it is asked for', async () => {
        const framed = await ask('/?embed=1&lang=km');
        const policy = framed.headers['content-security-policy'];
        assert.equal(policy, `${POLICY}https://one.example https://two.example:8443`);
        assert.equal(framed.headers['x-frame-options'], undefined);
        assert.equal(languageOf(framed), 'km');
        for (const path of ['/?embed=0', '/?embed', '/?embed=1&embed=1', '/favicon.ico?embed=1']) {
            const { headers } = await ask(path);
            assert.equal(headers['x-frame-options'], 'DENY', path);
            assert.ok(headers['content-security-policy'].endsWith("'none'"), path);
        }
        const api = await ask('/api/v1/status?embed=1');
        assert.equal(api.headers['x-frame-options'], 'DENY');
    });

    test('nobody may where nobody was named', async () => {
        const other = await start();
        const { headers } = await other.get('/?embed=1');
        await other.stop();
        assert.equal(headers.get('content-security-policy'), `${POLICY}'none'`);
        assert.equal(headers.get('x-frame-options'), 'DENY');
    });

    test('--embed takes origins of hosts that can be trusted, and nothing else', () => {
        const wrong = ['http://one.example', 'https://one.example/', 'https://one.example/x',
            'https://*.example', '*', "'self'", 'https://', 'https://one.example:0',
            'https://one.example:99999', 'https://one.example:', 'https://user@one.example',
            'https://one.example https://two.example', "https://one.example; script-src 'x'",
            'https://ONE.example', 'one.example', '', 'null', 'data:', 'https://-x.example',
            `https://${'x'.repeat(254)}`];
        for (const origin of wrong) {
            const { status, stderr } = run('serve', '--db', haven.db, '--embed', origin);
            assert.equal(status, 2, origin);
            assert.match(stderr, /haven serve: /);
        }
        const many = Array.from({ length: 17 }, (_, i) => ['--embed', `https://h${i}.example`]);
        assert.equal(run('serve', '--db', haven.db, ...many.flat()).status, 2);
    });
});

describe('built files', () => {
    const text = (name) => readFileSync(join(BUILT, name), 'utf8');
    const texts = () => readdirSync(BUILT, { recursive: true })
        .map(String)
        .filter((f) => /\.(js|css|html|svg|webmanifest)$/.test(f));

    /* Names of XML, pages of programs' documentation that no browser opens, our own test of
     * what an address begins with. */
    const HARMLESS = [
        /^http:\/\/www\.w3\.org\/(1999|2000|1998)\//,
        /^https?:\/\/(openlayers\.org|www\.opengis\.net|preactjs\.com|formatjs\.(io|github\.io))\b/,
    ];

    test('no address of another host', () => {
        assert.ok(texts().length > 10);
        for (const name of texts()) {
            const found = [...text(name).matchAll(/(?:https?:)?\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s"'`)\\]*/gi)]
                .map(([address]) => address)
                .filter((a) => !HARMLESS.some((h) => h.test(a)));
            assert.deepEqual(found, [], name);
        }
    });

    test('nothing that the policy forbids', () => {
        for (const name of texts().filter((f) => f.endsWith('.html'))) {
            const html = text(name);
            assert.doesNotMatch(html, /<script(?![^>]*\ssrc="\/assets\/)[^>]*>/, name);
            assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|javascript:/, name);
        }
    });

    const sizeOf = (address) => {
        const { file, codings } = files.find((f) => f.address === address);
        const form = codings.includes('br') ? `${file}.br` : file;
        return readFileSync(join(BUILT, form)).length;
    };

    for (const lang of LANGUAGES) {
        test(`${lang}: the first load is below ${FIRST_LOAD} bytes`, (t) => {
            const page = files.find((f) => f.address === '/' && f.language === lang);
            const html = text(page.file);
            const loaded = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((m) => m[1]);
            assert.ok(loaded.length >= 3, 'script, style and catalogue');
            const document = readFileSync(join(BUILT, `${page.file}.br`)).length;
            const all = loaded.reduce((sum, a) => sum + sizeOf(a), document);
            t.diagnostic(`${lang}: ${all} bytes (${document} of them the document)`);
            assert.ok(all < FIRST_LOAD, `${all} bytes: ${loaded.map((a) => `${a} ${sizeOf(a)}`)}`);
        });
    }

    test('what a page is kept with is there', () => {
        for (const { file, kind } of files.filter((f) => f.kind === 'page')) {
            const [, keep] = /data-keep="([^"]+)"/.exec(text(file));
            const names = keep.split(' ');
            assert.ok(names.length >= 3, kind);
            names.forEach((n) => assert.ok(files.some((f) => f.address === n), n));
        }
    });

    test('fonts: one script each, small, with what shapes it', () => {
        const css = texts().filter((f) => f.endsWith('.css')).map(text).join('');
        for (const script of ['Khmer', 'Lao', 'Myanmar', 'Thai']) {
            assert.ok(css.includes(`Page ${script}`), script);
        }
        for (const { file } of files.filter((f) => f.media === 'font/woff2')) {
            assert.ok(readFileSync(join(BUILT, file)).length < 50_000, file);
        }
        assert.doesNotMatch(css, /Page Myanmar[^}]*local\(/, 'Zawgyi fonts have that name');
    });

    test('the whole is served from what the list names', () => {
        const listed = new Set(files.flatMap(({ file, codings }) =>
            [file, ...codings.filter((c) => c !== '-').map((c) => `${file}.${c}`)]));
        const there = readdirSync(BUILT, { recursive: true, withFileTypes: true })
            .filter((d) => d.isFile()).length;
        assert.equal(there, listed.size + 1, 'and list.tsv');
    });
});

test('the way out leads to an empty page, or to the https: page that the build was told', async () => {
    const { exitAddress } = await import('../../web/make/build.mjs');
    for (const [given, address] of [['', 'about:blank'], ['about:blank', 'about:blank'],
        ['https://weather.example', 'https://weather.example/']]) {
        assert.equal(exitAddress(given), address);
    }
    for (const bad of ['http://weather.example', 'weather', 'javascript:alert(1)', '/x',
        'https://user@weather.example', 'data:text/html,x']) {
        assert.throws(() => exitAddress(bad), bad);
    }
    const html = readFileSync(join(BUILT, 'index.en.html'), 'utf8');
    assert.match(html, /<a class="exit" href="(about:blank|https:[^"]+)" data-exit/);
});

test('the log has nothing of what was asked of a page', async () => {
    await ask('/?lang=km&place=secretplace&embed=1');
    await new Promise((r) => setTimeout(r, 600));
    assert.doesNotMatch(haven.output, /secretplace|lang=/);
});

