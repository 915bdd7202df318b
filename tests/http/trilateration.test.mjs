/* SPDX-License-Identifier: Apache-2.0
 *
 * A hidden place cannot be found by asking, however cleverly: 2,000 questions by an attacker
 * who halves every distance (attacker.mjs) fit the published point, or nothing; and every
 * byte of every answer is the same wherever in its district the place really is. With the
 * key of an operator they find the middle of its cell of a kilometre, and nothing finer.
 * Exact places, read one by one, meet a limit and the audit.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Attacker, metres, random } from './attacker.mjs';
import { collection, feature, outlines, places, rectangle } from './gazetteer.mjs';
import { start } from './haven.mjs';

const SEED = Number(process.env.SEED ?? Date.now() % 1e9);
const BUDGET = 2000;
const STATUS = '/api/v1/status';
const SERVICES = '/api/v1/services';
console.log(`SEED=${SEED}`);

/* The cell of a kilometre that holds a point, by the rule in data/geo.h: rows of 1/110
 * degree from the south pole, each cut into as many columns from 180 degrees west as are at
 * least as wide at the middle of the row. */
function cellOf({ lat, lon }) {
    const row = Math.floor((lat + 90) * 110);
    const middle = (row + 0.5) / 110 - 90;
    const columns = Math.floor(360 * 110 * Math.cos((middle * Math.PI) / 180));
    const width = 360 / columns;
    const column = Math.floor((lon + 180) / width);
    return {
        south: row / 110 - 90,
        north: (row + 1) / 110 - 90,
        west: column * width - 180,
        east: (column + 1) * width - 180,
        middle: { lat: middle, lon: (column + 0.5) * width - 180 },
    };
}

const inCell = (cell, up, right) => ({
    lat: cell.south + (cell.north - cell.south) * up,
    lon: cell.west + (cell.east - cell.west) * right,
});

/* ---- the directory ---------------------------------------------------------------------- */

const DISTRICTS = [
    ['Ford', 'Westmark', 104.25],
    ['Mill', 'Westmark', 104.75],
    ['Ford', 'Eastmark', 105.25],
    ['Hill', 'Eastmark', 105.75],
];
const HILL = {
    lat: 12.5,
    lon: 105.75,
}; /* where the gazetteer has it; without an outline */

const roll = random(SEED);
const clinics = DISTRICTS.flatMap(([district, province, lon], d) =>
    Array.from({ length: 5 }, (_, i) => ({
        id: `clinic-${d}-${i}`,
        organization: `Provider ${d}${i}`,
        service: `Clinic ${d}${i}`,
        country: 'KH',
        district,
        province,
        needs: i % 2 ? 'legal' : 'health.clinic',
        kind: 'clinic',
        visibility: 'exact',
        status: 'open',
        genders: 'any',
        lat: (12.1 + roll() * 0.8).toFixed(6),
        lon: (lon - 0.2 + roll() * 0.4).toFixed(6),
    })),
);

const hiddenRow = (visibility, at, more = {}) => ({
    id: `hidden-${visibility}`,
    organization: `Organization ${visibility}`,
    service: `Office ${visibility}`,
    country: 'KH',
    needs: 'legal;health.clinic',
    kind: 'counselling',
    visibility,
    status: 'open',
    genders: 'female',
    age_min: 12,
    lat: at.lat.toFixed(7),
    lon: at.lon.toFixed(7),
    phones: '+855 23 000 999',
    hours: '24/7',
    ...more,
});

const hill = { district: 'Hill', province: 'Eastmark' };
const KINDS = {
    area: { row: (at) => hiddenRow('area', at, hill), published: HILL },
    contact: {
        row: (at) =>
            hiddenRow('contact', at, { ...hill, remote: 'phone', covers: 'any' }),
        published: null,
    },
    staff: {
        row: (at) =>
            hiddenRow('staff', at, {
                ...hill,
                needs: 'housing.shelter;legal;health.clinic',
            }),
        published: null,
    },
};
const SHELTER = (at) =>
    hiddenRow('staff', at, {
        id: 'shelter',
        organization: 'Shelter',
        service: 'Shelter',
        needs: 'housing.shelter;health.clinic;legal',
        kind: 'shelter',
    });

