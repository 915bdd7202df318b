/* SPDX-License-Identifier: Apache-2.0
 *
 * GET and POST /api/v1/places: what the built-in gazetteer finds, what an answer holds, what
 * is refused and how, and that hostile text costs little and is written nowhere.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { places as synthetic } from './gazetteer.mjs';
import { root, start } from './haven.mjs';

const PLACES = '/api/v1/places';
const STATUS = '/api/v1/status';
const MARKER = 'qzwmarker'; /* in questions only */
const SHELTER = 'Qzwshelter Battambang';
const GROWTH_KIB = 64 * 1024; /* the most that all hostile questions together may cost */

const mekong = readFileSync(join(root, 'data/mekong/places.csv'), 'utf8');
const SERVICES = [
    {
        id: 'hidden',
        organization: SHELTER,
        service: SHELTER,
        country: 'KH',
        needs: 'housing.shelter',
        kind: 'shelter',
        lat: '13.1',
        lon: '103.2',
        village: 'Qzwvillage',
        status: 'open',
    },
];

let haven;
let log = '';

before(async () => {
    haven = await start({
        services: SERVICES,
        roles: ['operator', 'steward'],
        prepare: (made) => {
            for (const [source, text] of Object.entries({ mekong, synthetic })) {
                const done = made.gazetteer('places', text, source);
                assert.equal(done.status, 0, done.stderr);
            }
        },
    });
    haven.child.stderr.on('data', (chunk) => {
        log += chunk;
    });
});
after(() => haven?.stop());

const url = (query) => `${PLACES}?${new URLSearchParams(query)}`;

/* The results of both methods, which must be the same. */
async function find(q, more = {}) {
    const query = { q, ...more };
    const [got, posted] = [await haven.get(url(query)), await haven.post(PLACES, query)];
    assert.equal(got.status, 200, got.text);
    assert.equal(posted.text, got.text, q);
    return got.body.results;
}

const adminOf = (place) => place.admin.map((a) => a.name);

describe('what is found first', () => {
    const first = {
        'poi pet': ['Poipet', 'Banteay Meanchey'],
        'paoy paet': ['Poipet', 'Banteay Meanchey'],
        poipet: ['Poipet', 'Banteay Meanchey'],
        PoiPet: ['Poipet', 'Banteay Meanchey'],
        'pooipet, banteay meanchey': ['Poipet', 'Banteay Meanchey'],
        ប៉ោយប៉ែត: ['Poipet', 'Banteay Meanchey'],
        'ប៉ោយ\u200bប៉ែត': ['Poipet', 'Banteay Meanchey'],
        savanakhet: ['Savannakhet', 'Laos'],
        savann: ['Savannakhet', 'Laos'],
        'chiang rai': ['Chiang Rai', 'Thailand'],
        'chieng rai': ['Chiang Rai', 'Thailand'],
        เชียงราย: ['Chiang Rai', 'Thailand'],
        'da nang': ['Đà Nẵng', 'Vietnam'],
        danang: ['Đà Nẵng', 'Vietnam'],
        云南: ['Yunnan', 'China'],
        ສະຫວັນນະເຂດ: ['Savannakhet', 'Laos'],
        'thma koul battambang': ['Thma Koul', 'Battambang'],
        'battambang, thma koul': ['Thma Koul', 'Battambang'],
        'battambang thma koul': ['Thma Koul', 'Battambang'],
        'thmar kol': ['Thma Koul', 'Battambang'],
    };
    for (const [q, [name, above]] of Object.entries(first))
        test(q, async () => {
            const [place] = await find(q);
            assert.equal(place?.name, name);
            assert.equal(adminOf(place).at(-1), above);
        });
});

