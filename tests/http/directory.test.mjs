/* SPDX-License-Identifier: Apache-2.0
 *
 * The demo directory and the built-in gazetteer, as `make demo` loads them, and stories of
 * people who ask: those that the directory can answer on it, the others on a fixture made
 * for them. Each checks what the answer must hold and what it must not.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { borderTowns } from '../directory/border_towns.mjs';
import { collection, feature, rectangle } from './gazetteer.mjs';
import { mustRun, root, start } from './haven.mjs';

const mekong = join(root, 'data/mekong');

/* What is answered, of all lists that offer something. */
const offered = (answer) => ['results', 'unconfirmed', 'remote', 'unplaced'].flatMap((list) => answer[list]);
const names = (list) => list.map((s) => s.name);

async function demo() {
    const haven = await start({ roles: ['operator', 'steward'] });
    const db = ['--db', haven.db, '--source', 'mekong'];
    mustRun('import', 'places', join(mekong, 'places.csv'), ...db);
    mustRun('import', 'services', join(mekong, 'services.csv'), ...db);
    return haven;
}

async function until(ready) {
    for (let i = 0; i < 1200 && !(await ready()); i++) {
        await new Promise((r) => setTimeout(r, 50));
    }
    assert.ok(await ready(), 'the server did not notice');
}

const holds = (haven, lat, lon) => async () =>
    (await haven.get(`/api/v1/places/at?lat=${lat}&lon=${lon}`)).body.areas.length > 0;

describe('25 border towns and two', () => {
    let haven;
    before(async () => {
        haven = await demo();
        const some = async () => (await haven.get('/api/v1/status')).body.services > 0;
        await until(some);
    });
    after(() => haven.stop());

    const country = async (lat, lon) => (await haven.post('/api/v1/nearest',
        { lat, lon, need: 'information' })).body.country;

    test('by the built-in borders: right, or uncertain with both searched', async () => {
        for (const [name, home, across, lat, lon] of borderTowns) {
            const found = await country(lat, lon);
            if (found.uncertain) {
                assert.ok([home, across].every((c) => found.candidates.includes(c)), `${name} ${JSON.stringify(found)}`);
            } else {
                assert.equal(found.code, home, name);
            }
        }
        assert.deepEqual(await country(12.9, 104.9), { code: 'KH', rule: 'borders', uncertain: false });
    });

    const data = process.env.DATA ?? '';
    const missing = !existsSync(join(data, 'wof')) && 'no real boundaries: give their folder as DATA=/path/to/data';

    test('with real boundaries imported: all right', { skip: missing }, async () => {
        for (const code of ['kh', 'la', 'mm', 'th', 'vn']) {
            mustRun('import', 'boundaries', join(data, `wof/wof_${code}_adm0.geojson`), '--db', haven.db, '--source', 'wof');
        }
        await until(holds(haven, 13.6575, 102.5633));
        await until(holds(haven, 21.03, 105.85));
        for (const [name, home, , lat, lon] of borderTowns) {
            assert.deepEqual(await country(lat, lon), { code: home, rule: 'polygon', uncertain: false }, name);
        }
    });
});

