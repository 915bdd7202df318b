/* SPDX-License-Identifier: Apache-2.0
 *
 * What somebody may try who wants to know where a hidden place is, or to act for a steward.
 * Each test is an attack that worked once.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { start } from './haven.mjs';

const shelter = (id, organization, more = {}) => ({
    id,
    organization,
    service: `House ${id}`,
    country: 'KH',
    needs: 'housing.shelter',
    kind: 'shelter',
    lat: '12.3611',
    lon: '104.8207',
    precision: 'exact',
    address: 'Street 9',
    village: 'Phum Thmei',
    ...more,
});

const clinic = (id, more = {}) => ({
    id,
    organization: `Clinic of ${id}`,
    service: `Clinic ${id}`,
    country: 'KH',
    needs: 'health.clinic',
    kind: 'clinic',
    lat: '12.4',
    lon: '104.5',
    ...more,
});

describe('a stolen key', () => {
    let haven;
    let ids;
    before(async () => {
        haven = await start({
            services: [
                shelter('a', 'Hope', {
                    description: 'in phum-thmei, behind the pagoda',
                    'description@km': 'នៅភូមិថ្មី',
                    contact: 'Sokha, house 4',
                    evidence: 'noted at 12.3611, 104.8207',
                    claims: '[{"column":"address","value":"Street 11","source":"old list"}]',
                }),
                shelter('b', 'Peace', { lat: '12.5', village: 'Phum Chas' }),
                clinic('c'),
            ],
            roles: ['operator', 'steward'],
        });
        const all = await haven.list('steward');
        ids = Object.fromEntries(all.map((s) => [s.name.at(-1), s]));
        for (const partner of ['a', 'b']) {
            const { organization_id } = ids[partner];
            haven.addKey('partner', partner, '--organization', organization_id);
            haven.keys[partner] = haven.keys.partner;
        }
        await haven.restart();
    });
    after(() => haven?.stop());

    test("an operator's: no free text tells a place without being counted", async () => {
        for (const lang of ['en', 'km']) {
            const path = `/api/v1/services/${ids.a.id}?place=published&lang=${lang}`;
            const { status, text } = await haven.get(path, 'operator');
            assert.equal(status, 200);
            for (const telling of ['thmei', 'ថ្មី', 'house 4', '104.8207', 'Street 11']) {
                assert.ok(!text.includes(telling), `${lang}: ${telling}`);
            }
        }
        const { body } = await haven.get(`/api/v1/services/${ids.a.id}`, 'operator');
        assert.match(body.description, /pagoda/);
        assert.equal(body.claims[0].value, 'Street 11');
    });

    test("a partner's: an answer to another partner is not confirmed", async () => {
        const own = '/api/v1/own/services';
        const answer = await haven.get(own, 'a');
        assert.deepEqual(answer.body.services.map((s) => s.name), ['House a']);
        const tag = answer.headers.get('etag') ?? '*';
        const other = await haven.get(own, 'b', { 'If-None-Match': tag });
        assert.equal(other.status, 200);
        assert.deepEqual(other.body.services.map((s) => s.name), ['House b']);
    });
});
