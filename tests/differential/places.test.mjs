/* SPDX-License-Identifier: Apache-2.0
 *
 * Where somebody is: areas, countries, distances to areas, offices. The engine against the
 * evaluator on random gazetteers and outlines.
 *
 *   DIFF_SERVICES (2000)  DIFF_QUERIES (300)  SEED (random, printed)
 *
 * A quarter of these services and a tenth of these queries for each way to draw outlines.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { root } from '../http/haven.mjs';
import { loadBorders, makeAtlas } from './atlas.mjs';
import { compareAll } from './compare.mjs';
import { GAZETTEER, HELD, SERVICES as BY_HAND, covering } from './by_hand.mjs';
import { distance, evaluate, loadVocabularies, makeDirectory } from './evaluate.mjs';
import { OUTLINES, anywhere, makeGazetteer } from './gazetteer.mjs';
import {
    makePlacedQuery,
    makePlacedServices,
    makePublicQuery,
    makePublicServices,
    makeRandom,
} from './generate.mjs';
import { adoptPoints, compareAt, compareById, startPlaces } from './places.mjs';

const SERVICES = Number(process.env.DIFF_SERVICES ?? 2000) / 4;
const QUERIES = Math.ceil(Number(process.env.DIFF_QUERIES ?? 300) / 10);
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const SHOWN = 3;

const vocabularies = loadVocabularies(join(root, 'data/vocabulary'));
const countries = vocabularies.country;
const borders = loadBorders(countries);
const today = () => new Date().toISOString().slice(0, 10);

const atlasOf = ({ rows, others = [], areas }) =>
    makeAtlas({ places: [...rows, ...others], areas, countries, borders });

function failOn(faults, what, kinds = {}) {
    if (!faults.length) return;
    const shown = faults.slice(0, SHOWN).join('\n\n');
    const title = `${faults.length} ${what} differ; SEED=${SEED}`;
    assert.fail(`${title}\n${JSON.stringify(kinds, null, 1)}\n\n${shown}\n`);
}

/* Every place by id, and points all over. */
async function comparePlaces(haven, directory, gazetteer, places, random) {
    const faults = [];
    const note = (found, about) =>
        found.length && faults.push(`${about}\n${found.map((f) => f.what).join('\n')}`);
    for (const place of random.some(directory.atlas.places, 60, 60)) {
        const found = await compareById(haven, directory, places, place);
        note(found, `place ${place.id}`);
    }
    for (let i = 0; i < QUERIES; i++) {
        const point = anywhere(random, gazetteer);
        note(await compareAt(haven, directory, point), `at ${point.lat} ${point.lon}`);
    }
    failOn(faults, 'answers about places');
}

async function compareOn(t, outlines, options = {}) {
    const random = makeRandom(SEED);
    const gazetteer = makeGazetteer(random, outlines, options);
    const rows = makePlacedServices(random, {
        gazetteer,
        count: SERVICES,
        today: today(),
    });
    const atlas = atlasOf(gazetteer);
    const { haven, places } = await startPlaces(gazetteer, rows);
    t.after(() => haven.stop());
    await adoptPoints(haven, atlas, places);
    const directory = makeDirectory(rows, vocabularies, { atlas });
    const queries = Array.from({ length: QUERIES }, () =>
        makePlacedQuery(random, { gazetteer, rows }),
    );
    const done = await compareAll(haven, directory, queries, { places });
    t.diagnostic(`seed ${SEED}: ${done.compared} ${JSON.stringify(done.outcomes)}`);
    failOn(done.faults, 'answers', done.kinds);
    await comparePlaces(haven, directory, gazetteer, places, random);
}

async function comparePublic(t, outlines) {
    const random = makeRandom(SEED);
    const gazetteer = makeGazetteer(random, outlines);
    const rows = makePublicServices(random, {
        gazetteer,
        count: SERVICES,
        today: today(),
    });
    const atlas = atlasOf(gazetteer);
    const { haven, places } = await startPlaces(gazetteer, rows);
    t.after(() => haven.stop());
    await adoptPoints(haven, atlas, places);
    const directory = makeDirectory(rows, vocabularies, { atlas, role: 'public' });
    const queries = Array.from({ length: QUERIES }, () =>
        makePublicQuery(random, { gazetteer, rows }),
    );
    const done = await compareAll(haven, directory, queries, { key: null, places });
    t.diagnostic(`seed ${SEED}: ${done.compared} ${JSON.stringify(done.outcomes)}`);
    failOn(done.faults, 'answers', done.kinds);
}

