/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine against the evaluator, over HTTP, on random directories.
 *
 *   DIFF_SERVICES (2000)  DIFF_QUERIES (300)  SEED (random, printed)
 *
 * The evaluator itself is checked first, on cases worked out by hand.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { root, start } from '../http/haven.mjs';
import { compareAll, differences } from './compare.mjs';
import {
    distance,
    evaluate,
    loadVocabularies,
    makeDirectory,
    parseCsv,
} from './evaluate.mjs';
import { GEOGRAPHIES, makeQuery, makeRandom, makeServices } from './generate.mjs';

const SERVICES = Number(process.env.DIFF_SERVICES ?? 2000);
const QUERIES = Number(process.env.DIFF_QUERIES ?? 300);
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const SHOWN = 3;

const vocabularies = loadVocabularies(join(root, 'data/vocabulary'));
const today = () => new Date().toISOString().slice(0, 10);

/* ---- the evaluator, by hand ----------------------------------------------------- */

const AT = { lat: 13, lon: 103 };
const row = (id, more) => ({
    id,
    organization: 'o',
    service: id,
    country: 'KH',
    needs: 'health.clinic',
    status: 'open',
    lat: '13',
    lon: '103',
    ...more,
});

function ask(rows, query) {
    const directory = makeDirectory(rows, vocabularies);
    return evaluate(
        directory,
        { ...AT, ...query },
        { countries: ['KH'], today: '2026-11-22' },
    );
}

const names = (list) => list.map((e) => e.id);

/* What the only service answers: its fit, or why it was turned down. */
function fitOf(cells, query) {
    const answer = ask([row('a', cells)], query);
    const [shown] = [...answer.results, ...answer.unconfirmed];
    return shown ? shown.fit : answer.excluded[0]?.reasons;
}