function loadPlaces(haven, boundaries = outlines) {
    assert.equal(haven.gazetteer('places', places, 'gazetteer').status, 0);
    assert.equal(haven.gazetteer('boundaries', boundaries, 'gazetteer').status, 0);
}

async function change(haven, rows) {
    const before_ = (await haven.get(STATUS, 'steward')).body.revision;
    haven.import(rows, 'test', '--retire-missing', '--force');
    const end = Date.now() + 30_000;
    while ((await haven.get(STATUS, 'steward')).body.revision === before_) {
        assert.ok(Date.now() < end, 'the server did not notice the import');
        await new Promise((r) => setTimeout(r, 20));
    }
}

async function idOf(haven, name) {
    const found = (await haven.list('steward')).find((s) => s.name === name);
    assert.ok(found, name);
    return found.id;
}

async function knownPlaces(haven) {
    const all = await haven.list(null);
    return all
        .filter((s) => s.name.startsWith('Clinic'))
        .map((s) => ({ id: s.id, need: s.needs[0], lat: s.point.lat, lon: s.point.lon }));
}

/* The first answer that differs, in words; undefined when all are the same bytes. */
function difference(a, b) {
    assert.equal(a.length, b.length);
    const i = a.findIndex((one, k) => one.some((part, n) => part !== b[k][n]));
    return i < 0 ? undefined : `question ${i}:\n${a[i].join('\n')}\n${b[i].join('\n')}`;
}

/* ---- the public ----------------------------------------------------------------------------- */

describe('2,000 questions of the public around a hidden place', () => {
    const at = { lat: 12.4321987, lon: 105.6543219 };
    const elsewhere = { lat: 12.8123456, lon: 105.9012345 };
    let haven;
    let known;

    before(async () => {
        haven = await start({ services: clinics, prepare: loadPlaces });
        known = await knownPlaces(haven);
        assert.equal(known.length, clinics.length);
    });
    after(() => haven?.stop());

    const attack = async (visibility) => {
        const target = await idOf(haven, `Office ${visibility}`);
        const options = {
            target,
            around: at,
            known,
            needs: ['legal', 'health.clinic', 'housing.shelter'],
            seed: SEED,
            budget: BUDGET,
        };
        return new Attacker(haven, options).run();
    };

    for (const [visibility, { row, published }] of Object.entries(KINDS)) {
        test(`${visibility}: fits ${published ? 'the published point' : 'nothing'}, and stays the same`, async () => {
            await change(haven, [...clinics, row(at)]);
            const first = await attack(visibility);
            assert.ok(first.spent() >= BUDGET, `${first.spent()}`);
            const fit = first.found();
            if (published === null) {
                assert.equal(fit, null);
                assert.deepEqual(first.spheres, []);
                assert.deepEqual(first.walls, { lat: [], lon: [] });
                assert.equal(first.drawn, null);
                console.log(`${visibility}: ${first.spent()} questions, nothing to fit`);
            } else {
                const hows = new Set(first.spheres.map((s) => s.how));
                for (const how of [
                    'distance',
                    'filters',
                    'radius',
                    'order',
                    'avoid',
                    'relax',
                ]) {
                    assert.ok(
                        hows.has(how),
                        `no way to ask by ${how}: the attack is weaker than meant`,
                    );
                }
                assert.ok(metres(fit, published) < 1, `${metres(fit, published)} m`);
                assert.ok(metres(first.drawn, published) < 2, JSON.stringify(first.drawn));
                for (const side of ['lat', 'lon']) {
                    assert.ok(first.walls[side].length > 0, side);
                    for (const wall of first.walls[side]) {
                        assert.ok(
                            Math.abs(wall - published[side]) < 1e-6,
                            `${side} ${wall}`,
                        );
                    }
                }
                console.log(
                    `${visibility}: ${first.spent()} questions fit ${metres(fit, published).toFixed(3)} m from ` +
                        `the published point, ${Math.round(metres(fit, at))} m from the place`,
                );
            }
            await change(haven, [...clinics, row(elsewhere)]);
            const second = await attack(visibility);
            assert.equal(difference(first.transcript, second.transcript), undefined);
        });
    }

    test('the same attack finds a place that is not hidden to a metre', async () => {
        /* Apart from where a shelter was: who shares its site is bound by it. */
        const open = { lat: 12.3765432, lon: 105.6123456 };
        await change(haven, [...clinics, hiddenRow('exact', open, hill)]);
        const one = await attack('exact');
        const off = metres(one.found(), open);
        console.log(
            `exact: ${one.spent()} questions fit ${off.toFixed(3)} m from the place`,
        );
        assert.ok(off < 1, `${off} m`);
        assert.ok(metres(one.drawn, open) < 2, JSON.stringify(one.drawn));
    });
});

