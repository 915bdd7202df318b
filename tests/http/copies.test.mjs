/* SPDX-License-Identifier: Apache-2.0
 *
 * What leaves the screen of staff, and what a published text tells that it should not.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { mustRun, start } from './haven.mjs';

const shelter = {
    id: 'shelter',
    organization: 'Quiet Refuge',
    service: 'Shelter on Quince Lane',
    public_name: '',
    country: 'KH',
    needs: 'housing.shelter;health.hiv',
    kind: 'shelter',
    lat: 12.6123,
    lon: 104.3321,
    address: 'Quince Lane 9',
    village: 'Quince',
    contact: 'A contact person',
    email: 'inside@example.org',
    phones: '[{"number":"+855 10 111"},{"number":"+855 10 222 333","audience":"staff"}]',
    hours: 'Mo-Fr 08:00-17:00',
    genders: 'female',
    forms: 'labour',
    status: 'open',
};
const clinic = { id: 'clinic', organization: 'Clinic', service: 'Care', country: 'KH', needs: 'health.clinic',
    kind: 'clinic', lat: 12.2, lon: 104.1, status: 'open' };

describe('copies', () => {
    let haven;
    let id;
    before(async () => {
        haven = await start({ services: [shelter, clinic], roles: ['partner', 'operator', 'caseworker', 'steward'] });
        id = (await haven.list('operator')).find((s) => s.kind === 'shelter').id;
    });
    after(() => haven.stop());

    test('a copy is what the public would see, with every telephone, and no place', async () => {
        for (const role of ['operator', 'caseworker', 'steward']) {
            const { status, body, text } = await haven.get(`/api/v1/services/${id}/copy`, role);
            assert.equal(status, 200);
            assert.deepEqual(body.phones.map((p) => p.number), ['+855 10 111', '+855 10 222 333']);
            assert.deepEqual(body.needs, ['housing.shelter', 'health']);
            assert.equal(body.hours, 'Mo-Fr 08:00-17:00');
            for (const hidden of ['Quince', 'Quiet', 'Shelter', 'refuge', 'contact', 'inside@', '12.6', '104.3',
                'labour', 'visibility', 'point', 'hiv']) {
                assert.ok(!text.includes(hidden), `${role}: ${hidden}`);
            }
        }
        const english = await haven.get(`/api/v1/services/${id}/copy?lang=en`, 'operator');
        assert.equal(english.body.name, 'Housing and accommodation'); /* not "Shelter" */
    });

    test('copies are for staff', async () => {
        assert.equal((await haven.get(`/api/v1/services/${id}/copy`)).status, 401);
        assert.equal((await haven.get(`/api/v1/services/${id}/copy`, 'partner')).status, 403);
        const absent = `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`;
        assert.equal((await haven.get(`/api/v1/services/${absent}/copy`, 'operator')).status, 404);
    });
});

test('haven check lists published texts that hold what is hidden', async () => {
    const haven = await start({
        services: [
            shelter,
            clinic,
            { ...clinic, id: 'tells-street', service: 'Care', public_name: 'Clinic beside QUINCE lane, 9' },
            { ...clinic, id: 'tells-phone', service: 'Care', url: 'https://example.org/85510222333' },
            { ...clinic, id: 'tells-name', service: 'Care', 'service@th': 'near the Shelter on Quince Lane' },
            { ...clinic, id: 'tells-nothing', service: 'Lane and quince' },
        ],
    });
    const { stdout } = mustRun('check', '--db', haven.db);
    await haven.stop();
    const list = stdout.slice(stdout.indexOf('published texts that hold what is hidden'));
    const line = (of, what) => `${of} of source test: its public text holds the ${what} of shelter of source test`;
    assert.ok(list.includes(line('tells-street', 'address')), stdout);
    assert.ok(list.includes(line('tells-phone', 'phones')), stdout);
    assert.ok(list.includes(line('tells-name', 'service')), stdout);
    assert.ok(!list.includes('tells-nothing'));
    assert.ok(!list.includes('clinic of source'));
});
