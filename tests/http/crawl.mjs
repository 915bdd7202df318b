/* SPDX-License-Identifier: Apache-2.0
 *
 * Asks a server everything that its description lists, and more:
 *
 *   const seen = await crawl(haven, { points });        what the public sees
 *   const staff = await crawl(haven, { points, key });  what a key sees
 *   leaks(seen, forbidden(canaries));                   [] when all is well
 *
 * Paths, methods and parameters come from /openapi.json: of each parameter every value of
 * an enumeration, the ends and the middle of a range, every id that there is. A route that
 * is added later is asked without anybody remembering, and so is every file that a page
 * names. An answer is { status, headers, text, digest }: headers sorted and without the date, a
 * compressed text unpacked, a vector tile told in words, with degrees; the digest is that of
 * the bytes as they came.
 */
import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { POLICY } from './canaries.mjs';
import { decode, degrees, MEDIA as TILE, tileAt } from './tile.mjs';

const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'PUT'];
const AT_ONCE = 8;
const MIXED = 150; /* questions with several parameters at a time, per operation */
export const ABSENT = '00000000-0000-4000-8000-00000000dead';

/* ---- one request ------------------------------------------------------------------------ */

/* What a tile tells: its bytes, and properties and positions as a reader of JSON has them.
 * Degrees of points that are one thing (they have an id), rounded in several ways, so that a
 * marker with fewer digits is found. */
function tileText(bytes, path) {
    const [z, x, y] = path.match(/\d+/g)?.slice(-3).map(Number) ?? [];
    const place = (at) => {
        const { lat, lon } = degrees(z, x, y, at);
        return [3, 4, 5].map((n) => `${lat.toFixed(n)} ${lon.toFixed(n)}`);
    };
    const layers = Object.entries(decode(bytes)).map(([name, features]) => [
        name,
        features.map((f) => [
            f.properties,
            f.properties.id ? f.geometry.flat().map(place) : [],
        ]),
    ]);
    return `${bytes.toString()}\n${JSON.stringify(layers)}`;
}

const UNPACK = { gzip: gunzipSync, br: brotliDecompressSync };

function answerOf(response, chunks, path) {
    const sent = Buffer.concat(chunks);
    const unpack = UNPACK[response.headers['content-encoding']];
    const bytes = unpack && sent.length > 0 ? unpack(sent) : sent;
    const raw = response.rawHeaders;
    const headers = [];
    for (let i = 0; i < raw.length; i += 2) {
        if (raw[i].toLowerCase() !== 'date') {
            headers.push([raw[i].toLowerCase(), raw[i + 1]]);
        }
    }
    return {
        status: response.statusCode,
        headers: headers.sort(),
        text:
            response.headers['content-type'] === TILE && bytes.length > 0
                ? tileText(bytes, path)
                : bytes.toString(),
        digest: createHash('sha256').update(sent).digest('base64'),
    };
}

function send(origin, agent, { method, path, headers = {}, body }) {
    return new Promise((done, failed) => {
        const options = { method, headers: { ...headers }, agent };
        if (body !== undefined) {
            options.headers['Content-Length'] = Buffer.byteLength(body);
        }
        const sent = request(origin + path, options, (response) => {
            const chunks = [];
            response.on('data', (c) => chunks.push(c));
            response.on('end', () => done(answerOf(response, chunks, path)));
            response.on('error', failed);
        });
        sent.on('error', (e) => failed(new Error(`${method} ${path}: ${e.message}`)));
        sent.end(body);
    });
}

/* Somebody who asks one question after the other: { ask(question), close() }. */
export function client(haven, key) {
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    const own = key ? { Authorization: `Bearer ${haven.keys[key]}` } : {};
    return {
        ask: (q) =>
            send(haven.origin, agent, { ...q, headers: { ...q.headers, ...own } }),
        close: () => agent.destroy(),
    };
}