describe('an answer', () => {
    test('tells what a place lies in, the country first', async () => {
        const [market] = await find('market');
        assert.equal(market.name, 'Market');
        assert.equal(market.kind, 'town');
        assert.equal(market.country, 'KH');
        assert.deepEqual(
            market.admin.map(({ level, name }) => [level, name]),
            [
                [0, 'Cambodia'],
                [1, 'Westmark'],
                [2, 'Mill'],
            ],
        );
        assert.deepEqual(market.point, { lat: 12.5, lon: 104.75 }); /* of its district */
        assert.equal(market.precision, 'district');
    });

    test('is the place as it is by id, and a score', async () => {
        for (const q of ['foord', 'poi pet', 'mae sai', 'da nang']) {
            const found = await find(q);
            assert.ok(found.length > 0, q);
            let last = 1;
            for (const { score, ...place } of found) {
                const one = await haven.get(`${PLACES}/${place.id}`);
                assert.deepEqual(place, one.body);
                assert.ok(score <= last && score >= 0, `${q}: ${score} after ${last}`);
                last = score;
            }
        }
    });

    test('tells namesakes apart by what they lie in', async () => {
        const fords = (await find('ford')).filter(({ name }) => name === 'Ford');
        assert.deepEqual(fords.map((p) => adminOf(p).at(-1)).sort(), ['Eastmark', 'Westmark']);
        for (const province of ['Eastmark', 'Westmark'])
            for (const q of [`ford ${province}`, `ford, ${province}`, `${province}, ford`]) {
                const [place] = await find(q);
                assert.deepEqual([place.name, adminOf(place).at(-1)], ['Ford', province], q);
            }
    });

    test('has the nearest of places as good as each other first', async () => {
        for (const [near, province] of Object.entries({
            '12.5,104.2': 'Westmark',
            '12.5,105.3': 'Eastmark',
        })) {
            const [place] = await find('ford', { near });
            assert.deepEqual([place.name, adminOf(place).at(-1)], ['Ford', province]);
        }
    });

    test('is of the country and as long as was asked', async () => {
        for (const country of ['KH', 'LA', 'TH']) {
            const found = await find('chiang', { country, limit: 100 });
            assert.ok(found.every((place) => place.country === country));
        }
        assert.ok((await find('chiang', { country: 'TH' })).length > 0);
        for (const limit of [1, 2, 100]) {
            assert.ok((await find('ban', { limit })).length <= limit);
        }
        assert.equal((await find('mae', { limit: 1 })).length, 1);
    });

    test('has its label in a language, else in English, else the name', async () => {
        const label = async (q, lang) => {
            const [place] = await find(q, lang ? { lang } : {});
            return [place.label, place.label_language];
        };
        assert.deepEqual(await label('poipet', 'th'), ['ปอยเปต', 'th']);
        assert.deepEqual(await label('poipet', 'km'), ['ប៉ោយប៉ែត', 'km']);
        assert.deepEqual(await label('da nang', 'km'), ['Da Nang', 'en']);
        assert.equal((await label('poipet', 'lo'))[0], 'Poipet');
        assert.equal((await label('poipet'))[0], 'Poipet');
    });

    test('of nothing is an empty list', async () => {
        assert.deepEqual(await find('xqzkwvvjqx'), []);
    });

    test('is the same with any key, and tells of no service', async () => {
        for (const q of ['battambang', 'qzwshelter', SHELTER, 'qzwvillage']) {
            const open = await haven.get(url({ q }));
            assert.doesNotMatch(open.text.toLowerCase(), /qzw/);
            for (const key of ['operator', 'steward']) {
                const staff = await haven.get(url({ q }), key);
                assert.deepEqual([staff.status, staff.text], [open.status, open.text], q);
            }
        }
    });
});

/* ---- what is refused ------------------------------------------------------------------------ */

/* A 400 problem that does not repeat what was asked. */
function assertProblem(answer, shown) {
    assert.equal(answer.status, 400, `${shown}: ${answer.text.slice(0, 300)}`);
    assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
    assert.ok(!answer.text.includes(MARKER), 'the value is repeated');
    assert.ok(answer.text.length < 2000);
}

/* One that names `parameter`. */
function assertRefused(answer, parameter, value) {
    assertProblem(answer, `${parameter} ${JSON.stringify(value)?.slice(0, 60)}`);
    const named = (answer.body.errors ?? []).map((e) => e.parameter);
    assert.ok(named.includes(parameter), `${answer.text} does not name ${parameter}`);
}

const assertWell = async () => {
    assert.equal((await haven.get(STATUS)).status, 200);
    assert.equal((await find('poi pet'))[0].name, 'Poipet');
};

const MARKS = '\u0301';
const bothWays = {
    q: [
        '',
        ' ',
        '\t\n',
        '-, .',
        MARKS,
        MARKS.repeat(200),
        '\u200b\u200c\u200d\ufeff',
        `${MARKER}${'x'.repeat(192)}`,
        'ក'.repeat(201),
    ],
    limit: ['0', '101', 'x', '1.5', '-1', '', '1e1', MARKER, '99999999999999999999'],
    near: ['', '13', '13,', ',103', 'a,b', '91,103', '13,181', '13,-181', '13,103,5', 'nan,nan',
        'inf,0', `13,103${MARKER}`, '1'.repeat(60)],
    country: ['XX', '', 'Cambodia', 'KHM', MARKER],
    lang: ['xx', '', 'khm', MARKER],
};

