/* SPDX-License-Identifier: Apache-2.0
 *
 * Where somebody is: areas, countries, distances to areas, offices. The engine against the
 * evaluator on random gazetteers and outlines.
 *
 *   DIFF_SERVICES (2000)  DIFF_QUERIES (300)  SEED (random, printed)
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { root } from '../http/haven.mjs';
import { loadBorders, makeAtlas } from './atlas.mjs';
import { compareAll } from './compare.mjs';
import { loadVocabularies, makeDirectory } from './evaluate.mjs';
import { OUTLINES, anywhere, makeGazetteer } from './gazetteer.mjs';
import {
    makePlacedQuery,
    makePlacedServices,
    makePublicQuery,
    makePublicServices,
} from './generate.mjs';
import { makeRandom } from './generate.mjs';
import { adoptPoints, compareAt, compareById, startPlaces } from './places.mjs';

const SERVICES = Number(process.env.DIFF_SERVICES ?? 2000) / 4;
const QUERIES = Math.ceil(Number(process.env.DIFF_QUERIES ?? 300) / 4);
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const SHOWN = 3;

const vocabularies = loadVocabularies(join(root, 'data/vocabulary'));
const countries = vocabularies.country;
const borders = loadBorders(countries);
const today = () => new Date().toISOString().slice(0, 10);

const atlasOf = ({ rows, areas }) =>
    makeAtlas({ places: rows, areas, countries, borders });

function failOn(faults, what) {
    if (!faults.length) return;
    const shown = faults.slice(0, SHOWN).join('\n\n');
    assert.fail(`${faults.length} ${what} differ; SEED=${SEED}\n${shown}\n`);
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
    const rows = makePlacedServices(random, { gazetteer, count: SERVICES, today: today() });
    const atlas = atlasOf(gazetteer);
    const directory = makeDirectory(rows, vocabularies, { atlas });
    const { haven, places } = await startPlaces(gazetteer, rows);
    t.after(() => haven.stop());
    await adoptPoints(haven, directory.atlas, places);
    const queries = Array.from({ length: QUERIES }, () =>
        makePlacedQuery(random, { gazetteer, rows }),
    );
    const done = await compareAll(haven, directory, queries, { places });
    t.diagnostic(`seed ${SEED}: ${done.compared} ${JSON.stringify(done.outcomes)}`);
    failOn([JSON.stringify(done.kinds, null, 1), ...done.faults].slice(done.faults.length ? 0 : 1), 'answers');
    await comparePlaces(haven, directory, gazetteer, places, random);
}

async function comparePublic(t, outlines) {
    const random = makeRandom(SEED);
    const gazetteer = makeGazetteer(random, outlines);
    const rows = makePublicServices(random, { gazetteer, count: SERVICES, today: today() });
    const directory = makeDirectory(rows, vocabularies, {
        atlas: atlasOf(gazetteer),
        role: 'public',
    });
    const { haven, places } = await startPlaces(gazetteer, rows);
    t.after(() => haven.stop());
    await adoptPoints(haven, directory.atlas, places);
    const queries = Array.from({ length: QUERIES }, () =>
        makePublicQuery(random, { gazetteer, rows }),
    );
    const done = await compareAll(haven, directory, queries, { key: null, places });
    t.diagnostic(`seed ${SEED}: ${done.compared} ${JSON.stringify(done.outcomes)}`);
    failOn([JSON.stringify(done.kinds, null, 1), ...done.faults].slice(done.faults.length ? 0 : 1), 'answers');
}

describe('engine and evaluator agree on where somebody is', () => {
    before(() => console.log(`SEED=${SEED}`));
    after(() => console.log(`SEED=${SEED}`));

    for (const [name, outlines] of Object.entries(OUTLINES)) {
        test(`outlines: ${name}`, (t) => compareOn(t, outlines));
    }
    test('for the public', (t) => comparePublic(t, OUTLINES.some));
});