/* Sends `questions` ({ what, method, path, headers, body }), a few at a time. */
export async function askAll(haven, questions, key) {
    const { ask, close } = client(haven, key);
    const seen = new Map(questions.map((q) => [q.what, null]));
    let next = 0;
    const work = async () => {
        while (next < questions.length) {
            const q = questions[next++];
            seen.set(q.what, await ask(q));
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    close();
    return seen;
}

/* ---- values from the document -------------------------------------------------------------- */

const spread = (low, high) => {
    const some = [low, (low + high) / 2, high, low - 1, high + 1];
    return [...new Set([...some, 0, 0.5, 1, 2, 3, 5, 8, 13, 25, 50, 100])];
};

/* Texts for a parameter that the document calls a string, by what its name or its
 * description says. */
function texts(name, known) {
    const boxes = known.points.flatMap(([lat, lon]) =>
        [0.001, 0.1, 3].map((d) => [lon - d, lat - d, lon + d, lat + d].join(',')),
    );
    const ids = [...known.ids, ABSENT, 'x', ''];
    const by = {
        bbox: [...boxes, '-180,-90,180,90', '170,-90,-170,90', '1,2,3', ''],
        near: known.points.map((p) => p.join(',')),
        q: [...known.words, 'ford', 'Mill', 'Market, Mill', 'x', ''],
        from: ['2026-01-01', 'x'],
        source: ['test', 'x'],
        place: [...known.places, ...ids],
    };
    return by[name] ?? [...ids, ...known.words];
}

function schemaOf(api, schema) {
    const name = schema.$ref?.split('/').at(-1);
    return name ? api.components.schemas[name] : schema;
}

/* Values of a schema; each is sent alone. */
function valuesOf(api, name, given, known) {
    const schema = schemaOf(api, given.allOf?.[0] ?? given);
    if (schema.oneOf) {
        return schema.oneOf.flatMap((s) => valuesOf(api, name, s, known));
    }
    if (schema.enum) {
        return [...schema.enum, 'x'];
    }
    if (schema.const !== undefined) {
        return [schema.const];
    }
    const avoid = (id) =>
        ['service', 'organization', 'place'].map((n) => [{ [n]: id, km: 9 }]);
    switch (schema.type) {
        case 'boolean':
            return [true, false];
        case 'integer':
            return spread(schema.minimum ?? 0, schema.maximum ?? 100).map(Math.floor);
        case 'number':
            return spread(schema.minimum ?? 0, schema.maximum ?? 100);
        case 'array':
            if (name === 'avoid') {
                return known.ids.flatMap(avoid);
            }
            return name === 'with_children'
                ? [[], [{ age: 3 }], [{ age: 15, gender: 'female' }]]
                : [
                      schema.items
                          ? valuesOf(api, name, schema.items, known).slice(0, 16)
                          : [],
                  ];
        case 'object':
            return [{}, { status: 'open' }];
        default:
            if (schema.format === 'date-time') {
                return ['2026-11-22T10:00:00+07:00', '2026-11-22'];
            }
            return schema.pattern ? ['15', '15-17', 'x'] : texts(name, known);
    }
}

/* Small numbers of a fixed sequence (Lehmer), so that two crawls ask the same. */
function sequence() {
    let state = 20261124;
    return (below) => {
        state = (state * 48271) % 0x7fffffff;
        return state % below;
    };
}

/* Questions to one operation as { parameter: value }: a few plain ones, each value of each
 * parameter by itself, and some with several. */
function queriesOf(params, known) {
    const names = Object.keys(params);
    const bases = [{}];
    if (names.includes('lat')) {
        bases.push(...known.points.map(([lat, lon]) => ({ lat, lon })));
    }
    if (names.includes('q')) {
        bases.push({ q: 'mill' });
    }
    const base = bases[1] ?? bases[0];
    const single = names.flatMap((n) => params[n].map((v) => ({ ...base, [n]: v })));
    const next = sequence();
    const mixed = Array.from({ length: names.length > 2 ? MIXED : 0 }, (_, i) => {
        const some = { ...bases[i % bases.length] };
        for (let k = 0; k < 3; k++) {
            const name = names[next(names.length)];
            some[name] = params[name][next(params[name].length)];
        }
        return some;
    });
    return [...bases, ...single, ...mixed];
}

/* ---- questions ------------------------------------------------------------------------------- */

const inUrl = (v) => (Array.isArray(v) ? v.join(',') : String(v));
const search = (query) => {
    const text = new URLSearchParams(
        Object.entries(query).map(([k, v]) => [k, inUrl(v)]),
    );
    return text.size ? `?${text}` : '';
};

/* The tiles that hold a known point, at every other zoom of the range and the last. */
function tilesOf({ minimum, maximum }, known) {
    const zooms = Array.from({ length: maximum - minimum + 1 }, (_, i) => minimum + i);
    return zooms
        .filter((z) => z % 2 === 0 || z === maximum)
        .flatMap((z) =>
            known.points.map(([lat, lon]) => ({ z, ...tileAt({ lat, lon }, z) })),
        );
}

/* Values of several parameters of a path, by name: those of all side by side, and shifted
 * against each other; before them tiles, where it is tiles that they name. */
function severalOf(api, names, parameters, known) {
    const schema = Object.fromEntries(parameters.map((p) => [p.name, p.schema]));
    const values = names.map((n) => [...valuesOf(api, n, schema[n] ?? {}, known), 'x', '-0']);
    const longest = Math.max(...values.map((v) => v.length));
    const beside = [0, 1, 2].flatMap((shift) =>
        Array.from({ length: longest }, (_, i) =>
            Object.fromEntries(
                names.map((n, k) => [n, values[k][(i + k * shift) % values[k].length]]),
            ),
        ),
    );
    const isTile = ['z', 'x', 'y'].every((n) => schema[n]?.type === 'integer');
    const tiles = isTile ? tilesOf(schema.z, known) : [];
    return [...tiles.map((t) => ({ ...beside[0], ...t })), ...beside];
}

const namesOf = (path) => [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]);

const pathParameters = (api, path) =>
    Object.values(api.paths[path])
        .flatMap((operation) => operation.parameters ?? [])
        .filter((p) => p.in === 'path');

/* The path with its parameters filled in: from `values` by name, and numbers that are not
 * there with the least that the document allows. */
export function fillPath(api, path, values) {
    const least = pathParameters(api, path).map((p) => [p.name, p.schema.minimum]);
    const all = { ...Object.fromEntries(least), ...values };
    return namesOf(path).reduce((text, n) => text.replace(`{${n}}`, String(all[n])), path);
}

/* The path with each of its parameters filled in, in every way. */
function pathsOf(api, path, known) {
    const names = namesOf(path);
    const [name] = names;
    if (name === undefined) {
        return [path];
    }
    if (names.length > 1) {
        const several = severalOf(api, names, pathParameters(api, path), known);
        return [...new Set(several.map((values) => fillPath(api, path, values)))];
    }
    const numbers = ['0', '1', '2', '3', '-1', '99999999999999999999'];
    const values = [...known.ids, ABSENT, ABSENT.toUpperCase(), 'x', '%00', ...numbers];
    return values.map((v) => path.replace(`{${name}}`, v));
}

const asked = (method, path, more = {}) => ({
    what: [method, path, ...Object.entries(more.headers ?? {}).flat(), more.body ?? '']
        .join(' ')
        .trim(),
    method,
    path,
    ...more,
});

function getQuestions(api, method, paths, operation, known) {
    const params = {};
    for (const p of operation.parameters ?? []) {
        if (p.in === 'query') {
            params[p.name] = valuesOf(api, p.name, p.schema, known);
        }
    }
    const queries = queriesOf(params, known);
    return [
        ...paths.flatMap((path) => {
            const all = paths.length > 1 ? queries.slice(0, 12) : queries;
            return all.map((q) => asked(method, path + search(q)));
        }),
        asked(method, `${paths[0]}?nothing=1`),
    ];
}

function bodyQuestions(api, method, paths, operation, known) {
    const [[media, { schema }]] = Object.entries(
        operation.requestBody?.content ?? {},
    ).concat([['application/json', { schema: {} }]]);
    const params = Object.fromEntries(
        Object.entries(schema.properties ?? {})
            /* A password is tried as such in accounts; its delay would change answers. */
            .filter(([name]) => name !== 'password')
            .map(([name, s]) => [name, valuesOf(api, name, s, known)]),
    );
    const json = { 'Content-Type': media };
    const bodies = queriesOf(params, known).map((q) => JSON.stringify(q));
    const bad = [
        '',
        '{',
        '[]',
        'null',
        '{"nothing":1}',
        '{"lat":1,"lat":1}',
        '\ufeff{}',
        '\u0000',
    ];
    return paths.flatMap((path) => [
        ...(paths.length > 1 ? bodies.slice(0, 2) : bodies).map((body) =>
            asked(method, path, { headers: json, body }),
        ),
        ...bad.map((body) => asked(method, path, { headers: json, body })),
        asked(method, path, { headers: { 'Content-Type': 'text/plain' }, body: '{}' }),
    ]);
}

const MEDIA = [
    '*/*',
    'application/json',
    'text/html',
    'text/csv',
    'text/plain',
    'application/geo+json',
    'application/problem+json',
    'application/vnd.mapbox-vector-tile',
];

/* Other forms of an answer, by header. */
function headerQuestions(api, path) {
    const named = Object.values(api.paths).flatMap((methods) =>
        Object.values(methods).flatMap((o) =>
            Object.keys(o.responses[200]?.content ?? {}),
        ),
    );
    return [
        ...[...new Set([...MEDIA, ...named])].map((Accept) => ({ Accept })),
        ...['en', 'km', 'x'].map((l) => ({ 'Accept-Language': l })),
        ...['gzip', 'br', 'identity;q=0'].map((e) => ({ 'Accept-Encoding': e })),
        { Range: 'bytes=0-99' },
        { 'If-None-Match': '*' },
        { 'If-Modified-Since': 'Sun, 22 Nov 2026 10:00:00 GMT' },
        { Authorization: 'Bearer x' },
        { Authorization: 'Basic eDp4' },
        { Cookie: '__Host-haven=x' },
    ].map((headers) => asked('GET', path, { headers }));
}

const UNKNOWN = [
    '/nothing',
    '/index.html',
    '/index.en.html',
    '/list.tsv',
    '/assets',
    '/assets/',
    '/assets/../list.tsv',
    '/api',
    '/api/v1',
    '/api/v1/services/',
    '/api/v2/services',
    '/api/v1/services/../status',
    '/api/v1//services',
    '/API/V1/SERVICES',
    '/%2e%2e/test.db',
    '/test.db',
    '/metrics/',
    '/api/v1/services/%00',
    '/api/v1/services.csv',
    '/api/v1/services.geojson',
    '/api/v1/tiles/8/200/120',
    '/tiles/8/200/120.pbf',
    `/${'x'.repeat(2000)}`,
];

/* True when the operation only asks: what a key may be used for without changing anything.
 * One that can be asked by GET too stands as NAME_post (server/api/openapi.c). */
const isAsking = (method, operation) =>
    method === 'GET' || method === 'HEAD' || operation?.operationId.endsWith('_post');

/* What is sent to one path of the document. */
function pathQuestions(api, path, known, key) {
    const operations = api.paths[path];
    const paths = pathsOf(api, path, known);
    const all = [];
    for (const method of METHODS) {
        const operation = operations[method.toLowerCase()];
        if (key && method !== 'HEAD' && !isAsking(method, operation)) {
            continue;
        }
        if (operation?.requestBody) {
            all.push(...bodyQuestions(api, method, paths, operation, known));
        } else if (operation) {
            all.push(...getQuestions(api, method, paths, operation, known));
        } else {
            all.push(...paths.slice(0, 12).map((p) => asked(method, p)));
        }
    }
    return operations.get
        ? [...all, ...headerQuestions(api, paths[0] + known.plain(path))]
        : all;
}

/* Requests that are none, over bare sockets. */
const MALFORMED = [
    'GET /api/v1/services\r\n\r\n',
    'NONE / HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /api/v1/services HTTP/9.9\r\nHost: x\r\n\r\n',
    '\r\n\r\n\0\0\0\0',
    'GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /api/v1/services HTTP/1.1\r\nno header\r\nHost: x\r\nConnection: close\r\n\r\n',
    'POST /api/v1/nearest HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}',
    'POST /api/v1/nearest HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n',
    'POST /api/v1/nearest HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    `GET /${'y'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
];

async function askMalformed(haven, seen) {
    const answers = await Promise.all(MALFORMED.map((bytes) => haven.raw(bytes, 400)));
    answers.forEach((a, i) => {
        const text = a.text.replace(/^Date: .*\r\n/gim, '');
        seen.set(`raw ${JSON.stringify(MALFORMED[i].slice(0, 90))}`, {
            status: Number(a.text.match(/^HTTP\/1\.\d (\d+)/)?.[1] ?? 0),
            headers: [],
            text,
        });
    });
}

/* Every file that a page names. */
async function askNamed(haven, seen, key) {
    const pages = [...seen.values()].filter((a) =>
        a.headers.some(([name, value]) => name === 'content-type' && /^text\/html/.test(value)),
    );
    const named = pages.flatMap((a) =>
        [...a.text.matchAll(/ (?:src|href)="(\/[^"?#]+)"/g)].map((m) => m[1]),
    );
    const questions = [...new Set(named)].map((path) => asked('GET', path));
    for (const [what, answer] of await askAll(haven, questions, key)) {
        seen.set(what, answer);
    }
}

/* Every page of every list that has a cursor, one service and one hundred at a time. */
async function askPages(haven, api, seen, key) {
    const lists = Object.entries(api.paths).filter(
        ([path, { get }]) =>
            !path.includes('{') && get?.parameters?.some((p) => p.name === 'cursor'),
    );
    for (const [path, { get }] of lists) {
        const limits = get.parameters.some((p) => p.name === 'limit')
            ? ['&limit=1', '&limit=7']
            : [''];
        for (const limit of limits) {
            for (let cursor = ''; cursor !== null;) {
                const question = asked(
                    'GET',
                    `${path}?cursor=${cursor}${limit}`.replace('cursor=&', ''),
                );
                const [answer] = (await askAll(haven, [question], key)).values();
                seen.set(question.what, answer);
                cursor =
                    answer.status === 200 ? (JSON.parse(answer.text).next ?? null) : null;
            }
        }
    }
}

/* The ids of places that hold one of the points, or are found by one of the words. */
async function placesOf(haven, points, words) {
    const asking = [
        ...points.map(([lat, lon]) => asked('GET', `/api/v1/places/at?lat=${lat}&lon=${lon}`)),
        ...['mill', 'ford', ...words].map((w) =>
            asked('GET', `/api/v1/places?q=${encodeURIComponent(w)}`)),
    ];
    const answers = [...(await askAll(haven, asking)).values()];
    const found = answers
        .filter((a) => a.status === 200)
        .flatMap((a) => {
            const { areas = [], results = [] } = JSON.parse(a.text);
            return [...areas, ...results].map((p) => p.id);
        });
    return [...new Set(found)].slice(0, 20);
}

/* Asks `haven` everything as `key` (a role that was added; none: the public). `points` are
 * [lat, lon]; `ids` go into every {id} and every text parameter, also those that the caller
 * should not know; `words` are searched for; `validators` (Map of what -> ETag) are sent
 * again as If-None-Match. */
export async function crawl(haven, options = {}) {
    const {
        key,
        points = [[12.5, 104.6]],
        ids = [],
        words = [],
        validators = new Map(),
    } = options;
    const first = await askAll(haven, [asked('GET', '/openapi.json')], key);
    const api = JSON.parse([...first.values()][0].text);
    const plain = (path) =>
        path.includes('nearest') || path.includes('/at')
            ? `?lat=${points[0][0]}&lon=${points[0][1]}`
            : path.endsWith('places')
              ? '?q=mill'
              : '';
    const known = { points, ids, words, plain, places: await placesOf(haven, points, words) };
    const questions = [
        ...Object.keys(api.paths).flatMap((path) => pathQuestions(api, path, known, key)),
        ...UNKNOWN.flatMap((path) =>
            ['GET', 'OPTIONS', ...(key ? [] : ['POST'])].map((m) => asked(m, path)),
        ),
        ...[...validators].map(([path, etag]) =>
            asked('GET', path, { headers: { 'If-None-Match': etag } }),
        ),
    ];
    const unique = [...new Map(questions.map((q) => [q.what, q])).values()];
    const seen = await askAll(haven, unique, key);
    await askPages(haven, api, seen, key);
    await askNamed(haven, seen, key);
    if (!key) {
        await askMalformed(haven, seen);
    }
    return seen;
}

/* ---- what is looked for ------------------------------------------------------------------------ */

const isNumber = (kind) => kind === 'lat' || kind === 'lon';

/* What no answer to the public may hold: [{ of, kind, pattern }]. */
export function forbidden(canaries, policy = POLICY) {
    return canaries.flatMap(({ visibility, n, marker }) =>
        Object.entries(marker)
            .filter(([kind]) => !policy[visibility].includes(kind))
            .map(([kind, text]) => ({
                of: `${visibility} ${n}`,
                kind,
                text,
                pattern: isNumber(kind)
                    ? new RegExp(`(?<![\\d.])${text.replace('.', '\\.')}`)
                    : new RegExp(
                          `${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?!\\w)`,
                          'i',
                      ),
            })),
    );
}

/* The places where an answer, or one of its headers, holds what is forbidden. */
export function leaks(seen, marks) {
    const found = [];
    const any = new RegExp(marks.map((m) => m.pattern.source).join('|'), 'i');
    for (const [what, answer] of seen) {
        const whole = `${answer.text}\n${answer.headers.flat().join('\n')}`;
        if (any.test(whole)) {
            for (const m of marks.filter((m) => m.pattern.test(whole))) {
                found.push(`${what}: ${m.kind} of ${m.of}`);
            }
        }
    }
    return found;
}