describe('stories on the demo directory', () => {
    let haven;
    const ask = async (body, key = 'operator') => {
        const answer = await haven.post('/api/v1/nearest', { limit: 50, ...body }, key);
        assert.equal(answer.status, 200, answer.text);
        return answer.body;
    };
    before(async () => {
        haven = await demo();
        /* Made up: the real outlines are not part of the project. */
        const outlines = collection(
            feature('ou-chrov', 2, 'Ou Chrov', rectangle(102.6, 13.4, 102.9, 13.8)),
            feature('poipet', 2, 'Poipet', rectangle(102.54, 13.55, 102.6, 13.75)),
            feature('malai', 2, 'Malai', rectangle(102.3, 13.4, 102.54, 13.75)),
            feature('bmc', 1, 'Banteay Meanchey', rectangle(102.3, 13.4, 103.5, 14.2)),
            feature('btb', 1, 'Battambang', rectangle(102.3, 12.3, 103.9, 13.4)),
            feature('srp', 1, 'Siem Reap', rectangle(103.5, 13.4, 104.7, 14.2)),
        );
        assert.equal(haven.gazetteer('boundaries', outlines, 'made-up').status, 0);
        await until(holds(haven, 13.657, 102.563));
    });
    after(() => haven.stop());

    test('story 2: an adult man in Siem Reap finds no long-stay shelter', async () => {
        const answer = await ask({ lat: 13.36, lon: 103.86, need: 'housing', gender: 'male', age: 30 });
        assert.deepEqual(answer.results, []);
        assert.deepEqual(names(answer.unconfirmed), ['Poipet Transit Center']);
        assert.equal(answer.summary.outcome, 'only_unconfirmed');
        for (const s of offered(answer)) {
            assert.ok(!s.needs.some((n) => ['housing.shelter', 'housing.long_term'].includes(n)), s.name);
        }
        assert.ok(answer.excluded.some((s) => s.reasons.includes('gender')));
        assert.ok(answer.summary.instead.includes('case_management'));
        assert.ok(!answer.summary.relax.some((r) => r.parameter === 'gender'));
        const community = await ask({ lat: 13.36, lon: 103.86, need: 'case_management', gender: 'male', age: 30 });
        assert.ok(names(offered(community)).includes('Community-based services for men'));
        const public_ = await ask({ lat: 13.36, lon: 103.86, need: 'housing', gender: 'male', age: 30 }, null);
        assert.equal(public_.summary.outcome, 'not_published');
    });

    test('story 6: an address in Poipet belongs to the Ou Chrov office', async () => {
        const here = (await haven.get('/api/v1/places/at?lat=13.657&lon=102.563')).body;
        assert.deepEqual(here.areas.map((a) => a.name), ['Cambodia', 'Banteay Meanchey', 'Poipet']);
        const [first, second] = here.responsible;
        assert.equal(first.name, 'District social affairs office');
        assert.deepEqual([first.covers.level, first.covers.name], [2, 'Poipet']);
        assert.deepEqual([first.point.lat, first.point.lon], [13.644, 102.808]); /* in Ou Chrov */
        assert.equal(second.covers.name, 'Banteay Meanchey');
        const answer = await ask({ lat: 13.657, lon: 102.563, need: 'case_management.follow_up' });
        const offices = offered(answer).filter((s) => s.name === 'District social affairs office');
        assert.deepEqual(offices.map((s) => s.id), [first.id]);
        assert.equal(offices[0].fit.area, 'yes');
        /* that of Malai stands nearer and is not the one */
        const malai = answer.excluded.find((s) => s.reasons.includes('area'));
        assert.ok(malai.distance_m < offices[0].distance_m, JSON.stringify(answer.excluded));
        /* by the place itself, without an outline being asked */
        const poipet = here.areas[2].id;
        const chosen = await ask({ place: poipet, need: 'case_management.follow_up' });
        assert.equal(chosen.country.rule, 'place');
        assert.equal(offered(chosen).find((s) => s.id === first.id).fit.area, 'yes');
    });

    test('story 9: a woman who came back to Viet Nam on her own, without papers', async () => {
        const answer = await ask({ lat: 21.03, lon: 105.85, country: 'VN', need: 'housing', gender: 'female', age: 25, identified: false });
        const facilities = offered(answer).find((s) => s.name === 'Long-term facilities');
        assert.equal(facilities.fit.official_status, 'yes');
        assert.ok(!names(offered(answer)).some((n) => n.startsWith('Reception centre')));
        for (const s of offered(answer)) {
            assert.ok(s.name === 'Long-term facilities' || s.fit.official_status === 'unknown', s.name);
        }
        const work = await ask({ lat: 21.03, lon: 105.85, country: 'VN', need: 'livelihood', gender: 'female', age: 25, identified: false });
        const outpatient = offered(work).find((s) => s.name === 'Help without a stay');
        assert.equal(outpatient.fit.official_status, 'case');
        assert.ok(outpatient.ask.includes('official_status'));
        const all = await haven.list('steward', '&country=VN');
        const reception = all.filter((s) => s.name.startsWith('Reception centre'));
        assert.equal(reception.length, 2);
        for (const s of reception) {
            assert.equal((await haven.get(`/api/v1/services/${s.id}`, 'steward')).body.stay_max_days, 15);
        }
    });
});