describe('what is refused', () => {
    for (const [name, values] of Object.entries(bothWays))
        test(`a bad ${name}`, async () => {
            for (const value of values) {
                const query = { q: 'poipet', [name]: value };
                assertRefused(await haven.get(url(query)), name, value);
                assertRefused(await haven.post(PLACES, query), name, value);
            }
            await assertWell();
        });

    test('no q, an unknown parameter, q twice', async () => {
        assertRefused(await haven.get(PLACES), 'q');
        assertRefused(await haven.post(PLACES, {}), 'q');
        assertRefused(await haven.get(`${PLACES}?country=KH`), 'q');
        assertRefused(await haven.get(url({ q: 'poipet', quary: MARKER })), 'quary');
        assertRefused(await haven.post(PLACES, { q: 'poipet', quary: MARKER }), 'quary');
        assertRefused(await haven.get(`${PLACES}?q=poipet&q=${MARKER}`), 'q');
        assertProblem(await haven.post(PLACES, `{"q":"poipet","q":"${MARKER}"}`), 'q twice');
    });

    test('what is no text', async () => {
        for (const q of [7, null, true, {}, [], ['poipet', MARKER], [[MARKER]]])
            assertRefused(await haven.post(PLACES, { q }), 'q', q);
        for (const limit of [0, 101, 1.5, '5', [5], null])
            assertRefused(await haven.post(PLACES, { q: 'poipet', limit }), 'limit', limit);
        for (const near of [13, [13, 103], { lat: 13, lon: 103 }])
            assertRefused(await haven.post(PLACES, { q: 'poipet', near }), 'near', near);
    });

    test('another method', async () => {
        for (const method of ['PUT', 'DELETE', 'PATCH']) {
            const answer = await haven.send(method, PLACES);
            assert.equal(answer.status, 405);
            assert.match(answer.headers.get('allow'), /GET.*POST|POST.*GET/);
        }
    });

    test('200 letters are a name, of any script', async () => {
        for (const letter of ['a', 'ก', 'ក', 'ຂ', 'မ', '昆'])
            assert.ok(Array.isArray(await find(letter.repeat(200))), letter);
    });
});

/* ---- hostile -------------------------------------------------------------------------------- */

const status = ({ text }) => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
const postHead = (length) =>
    `POST ${PLACES} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
    `Connection: close\r\nContent-Length: ${length}\r\n\r\n`;

/* A POST of bytes that fetch would not send. */
async function postBytes(...pieces) {
    const body = Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
    return haven.raw(Buffer.concat([Buffer.from(postHead(body.length)), body]));
}

/* The most memory that the server has had, KiB. */
function memory() {
    const text = readFileSync(`/proc/${haven.child.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s*(\d+) kB/m.exec(text)[1]);
}