describe('the public, in a district with an outline', () => {
    let haven;
    before(async () => {
        haven = await start({ services: clinics, prepare: loadPlaces });
    });
    after(() => haven?.stop());

    test('every byte is the same wherever in the district it is', async () => {
        const attack = async (at) => {
            await change(haven, [...clinics, hiddenRow('area', at)]);
            const target = await idOf(haven, 'Office area');
            return new Attacker(haven, {
                target,
                around: { lat: 12.5, lon: 104.75 },
                known: await knownPlaces(haven),
                needs: ['legal', 'health.clinic'],
                seed: SEED,
                budget: BUDGET,
            }).run();
        };
        const first = await attack({ lat: 12.05, lon: 104.55 });
        assert.ok(first.spheres.length > 0);
        const second = await attack({ lat: 12.95, lon: 104.97 });
        assert.equal(difference(first.transcript, second.transcript), undefined);
    });
});

/* ---- an operator's key -------------------------------------------------------------------------- */

describe("2,000 questions with a stolen operator's key", () => {
    const cell = cellOf({ lat: 12.4 + roll() * 0.2, lon: 104.65 + roll() * 0.2 });
    const corner = inCell(cell, 0.02, 0.03);
    let haven;
    let known;

    before(async () => {
        haven = await start({
            services: [...clinics, SHELTER(corner)],
            roles: ['steward', 'operator'],
            prepare: loadPlaces,
        });
        known = await knownPlaces(haven);
    });
    after(() => haven?.stop());

    /* Staff see by the revision and by validators that something was changed, not what. */
    const plain = (transcript) =>
        transcript.map(([what, status, headers, ...body]) => [
            what,
            status,
            headers.replace(/\["etag","[^\]]*\]/, ''),
            ...body,
        ]);

    const attack = async (at, seed = SEED) => {
        await change(haven, [...clinics, SHELTER({ lat: 12.2, lon: 104.9 })]);
        await change(haven, [...clinics, SHELTER(at)]);
        const target = await idOf(haven, 'Shelter');
        return new Attacker(haven, {
            key: 'operator',
            target,
            around: { lat: cell.middle.lat + 0.05, lon: cell.middle.lon - 0.03 },
            known,
            needs: ['housing.shelter', 'health.clinic', 'legal'],
            seed,
            budget: BUDGET,
        }).run();
    };

    let first;
    test('fit the middle of its cell, and not the place', async () => {
        first = await attack(corner);
        const hows = new Set(first.spheres.map((s) => s.how));
        for (const how of ['radius', 'order', 'rounding', 'avoid', 'relax']) {
            assert.ok(
                hows.has(how),
                `no way to ask by ${how}: the attack is weaker than meant`,
            );
        }
        const fit = first.found();
        console.log(
            `operator: ${first.spent()} questions, ${first.spheres.length} spheres, fit ` +
                `${metres(fit, cell.middle).toFixed(2)} m from the middle of the cell, ${Math.round(metres(fit, corner))} m from the place`,
        );
        /* How near to the middle depends on the questions left when the last sphere is found;
         * that nothing tells more than the cell is what the next test shows. */
        assert.ok(metres(fit, cell.middle) < 250, `${metres(fit, cell.middle)} m`);
        assert.ok(metres(fit, corner) > 500, `${metres(fit, corner)} m`);
    });

    test('and give the same bytes wherever in the cell it is', async () => {
        const corners = [
            [0.98, 0.03],
            [0.98, 0.97],
            [0.02, 0.97],
            [0.5, 0.5],
        ];
        for (const [up, right] of corners) {
            const other = await attack(inCell(cell, up, right));
            assert.equal(
                difference(plain(first.transcript), plain(other.transcript)),
                undefined,
            );
        }
    });

    test('but not in the next: the comparison would find it', async () => {
        const next = await attack(inCell(cell, 1.02, 0.5));
        const fit = next.found();
        const n = Math.min(first.spent(), next.spent());
        assert.notEqual(
            difference(
                plain(first.transcript.slice(0, n)),
                plain(next.transcript.slice(0, n)),
            ),
            undefined,
        );
        assert.ok(metres(fit, cellOf(inCell(cell, 1.02, 0.5)).middle) < 5);
    });

    test('a cell is at least a kilometre high and wide', () => {
        for (const lat of [-60, -8.5, 0.001, 12.5, 27.3, 60]) {
            const c = cellOf({ lat, lon: 104.7 });
            const at = (la, lo) => ({ lat: la, lon: lo });
            assert.ok(metres(at(c.south, c.west), at(c.north, c.west)) >= 1000);
            assert.ok(metres(at(c.middle.lat, c.west), at(c.middle.lat, c.east)) >= 1000);
        }
    });
});

/* Communes of towns are smaller than a cell: which of them it is, is not for an operator's
 * searches (data/field.def: `commune` is told of one service at a time). */
describe('a shelter of which the commune is known, in a town of small communes', () => {
    const cell = cellOf({ lat: 12.45, lon: 104.8 });
    const communes = [0.1, 0.6].map((right) => [
        inCell(cell, 0.1, right),
        inCell(cell, 0.4, right + 0.3),
    ]);
    const boundaries = {
        ...outlines,
        features: [
            ...outlines.features,
            ...communes.map(([a, b], i) =>
                feature(`c${i}`, 3, `Sangkat${i}`, rectangle(a.lon, a.lat, b.lon, b.lat)),
            ),
        ],
    };
    let haven;
    before(async () => {
        haven = await start({
            services: clinics,
            roles: ['steward', 'operator'],
            prepare: (h) => loadPlaces(h, boundaries),
        });
    });
    after(() => haven?.stop());

    const attack = async (i) => {
        const [a, b] = communes[i];
        const at = { lat: (a.lat + b.lat) / 2, lon: (a.lon + b.lon) / 2 };
        const place = {
            precision: 'commune',
            commune: `Sangkat${i}`,
            district: 'Mill',
            province: 'Westmark',
        };
        await change(haven, [...clinics, { ...SHELTER(at), ...place }]);
        return new Attacker(haven, {
            key: 'operator',
            target: await idOf(haven, 'Shelter'),
            around: cell.middle,
            known: await knownPlaces(haven),
            needs: ['housing.shelter', 'health.clinic'],
            seed: SEED,
            budget: 600,
        }).run();
    };

    test('an operator cannot tell which commune it is', async () => {
        const areas = (
            await haven.get(
                `/api/v1/places/at?lat=${(communes[0][0].lat + communes[0][1].lat) / 2}&lon=${(communes[0][0].lon + communes[0][1].lon) / 2}`,
            )
        ).body.areas;
        assert.equal(areas.at(-1).name, 'Sangkat0');
        const [one, other] = [await attack(0), await attack(1)];
        const plain = (t) => t.map(([what, status, , text]) => [what, status, text]);
        assert.equal(
            difference(plain(one.transcript), plain(other.transcript)),
            undefined,
        );
    });
});

/* ---- one by one ------------------------------------------------------------------------------- */

describe('exact places, one by one', () => {
    const COUNT = 24;
    const LIMIT = 20; /* the default of --places-an-hour */
    const shelters = Array.from({ length: COUNT }, (_, i) => ({
        ...SHELTER({ lat: 12.1 + i / 40, lon: 104.7 }),
        id: `shelter-${i}`,
        organization: `House ${i}`,
        service: `House ${i}`,
    }));
    let haven;
    let ids;
    let clinic;

    before(async () => {
        haven = await start({
            services: [...clinics, ...shelters],
            prepare: loadPlaces,
            roles: ['operator', 'caseworker', 'steward', 'admin'],
        });
        const all = await haven.list('steward');
        ids = all.filter((s) => s.name.startsWith('House')).map((s) => s.id);
        clinic = all.find((s) => s.name.startsWith('Clinic')).id;
        assert.equal(ids.length, COUNT);
    });
    after(() => haven?.stop());

    const read = (id, key, query = '') => haven.get(`${SERVICES}/${id}${query}`, key);
    const isExact = (answer) =>
        answer.body.point?.precision !== 'district' && 'source_id' in answer.body;

    for (const role of ['operator', 'caseworker']) {
        test(`${role}: the twenty-first place is refused for a while`, async () => {
            for (let i = 0; i < 5; i++) {
                assert.equal((await read(clinic, role)).status, 200);
            }
            for (const id of ids) {
                assert.ok(!isExact(await read(id, role, '?place=published')));
            }
            for (const id of ids.slice(0, LIMIT)) {
                const answer = await read(id, role);
                assert.equal(answer.status, 200, answer.text);
                assert.ok(isExact(answer), answer.text);
            }
            for (const id of ids.slice(LIMIT)) {
                const answer = await read(id, role);
                assert.equal(answer.status, 429, answer.text);
                const after_ = Number(answer.headers.get('retry-after'));
                assert.ok(after_ > 3500 && after_ <= 3600, `Retry-After: ${after_}`);
                assert.ok(!answer.text.includes('12.') && !answer.text.includes('House'));
                assert.equal(
                    (await haven.send('HEAD', `${SERVICES}/${id}`, { key: role })).status,
                    429,
                );
            }
            const again = await read(ids[3], role);
            assert.ok(again.status === 200 && isExact(again));
            const published = await read(ids[LIMIT], role, '?place=published');
            assert.ok(published.status === 200 && !isExact(published));
            assert.equal(published.body.point.precision, 'district');
            assert.equal((await read(clinic, role)).status, 200);
        });
    }

    test('a steward has no limit', async () => {
        for (const id of ids) {
            const answer = await read(id, 'steward');
            assert.ok(answer.status === 200 && isExact(answer));
        }
    });

    test('the public has no exact place to read', async () => {
        for (const query of ['', '?place=exact', '?place=published']) {
            assert.equal((await read(ids[0], null, query)).status, 404);
        }
    });

    test('a conditional request is counted and audited like any other', async () => {
        haven.addKey('operator', 'second');
        await new Promise((r) => setTimeout(r, 1500));
        const etag = (await read(ids[0], 'operator')).headers.get('etag');
        for (const id of ids.slice(1, LIMIT)) {
            await read(id, 'operator', '');
        }
        const answer = await haven.get(`${SERVICES}/${ids[LIMIT]}`, 'operator', {
            'If-None-Match': etag,
        });
        assert.equal(answer.status, 429);
        assert.equal(answer.headers.get('etag'), null);
    });

    test('each stands in the audit, once a day for each key', async () => {
        const { entries } = (await haven.get('/api/v1/audit?limit=10000', 'admin')).body;
        const rows = entries.filter((e) => e.action === 'exact_place');
        const of = (actor) => rows.filter((e) => e.actor === actor);
        const today = new Date().toISOString().slice(0, 10);
        for (const actor of ['test-operator', 'test-caseworker', 'second']) {
            const objects = of(actor)
                .map((e) => e.object)
                .sort();
            assert.deepEqual(objects, ids.slice(0, LIMIT).sort(), actor);
            for (const entry of of(actor)) {
                assert.ok(
                    entry.kind === 'key' && entry.day <= today && entry.count >= 1,
                    JSON.stringify(entry),
                );
            }
        }
        const twice = of('test-operator').find((e) => e.object === ids[3]);
        assert.equal(twice.count, 2);
        assert.ok(!rows.some((e) => e.object === clinic || e.actor === 'test-steward'));
    });
});