describe('names printed in several ways', () => {
    let haven;
    before(async () => {
        haven = await demo();
        const row = (id, organization, more = {}) => ({ id, organization, service: 'Office', country: 'KH',
            kind: 'ngo_office', needs: 'legal', ...more });
        haven.import([
            row('a', 'LICADHO'), row('b', 'LICHADO'), row('c', 'licadho '),
            row('d', 'Cambodian League for the Promotion and Defense of Human Rights'),
            row('e', 'Cambodia Women’s Crisis Center'), row('f', 'BANTEAY SREY'), row('g', 'BanteaySrey'),
            row('h', 'Banteay Srei'),
            ...['PoiPet', 'Poi Pet', 'POIPET', 'Paoy Paet'].map((district, i) => row(`p${i}`, `Office ${i}`, {
                visibility: 'area', lat: 13.66, lon: 102.56,
                district, province: ['BanteayMeanchey', 'BANTEAY MEANCHEY', 'Banteay, Meanchey', 'Banteay Meanchey'][i] })),
        ], 'printed');
        await until(async () => (await haven.list('steward')).some((s) => s.organization === 'LICHADO'));
    });
    after(() => haven.stop());

    test('are one organization; a district is no organization', async () => {
        const all = await haven.list('steward', '&country=KH');
        const id = (name) => new Set(all.filter((s) => s.organization === name).map((s) => s.organization_id));
        const league = id('Cambodian League for the Promotion and Defense of Human Rights');
        assert.equal(league.size, 1);
        for (const name of ['LICADHO', 'LICHADO', 'licadho']) {
            assert.deepEqual(id(name), league, name);
        }
        assert.deepEqual(id('Cambodia Women’s Crisis Center'), id("Cambodian Women's Crisis Center"));
        assert.deepEqual(id('BANTEAY SREY'), id('Banteay Srey'));
        assert.deepEqual(id('BanteaySrey'), id('Banteay Srey'));
        assert.notDeepEqual(id('Banteay Srei'), id('Banteay Srey'));
    });

    test('are one place', async () => {
        const offices = (await haven.list()).filter((s) => /^Office \d/.test(s.organization));
        assert.equal(offices.length, 4);
        const places = new Set(offices.map((s) => s.point.place));
        assert.equal(places.size, 1);
        assert.equal(offices[0].point.place_name, 'Poipet');
    });
});

/* ---- fixtures: nothing in them is real ------------------------------------------------- */

const made = (id, more) => ({ id, organization: `Made up ${id}`, service: id, country: 'MM', lat: 16.8,
    lon: 96.15, kind: 'ngo_office', status: 'open', visibility: 'staff', ...more });

async function story(services, body) {
    const haven = await start({ services, roles: ['operator'] });
    try {
        const answer = await haven.post('/api/v1/nearest', { lat: 16.8, lon: 96.16, limit: 20, ...body }, 'operator');
        assert.equal(answer.status, 200, answer.text);
        return answer.body;
    } finally {
        await haven.stop();
    }
}

