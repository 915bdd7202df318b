/* SPDX-License-Identifier: Apache-2.0
 *
 * A sheet of somebody else, from its file to the answer: MIMU's list of the public
 * hospitals of Myanmar, through importers/maps/myanmar-mimu.json. With DATA (a folder that
 * holds myanmar-mimu/health_facilities_myanmar2020.csv) the real list; always a made-up
 * one of the same columns, at places where nothing stands.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { mustRun, root, run, start } from './haven.mjs';

const MAP = join(root, 'importers/maps/myanmar-mimu.json');
const LIST = 'myanmar-mimu/health_facilities_myanmar2020.csv';

const importMimu = (haven, file, ...args) =>
    run('import', 'services', file, '--db', haven.db, '--source', 'mimu', '--map', MAP, ...args);

const summary = (counts) =>
    `added ${counts.added ?? 0}, updated 0, unchanged ${counts.unchanged ?? 0}, ` +
    `retired 0, rejected 0\n`;

async function withHaven(use) {
    const haven = await start({ roles: ['steward'] });
    try {
        await use(haven);
    } finally {
        await haven.stop();
    }
}

/* Imports `file` twice while the server runs, and waits until it answers from it. */
async function loadTwice(haven, file, count) {
    const first = importMimu(haven, file);
    assert.equal(first.stdout + first.stderr, summary({ added: count }));
    const before = readFileSync(haven.db);
    const second = importMimu(haven, file);
    assert.equal(second.stdout + second.stderr, summary({ unchanged: count }));
    assert.ok(before.equals(readFileSync(haven.db)), 'the same file twice changes nothing');
    mustRun('check', '--db', haven.db);
    const end = Date.now() + 20_000;
    while ((await haven.get('/api/v1/services?limit=1')).body.total !== count) {
        assert.ok(Date.now() < end, 'the server did not take up the import');
        await new Promise((r) => setTimeout(r, 50));
    }
}

const nearest = async (haven, lat, lon, lang, more = {}) => {
    const question = { lat, lon, need: ['health.hospital'], lang, limit: 5, ...more };
    const answer = await haven.post('/api/v1/nearest', question);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
};

const detail = async (haven, id) =>
    (await haven.get(`/api/v1/services/${id}`, 'steward')).body;

const HEADER =
    'FID,the_geom,id_healthF,nmHsp_mya,nmHsp_eng,lvlHsp_mya,lvlHsp_eng,bedClass,SR_PCODE,' +
    'SR_mya,SR,DT_PCODE,DT,TS_PCODE,TS_mya,TS_en,SELF_ADMIN,comment,accuraConf';

/* A row of the sheet; only what the map reads is given. */
const row = (id, point, accuracy, { district = 'D', comment = '' } = {}) =>
    `made_up.${id},${point},made_${id},ဆေးရုံ ${id},Hospital ${id},NA,NA,16,M1,က,S,M2,` +
    `${district},M3,ခ,T,,${comment},${accuracy}`;

function sheet(haven, ...rows) {
    const file = join(haven.dir, 'sheet.csv');
    writeFileSync(file, `${[HEADER, ...rows].join('\r\n')}\r\n`);
    return file;
}

test('mimu: a sheet of these columns becomes hospitals, no surer than it is', () =>
    withHaven(async (haven) => {
        const file = sheet(
            haven,
            row(1, 'POINT (96.00000000000004 21.000000000000025)', 'high confidence'),
            row(2, 'POINT (96 21.1)', 'probably accurate', { district: 'NA' }),
            row(3, 'POINT(96 21.2)', 'bestGuess', { comment: 'made up' }),
            row(4, 'POINT (96 21.3)', 'probably inaccurate', { district: '' }),
        );
        await loadTwice(haven, file, 4);
        const { results, unconfirmed } = await nearest(haven, 21, 96, 'my');
        assert.deepEqual(results, []);
        assert.deepEqual(unconfirmed.map((s) => s.name), [1, 2, 3, 4].map((i) => `ဆေးရုံ ${i}`));
        assert.deepEqual(unconfirmed.map((s) => s.point.precision),
            ['exact', 'exact', 'commune', 'commune']);
        assert.deepEqual(unconfirmed[0].point, { lat: 21, lon: 96, precision: 'exact' });
        for (const service of unconfirmed) {
            assert.equal(service.kind, 'hospital');
            assert.equal(service.sector, 'state');
            assert.equal(service.organization_id, null);
            assert.deepEqual(service.needs, ['health.hospital']);
            assert.deepEqual(service.warnings, ['historical']);
        }
        const [, second, third] = unconfirmed;
        const two = await detail(haven, second.id);
        const three = await detail(haven, third.id);
        assert.equal(two.district, undefined);
        assert.equal(three.name, 'Hospital 3');
        assert.equal(three.district, 'D');
        assert.equal(three.commune, 'T');
        assert.equal(three.description, 'made up');
        assert.equal(three.evidence, 'made_up.3');
        assert.match(three.source, /^MIMU /);
        assert.equal(three.capacity, undefined, 'the class by beds is not a number of places');
    }));

test('mimu: what the map does not know of the sheet is refused, by line', () =>
    withHaven(async (haven) => {
        const file = sheet(
            haven,
            row(1, 'POINT (96 21)', 'high confidence'),
            row(2, '"POLYGON ((96 21, 97 21, 97 22, 96 21))"', 'high confidence'),
            row(3, 'POINT (21 96)', 'certain'),
        );
        const refused = importMimu(haven, file);
        assert.equal(refused.status, 1);
        for (const wanted of [
            /:3: the_geom: does not fit the pattern of the map \("POLYGON .*allowed: POINT /,
            /:4: the_geom: out of range \("96"\)/,
            /:4: lon: lat and lon look swapped/,
            /:4: accuraConf: the map does not name this value \("certain"\)/,
            /2 of 3 rows are bad; nothing is changed/,
        ]) {
            assert.match(refused.stderr, wanted);
        }
    }));

const real = process.env.DATA && join(process.env.DATA, LIST);
const missing = real
    ? !existsSync(real) && `${real} is not there`
    : `DATA is not set: a folder that holds ${LIST}`;

test('mimu: the real list comes in whole and answers', { skip: missing }, () =>
    withHaven(async (haven) => {
        await loadTwice(haven, real, 1130);
        const myitkyina = [25.39, 97.39];
        const english = await nearest(haven, ...myitkyina, 'en', { gender: 'female' });
        const burmese = await nearest(haven, ...myitkyina, 'my', { gender: 'female' });
        const [hospital] = english.unconfirmed;
        assert.deepEqual(english.results, []);
        assert.equal(english.country.code, 'MM');
        assert.equal(hospital.name, 'Myitkyina General Hospital');
        assert.equal(burmese.unconfirmed[0].name, 'မြစ်ကြီးနားပြည်သူ့ဆေးရုံကြီး');
        assert.equal(burmese.unconfirmed[0].id, hospital.id);
        assert.deepEqual(hospital.point, { lat: 25.394893, lon: 97.395558, precision: 'exact' });
        assert.ok(hospital.distance_m > 500 && hospital.distance_m < 1000);
        assert.deepEqual(hospital.ask, ['gender', 'status']);

        const all = await haven.list(undefined, '&country=MM');
        const count = (precision) => all.filter((s) => s.point.precision === precision).length;
        assert.equal(all.length, 1130);
        assert.equal(count('exact'), 1005 + 42);
        assert.equal(count('commune'), 74 + 9);
        assert.ok(all.every((s) => s.kind === 'hospital' && s.sector === 'state'));
    }));