describe('engine and evaluator agree on where somebody is', () => {
    before(() => console.log(`SEED=${SEED}`));
    after(() => console.log(`SEED=${SEED}`));

    for (const [name, outlines] of Object.entries(OUTLINES)) {
        test(`outlines: ${name}`, (t) => compareOn(t, outlines));
    }
    test('three sources of places', (t) =>
        compareOn(t, OUTLINES.some, { sources: 3 }));
    test('for the public', (t) => comparePublic(t, OUTLINES.some));
});

/* ---- by hand ---------------------------------------------------------------------- */

describe('where somebody is, by hand', () => {
    const atlas = atlasOf(GAZETTEER);
    const directory = makeDirectory(BY_HAND, vocabularies, { atlas });
    const need = 'health.clinic';
    let haven, places;
    before(async () => {
        ({ haven, places } = await startPlaces(GAZETTEER, BY_HAND));
    });
    after(() => haven?.stop());

    /* What engine and evaluator both answer. */
    async function answerOf(query) {
        const { faults } = await compareAll(haven, directory, [query], { places });
        assert.deepEqual(faults, []);
        const where = atlas.locate(query);
        const { countries } = where;
        return {
            where,
            ...evaluate(directory, query, { countries, where, today: today() }),
        };
    }

    for (const [title, at, levels] of HELD) {
        test(title, async () => {
            const answer = await answerOf({ ...at, need, limit: 100 });
            const found = [...answer.results, ...answer.unconfirmed];
            const fit = new Map(found.map((e) => [e.id, e.fit.area]));
            for (const [level, entries] of Object.entries(levels)) {
                for (const entry of entries.split(';')) {
                    const said = fit.get(covering(entry)) ?? 'no';
                    assert.equal(said, level, `${title}: ${entry}`);
                }
            }
            assert.deepEqual(at.place ? [] : await compareAt(haven, directory, at), []);
        });
    }

    test('the office across the line is not the one in charge', async () => {
        const at = { lat: 13.2, lon: 103.4996 };
        const answer = await answerOf({ ...at, need: 'legal' });
        const [mine, across] = [answer.results[0], answer.excluded[0]];
        assert.equal(answer.results.length, 1);
        assert.equal(mine.id, 'office of Ford');
        assert.ok(mine.distance > 39_000 && mine.distance < 41_000, `${mine.distance}`);
        assert.deepEqual([across.id, across.reasons], ['office of Mill', ['area']]);
        assert.ok(across.distance < 100, `${across.distance}`);
    });

    test('where countries overlap both are searched, that of the nearest place first', async () => {
        const { where, results } = await answerOf({
            lat: 13.55,
            lon: 104.95,
            need: 'education',
        });
        assert.deepEqual(where.countries, ['KH', 'TH']);
        assert.ok(where.uncertain);
        assert.deepEqual(
            results.map((e) => e.id),
            ['Thai', 'Cambodian'],
        );
    });

    test('to an area it is as far as to its nearest part', async () => {
        const to = async (lat, lon) =>
            (await answerOf({ lat, lon, need: 'material' })).results[0];
        const [inside, outside] = [await to(13.1, 104.1), await to(13.2, 104.6)];
        assert.equal(inside.distance, 0);
        const edge = distance({ lat: 13.2, lon: 104.6 }, { lat: 13.2, lon: 104.5 });
        const corner = distance({ lat: 13.2, lon: 104.6 }, { lat: 13, lon: 104 });
        assert.ok(Math.abs(outside.distance - edge) < 5, `${outside.distance} ${edge}`);
        assert.ok(Math.abs(outside.range.most - corner) < 5, `${outside.range.most}`);
    });

    test('an unknown place is refused, and is not found', async () => {
        const id = '00000000-0000-4000-8000-000000000000';
        assert.equal((await haven.get(`/api/v1/places/${id}`)).status, 404);
        assert.equal((await haven.get('/api/v1/places/nothing')).status, 404);
        const asked = await haven.post('/api/v1/nearest', { place: id, need });
        assert.equal(asked.status, 400);
        assert.equal(asked.body.errors[0].parameter, 'place');
    });
});