describe('stories on fixtures', () => {
    test('story 5: for an adult after forced labour help at home comes before the nearer shelter', async () => {
        const answer = await story([
            made('shelter', { needs: 'housing.shelter;livelihood', kind: 'shelter', genders: 'any', age_min: 18, forms: 'labour' }),
            made('at-home', { needs: 'livelihood', lon: 96.4, genders: 'any', age_min: 18, forms: 'labour' }),
        ], { need: 'livelihood', gender: 'male', age: 34, form: 'labour.fishing', order: 'fit' });
        assert.deepEqual(names(answer.results), ['at-home', 'shelter']);
        assert.ok(answer.results[0].distance_m > answer.results[1].distance_m);
    });

    test('U05: a man from a fishing boat, where no shelter takes men', async () => {
        const answer = await story([
            made('women', { needs: 'housing.shelter', kind: 'shelter', genders: 'female' }),
            made('cells', { needs: 'housing.emergency', kind: 'police', genders: 'any', age_min: 0, forms: 'any' }),
            made('debt', { needs: 'livelihood.debt', genders: 'any', age_min: 18, forms: 'any' }),
            made('talk', { needs: 'psychosocial.professional', genders: 'any', age_min: 0, forms: 'any', remote: 'phone', covers: 'MM' }),
            made('food', { needs: 'material.food', genders: 'any', age_min: 0, forms: 'any' }),
        ], { need: 'housing', gender: 'male', age: 28, form: 'labour.fishing' });
        assert.deepEqual(offered(answer), []);
        assert.equal(answer.summary.outcome, 'none_for_group');
        assert.deepEqual(answer.excluded.map((s) => [s.name, s.reasons]).sort(),
            [['cells', ['detention']], ['women', ['gender']]]);
        assert.ok(answer.summary.instead.includes('material'), answer.summary.instead.join());
        const other = await story([
            made('debt', { needs: 'livelihood.debt', genders: 'any', age_min: 18, forms: 'any' }),
            made('talk', { needs: 'psychosocial.professional', genders: 'any', age_min: 0, forms: 'any', remote: 'phone', covers: 'MM' }),
        ], { need: ['livelihood.debt', 'psychosocial'], gender: 'male', age: 28, form: 'labour.fishing' });
        assert.deepEqual(names(other.results).sort(), ['debt', 'talk']);
        assert.deepEqual(names(other.remote), ['talk']);
    });

    test('U06: a mother with her son of nine', async () => {
        const services = [
            made('no-boys', { needs: 'housing.emergency', kind: 'shelter', genders: 'female', accepts_children: 'male:0-6;female:0-17' }),
            made('both', { needs: 'housing.emergency', kind: 'shelter', lon: 96.3, genders: 'female', accepts_children: 'male:0-12;female:0-17' }),
            made('silent', { needs: 'housing.emergency', kind: 'shelter', genders: 'female' }),
            made('rent', { needs: 'housing.rent_support', lon: 96.3, genders: 'any', accepts_children: 'any' }),
        ];
        const mother = { gender: 'female', with_children: [{ age: 9, gender: 'male' }] };
        const night = await story(services, { need: 'housing.emergency', ...mother });
        assert.deepEqual(names(night.results), ['both']);
        assert.deepEqual(names(night.unconfirmed), ['silent']);
        assert.deepEqual(night.unconfirmed[0].ask, ['children']);
        assert.deepEqual(night.excluded.map((s) => [s.name, s.reasons]), [['no-boys', ['children']]]);
        const rent = await story(services, { need: 'housing.rent_support', ...mother });
        assert.deepEqual(names(rent.results), ['rent']);
    });

    test('U18: a woman from a factory who is not identified', async () => {
        const answer = await story([
            made('open-to-all', { needs: 'legal.labour_claim', genders: 'any', official_status: 'not_required' }),
            made('likely', { needs: 'legal.labour_claim', genders: 'any', official_status: 'likely_required' }),
            made('silent', { needs: 'legal.labour_claim', genders: 'any' }),
            made('certified-only', { needs: 'legal.labour_claim', genders: 'any', official_status: 'required' }),
            made('certificate', { needs: 'documents.certification', genders: 'any', official_status: 'not_required' }),
        ], { need: ['legal', 'documents.certification'], gender: 'female', age: 23, form: 'labour.factory', identified: false });
        const shown = Object.fromEntries(offered(answer).map((s) => [s.name, s.fit.official_status]));
        assert.deepEqual(shown, { 'open-to-all': 'yes', likely: 'case', silent: 'unknown', certificate: 'yes' });
        assert.deepEqual(answer.excluded.map((s) => [s.name, s.reasons]), [['certified-only', ['official_status']]]);
        for (const s of offered(answer).filter((s) => ['likely', 'silent'].includes(s.name))) {
            assert.ok(s.ask.includes('official_status'), s.name);
        }
    });
});