describe('the evaluator', () => {
    const one = (criterion, cells, query, expected) => {
        const fit = fitOf(cells, query);
        const said = Array.isArray(fit)
            ? fit.includes(criterion)
                ? 'no'
                : undefined
            : fit[criterion];
        assert.equal(said, expected, `${JSON.stringify(cells)} ${JSON.stringify(query)}`);
    };

    test('reads CSV', () => {
        assert.deepEqual(parseCsv('a,b\r\n"x ""y"", z",\n'), [{ a: 'x "y", z', b: '' }]);
        assert.deepEqual(parseCsv('a,b\n1,2'), [{ a: '1', b: '2' }]);
    });

    test('lists', () => {
        one('gender', { genders: 'female' }, { gender: 'female' }, 'yes');
        one('gender', { genders: 'female' }, { gender: 'male' }, 'no');
        one('gender', { genders: 'female' }, { gender: 'other' }, 'unknown');
        one('gender', { genders: '!male' }, { gender: 'female' }, 'yes');
        one('gender', { genders: '!male' }, { gender: 'male' }, 'no');
        one('gender', { genders: 'any' }, { gender: 'other' }, 'yes');
        one('gender', { genders: 'male:case' }, { gender: 'male' }, 'case');
        one('gender', {}, { gender: 'male' }, 'unknown');
        one('stage', { stages: 'none' }, { stage: 'crisis' }, 'no');
        one(
            'disability',
            { disability: 'visual;hearing:case' },
            { disability: ['visual', 'hearing'] },
            'case',
        );
    });

    test('ages', () => {
        one('age', { age_min: '18' }, { age: 18 }, 'yes');
        one('age', { age_max: '17' }, { age: 18 }, 'no');
        one('age', { age_max: '16' }, { age: '15-17' }, 'case');
        one('age', { age_max: '17' }, { age: '15-17' }, 'yes');
        one('age', { age_max: '14', ages_case: '15-17' }, { age: 16 }, 'case');
        one('age', { ages_case: '15-17' }, { age: 30 }, 'unknown');
        one('age', {}, { age: 30 }, 'unknown');
    });

    test('forms', () => {
        one('form', { forms: 'labour' }, { form: 'labour.fishing' }, 'yes');
        one('form', { forms: 'labour.fishing' }, { form: 'labour' }, 'case');
        one('form', { forms: 'sexual' }, { form: ['labour', 'sexual'] }, 'yes');
        one(
            'form',
            { forms: 'any', forms_excluded: 'labour' },
            { form: ['sexual', 'labour.fishing'] },
            'no',
        );
        one('form', { forms_excluded: 'labour' }, { form: 'sexual' }, 'unknown');
    });

    test('languages', () => {
        one('language', { languages: 'zh' }, { language: 'cmn' }, 'yes');
        one('language', { languages: 'cmn' }, { language: 'zh' }, 'yes');
        one('language', { languages: 'cmn' }, { language: 'yue' }, 'unknown');
        one(
            'language',
            { languages: 'km', interpreters: 'my:phone' },
            { language: 'my' },
            'interpreter',
        );
        one(
            'language',
            { languages: 'km', interpreters: 'none' },
            { language: 'my' },
            'no',
        );
        one('language', { interpreters: 'none' }, { language: 'my' }, 'unknown');
    });

    test('children', () => {
        const cells = { accepts_children: 'male:0-11;female:0-17' };
        one('children', cells, { with_children: [{ age: 11, gender: 'male' }] }, 'yes');
        one('children', cells, { with_children: [{ age: 12, gender: 'male' }] }, 'no');
        one('children', cells, { with_children: [{ age: 12 }] }, 'case');
        one('children', cells, { with_children: [{ age: 5 }] }, 'yes');
        one('children', cells, { with_children: [{ gender: 'male' }] }, 'case');
        one(
            'children',
            { accepts_children: 'none' },
            { with_children: [{ age: 1 }] },
            'no',
        );
    });

    test('single codes', () => {
        one(
            'documents',
            { documents_required: 'passport:case' },
            { documents: 'none' },
            'case',
        );
        one('documents', { documents_required: 'passport' }, { documents: 'none' }, 'no');
        one(
            'official_status',
            { official_status: 'likely_required' },
            { identified: false },
            'case',
        );
        one('official_status', {}, { identified: true }, 'yes');
        one('residents', { residents_only: 'never' }, { residential: true }, 'no');
        one('residents', { residents_only: 'never' }, { residential: false }, 'yes');
        one('beneficiary', { survivors_only: 'yes' }, { beneficiary: 'child' }, 'no');
        one('beneficiary', { serves_family: 'none' }, { beneficiary: 'self' }, 'yes');
        one(
            'home_visit',
            { remote: 'home_visit;phone' },
            { no_home_visit: true },
            'case',
        );
        one('authorities', { kind: 'police' }, { no_authorities: true }, 'no');
    });

    test('place and record', () => {
        one('area', { covers: 'KH' }, {}, 'yes');
        one('area', { covers: 'TH' }, {}, 'no');
        one('area', { covers: 'Battambang' }, {}, 'unknown');
        one('status', { status: 'historical' }, {}, 'unknown');
        one('valid_until', { valid_until: '2026-11-21' }, {}, 'unknown');
        one('valid_until', { valid_until: '2026-11-22' }, {}, undefined);
        one('need', { needs: 'health' }, { need: 'health.clinic' }, 'unknown');
        one('need', { needs: 'psychosocial.psychiatric' }, { need: 'health' }, undefined);
        one('detention', { kind: 'police', needs: 'housing' }, { need: 'housing' }, 'no');
    });

    test('opening hours', () => {
        const cells = { hours: 'Mo-Fr 08:00-17:00', time_zone: 'Asia/Phnom_Penh' };
        const at = (open_at) => ({ open_only: true, open_at });
        one('open_at', cells, at('2026-11-23T01:00:00Z'), 'yes');
        one('open_at', cells, at('2026-11-23T10:00:00Z'), 'no');
        one('open_at', cells, at('2026-11-22T02:00:00Z'), 'no');
        one('open_at', {}, at('2026-11-22T02:00:00Z'), 'unknown');
    });

    test('tied rules', () => {
        const cells = {
            genders: 'female',
            age_min: '18',
            rules: '[{"genders":["male"],"age_max":11,"accompanied_by":"mother"}]',
        };
        assert.deepEqual(fitOf(cells, { gender: 'female', age: 30 }), {
            gender: 'yes',
            age: 'yes',
        });
        assert.deepEqual(fitOf(cells, { gender: 'male', age: 11 }), {
            gender: 'yes',
            age: 'yes',
            accompanied_by: 'case',
        });
        assert.deepEqual(fitOf(cells, { gender: 'male', age: 30 }), ['gender']);
        assert.deepEqual(fitOf(cells, { gender: 'female', age: 8 }), ['age']);
    });

    test('an exclusion by name binds every rule', () => {
        const cells = { genders: '!male', rules: '[{"genders":["any"],"age_min":18}]' };
        assert.deepEqual(fitOf(cells, { gender: 'male', age: 30 }), ['gender']);
    });

    test('what to ask', () => {
        const [shown] = ask(
            [
                row('a', {
                    genders: 'female',
                    age_min: '17',
                    languages: 'km',
                    interpreters: 'none',
                }),
            ],
            { gender: 'female' },
        ).results;
        assert.deepEqual(shown.ask, ['age', 'language']);
    });

    test('a rule for children does not confirm a person whose age is not given', () => {
        const home = [row('a', { genders: 'female', age_max: '17' })];
        const { results, unconfirmed } = ask(home, { gender: 'female' });
        assert.deepEqual(results, []);
        assert.equal(unconfirmed[0].fit.age, 'unknown');
        assert.equal(ask(home, {}).results.length, 1);
    });

    test('paused ones, and one open beyond the limit', () => {
        const rows = [
            row('p', { status: 'paused' }),
            row('q', { status: 'paused' }),
            row('w', { status: 'waitlist' }),
            row('z'),
        ];
        assert.deepEqual(names(ask(rows, { limit: 2 }).results), ['p', 'q', 'z']);
        assert.deepEqual(names(ask(rows, { limit: 4 }).results), ['p', 'q', 'w', 'z']);
    });

    test('counts end at the farthest result', () => {
        const rows = [
            row('a', { lat: '13.1', genders: 'female' }),
            row('b', { lat: '13.2' }),
            row('c', { lat: '13.3', genders: 'any' }),
            row('d', { lat: '13.4', genders: 'female' }),
        ];
        const { summary, excluded } = ask(rows, { gender: 'male', limit: 1 });
        assert.equal(summary.considered, 3);
        assert.deepEqual(summary.reasons, { gender: 1 });
        assert.equal(summary.unconfirmed, 1);
        assert.deepEqual(names(excluded), ['a']);
    });

    test('outcomes', () => {
        const outcome = (cells, query) => ask([row('a', cells)], query).summary.outcome;
        assert.equal(outcome({}, {}), 'found');
        assert.equal(outcome({ status: '' }, {}), 'only_unconfirmed');
        assert.equal(
            outcome({ genders: 'female' }, { gender: 'male' }),
            'none_for_group',
        );
        assert.equal(outcome({ lat: '14' }, { radius_km: 5 }), 'none_in_range');
        assert.equal(outcome({}, { need: 'legal' }), 'none_recorded');
        assert.equal(outcome({ country: 'TH' }, {}), 'none_recorded');
        assert.equal(outcome({ lat: '', lon: '' }, {}), 'found');
    });

    test('relax and instead', () => {
        const { summary } = ask([row('a', { lat: '14' }), row('b', { country: 'TH' })], {
            need: 'health.clinic',
            radius_km: 5,
        });
        assert.deepEqual(
            summary.relax.map((r) => [r.parameter, r.found]),
            [
                ['radius_km', 1],
                ['cross_border', 1],
            ],
        );
        assert.deepEqual(summary.instead, ['health.hospital']);
    });

    test('distances', () => {
        assert.ok(
            Math.abs(distance({ lat: 0, lon: 0 }, { lat: 0, lon: 1 }) - 111319.4908) <
                1e-3,
        );
        assert.ok(distance({ lat: 90, lon: 5 }, { lat: 90, lon: -100 }) < 1e-6);
        assert.ok(distance({ lat: 10, lon: 180 }, { lat: 10, lon: -180 }) < 1e-6);
    });

    test('agrees with itself, and notices a change', () => {
        const random = makeRandom(SEED);
        const rows = makeServices(random, { count: 200, today: today() });
        const directory = makeDirectory(rows, vocabularies);
        const asAnswer = (list) =>
            list.map(({ precision, ...e }) => ({
                ...e,
                name: e.id,
                distance_m: e.distance,
                point: e.point && { ...e.point, precision },
            }));
        for (let i = 0; i < 20; i++) {
            const query = makeQuery(random, { rows });
            const mine = evaluate(directory, query, {
                countries: ['KH'],
                today: today(),
            });
            const got = structuredClone({ ...mine, placed: null, show: null });
            for (const [name, list] of Object.entries(got)) {
                if (Array.isArray(list)) got[name] = asAnswer(list);
            }
            assert.deepEqual(differences(mine, got), []);
            got.summary.matched++;
            assert.equal(differences(mine, got).length, mine.edge ? 0 : 1);
        }
    });
});