describe('hostile text', () => {
    let least;
    before(async () => {
        await Promise.all(Array.from({ length: 20 }, (_, i) => find(`poi pet ${i}`)));
        least = memory();
    });

    test('4,000 letters in one word', async () => {
        for (const letter of ['a', 'z', 'q'])
            assertRefused(await haven.get(url({ q: letter.repeat(4000) })), 'q');
        for (const letter of ['a', 'ក', 'ก', '\u0301', 'ﷺ', '\u{1d15e}', '\u{20000}', 'İ'])
            assertRefused(await haven.post(PLACES, { q: letter.repeat(4000) }), 'q', letter);
        await assertWell();
    });

    test('60 KB of combining marks', async () => {
        for (const before of ['', 'a', 'ក'])
            for (const mark of ['\u0301', '\u0302\u0323', '\u17d2', '\u0e31', '\u1039']) {
                const q = before + mark.repeat(20_000 / mark.length);
                assertRefused(await haven.post(PLACES, { q }), 'q');
            }
        const escaped = await haven.post(PLACES, `{"q":"${'\\u0301'.repeat(10_000)}"}`);
        assertRefused(escaped, 'q');
        await assertWell();
    });

    test('as many marks as a name may have letters', async () => {
        for (const mark of ['\u0301', '\u0302\u0323', '\u17d2\u1780', '\u0e31', '\u1039\u1000', '\u0eb1']) {
            const q = `a${mark.repeat(199 / mark.length)}`;
            const answer = await haven.post(PLACES, { q });
            assert.ok([200, 400].includes(answer.status), answer.text);
        }
        await assertWell();
    });

    /* What expands when it is folded, and what is many words. */
    test('words without end, and letters that grow', async () => {
        const texts = [
            'a '.repeat(100),
            'ban '.repeat(50),
            ', '.repeat(99) + 'a',
            'a,'.repeat(100),
            'ﷺ'.repeat(200),
            '㍿'.repeat(200),
            'aeiou'.repeat(40),
            'nnnn '.repeat(40),
            'phum krong srok khan '.repeat(9),
            'ကြ'.repeat(100),
            '၀'.repeat(200),
            '\u202e'.repeat(100) + 'poipet',
        ];
        for (const q of texts) {
            const answer = await haven.post(PLACES, { q, limit: 100 });
            const shown = `${q.slice(0, 20)}: ${answer.text.slice(0, 300)}`;
            assert.ok([200, 400].includes(answer.status), shown);
        }
        await assertWell();
    });

    test('half a surrogate pair', async () => {
        for (const escape of ['\\ud800', '\\udc00', 'a\\ud800b', '\\udc00\\ud800', '\\ud800\\u0041'])
            assert.equal((await haven.post(PLACES, `{"q":"${escape}"}`)).status, 400, escape);
        const pair = await haven.post(PLACES, '{"q":"\\ud842\\udfb7"}');
        assert.ok([200, 400].includes(pair.status), pair.text);
        await assertWell();
    });

    test('bytes that are no UTF-8, and NUL', async () => {
        const bad = ['%ff', '%ff%fe', 'a%c3', '%c0%80', '%ed%a0%80', '%f5%80%80%80', '%e1%9e', 'a%00b', '%00'];
        for (const text of bad) {
            const answer = await haven.get(`${PLACES}?q=poipet${MARKER}${text}`);
            assertProblem(answer, text); /* of the whole URL */
        }
        for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
            const answer = await postBytes(`{"q":"poipet`, bytes, `"}`);
            assert.equal(status(answer), 400, String(bytes));
        }
        assert.equal(status(await postBytes('{"q":"a', [0], 'b"}')), 400);
        assertProblem(await haven.post(PLACES, `{"q":"${MARKER}a\\u0000b"}`), 'NUL');
        for (const text of ['%', '%4', '%zz', 'a%'])
            assert.ok([200, 400].includes(status(await haven.raw(
                `GET ${PLACES}?q=${text} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`))), text);
        await assertWell();
    });

    test('a body of 10 MB', async () => {
        const marks = Buffer.from(MARKS.repeat(5 << 20));
        assert.equal(status(await haven.raw(postHead(marks.length))), 413);
        const whole = await postBytes('{"q":"', marks, '"}'); /* or closed while it is sent */
        assert.ok(whole.closed && (whole.text === '' || status(whole) === 413), whole.text);
        await assertWell();
    });

    test('all of it costs little memory', () => {
        const grown = memory() - least;
        assert.ok(grown < GROWTH_KIB, `${grown} KiB more than before`);
    });
});

describe('many at once', () => {
    test('8 connections of 200 searches each', async () => {
        const texts = ['poi pet', 'savanakhet', 'เชียงราย', 'thma koul battambang', 'ford eastmark', 'xqzkw'];
        const wanted = Object.fromEntries(
            await Promise.all(texts.map(async (q) => [q, (await haven.get(url({ q }))).text])),
        );
        const client = async (number) => {
            for (let i = 0; i < 200; i++) {
                const q = texts[(number + i) % texts.length];
                const answer = await (i % 2 ? haven.get(url({ q })) : haven.post(PLACES, { q }));
                assert.equal(answer.status, 200);
                assert.equal(answer.text, wanted[q]);
            }
        };
        await Promise.all(Array.from({ length: 8 }, (_, number) => client(number)));
    });
});

test('the log holds nothing of what was asked', async () => {
    await find(`poipet ${MARKER}`);
    await haven.get(`${PLACES}?${MARKER}=1&q=${MARKER}`);
    const before = log.length;
    const end = Date.now() + 10_000;
    while (log.length === before && Date.now() < end) {
        await haven.get(STATUS);
        await new Promise((done) => setTimeout(done, 100));
    }
    assert.ok(log.length > 0, 'nothing was logged');
    assert.doesNotMatch(log, /Sanitizer|runtime error/);
    const texts = [MARKER, 'poi', 'savan', 'เชียง', 'battambang', 'ប៉ោយ', 'aaaa', '104.'];
    for (const text of texts) assert.ok(!log.toLowerCase().includes(text), text);
    for (const line of log.trim().split('\n').slice(0, -1))
        assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\dZ \w+ \d{3} \d+$/);
});