/* ---- the engine ----------------------------------------------------------------- */

async function compareOn(t, { count, queries, geography, from = geography }) {
    const random = makeRandom(SEED);
    const rows = makeServices(random, { count, today: today(), geography });
    const directory = makeDirectory(rows, vocabularies);
    const haven = await start({ services: rows });
    t.after(() => haven.stop());
    const asked = Array.from({ length: queries }, () =>
        makeQuery(random, { rows, geography: from }),
    );
    const { faults, compared, outcomes, kinds } = await compareAll(
        haven,
        directory,
        asked,
    );
    t.diagnostic(`seed ${SEED}: ${compared} compared ${JSON.stringify(outcomes)}`);
    if (faults.length) {
        const shown = faults.slice(0, SHOWN).join('\n\n');
        assert.fail(
            `${faults.length} of ${compared} answers differ; SEED=${SEED}\n` +
                `${JSON.stringify(kinds, null, 1)}\n\n${shown}\n`,
        );
    }
}

describe('engine and evaluator agree', () => {
    before(() => console.log(`SEED=${SEED}`));
    after(() => console.log(`SEED=${SEED}`));

    test('on a random directory', (t) =>
        compareOn(t, {
            count: SERVICES,
            queries: QUERIES,
            geography: GEOGRAPHIES.mixed,
        }));
    test('on a sparse directory', (t) =>
        compareOn(t, {
            count: 120,
            queries: 200,
            geography: GEOGRAPHIES.sparse,
        }));
    test('on an empty directory', (t) =>
        compareOn(t, {
            count: 0,
            queries: 20,
            geography: GEOGRAPHIES.mixed,
        }));
    test('with 10,000 services on one point', (t) =>
        compareOn(t, {
            count: 10_000,
            queries: 30,
            geography: GEOGRAPHIES.one_point,
            from: GEOGRAPHIES.near_it,
        }));
    test('at the poles and the antimeridian', (t) =>
        compareOn(t, {
            count: 600,
            queries: 100,
            geography: GEOGRAPHIES.edges,
        }));
    test('with nothing placed', (t) =>
        compareOn(t, {
            count: 300,
            queries: 50,
            geography: GEOGRAPHIES.unplaced,
        }));
});
