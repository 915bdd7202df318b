/* SPDX-License-Identifier: Apache-2.0
 *
 * Services of a place: GET /api/v1/services?place=ID answers by where lists show a service,
 * never by where it is.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { outlines, places } from './gazetteer.mjs';
import { start } from './haven.mjs';

const SERVICES = '/api/v1/services';

const row = (id, lat, lon, more = {}) => ({
    id, organization: `o ${id}`, service: id, country: 'KH', needs: 'health.clinic',
    kind: 'clinic', status: 'open', visibility: 'exact', precision: 'exact', lat, lon, ...more,
});

/* The only service of Mill that is shown by its area: alone there, so the public is told of
 * its province. */
const SERVED = [
    row('ford', 12.5, 104.3),
    row('east', 12.5, 105.3),
    row('coarse', 12.5, 104.5, { precision: 'province', province: 'Westmark' }),
    row('area', 12.6, 104.7, { visibility: 'area', kind: '' }),
    row('contact', 12.8, 104.9, { visibility: 'contact' }),
];
const hidden = (lat, lon) =>
    row('hidden', lat, lon, { visibility: 'staff', needs: 'housing.shelter', kind: 'shelter' });

let haven;
const id = {};

before(async () => {
    haven = await start({
        services: [...SERVED, hidden(12.4, 104.8)],
        roles: ['steward', 'operator'],
        prepare: (h) => {
            assert.equal(h.gazetteer('places', places, 'places').status, 0);
            assert.equal(h.gazetteer('boundaries', outlines, 'outlines', '--id-field', 'id').status, 0);
        },
    });
    const near = { west: '12.5,104.5', east: '12.5,105.5' };
    for (const [name, q, side] of [
        ['country', 'Cambodia', 'west'], ['west', 'Westmark', 'west'],
        ['east', 'Eastmark', 'east'], ['mill', 'Mill', 'west'], ['ford', 'Ford', 'west'],
    ]) {
        const found = await haven.get(
            `/api/v1/places?q=${encodeURIComponent(q)}&near=${near[side]}&limit=1`,
        );
        id[name] = found.body.results[0].id;
    }
});
after(() => haven?.stop());

async function served(place, key, more = '') {
    const { status, body } = await haven.get(`${SERVICES}?place=${id[place]}${more}`, key);
    assert.equal(status, 200);
    assert.equal(body.total, body.services.length);
    return body.services.map((s) => s.name).sort();
}

test('a place holds what is shown in it, and in what lies in it', async () => {
    assert.deepEqual(await served('country'), ['area', 'coarse', 'east', 'ford']);
    assert.deepEqual(await served('west'), ['area', 'coarse', 'ford']);
    assert.deepEqual(await served('east'), ['east']);
    assert.deepEqual(await served('ford'), ['ford']);
});

test('nothing is in a place finer than the one in which it is shown', async () => {
    assert.deepEqual(await served('mill'), []);
});

test('what the public is not shown is in no place for it', async () => {
    for (const place of Object.keys(id)) {
        const names = await served(place);
        assert.ok(!names.includes('hidden') && !names.includes('contact'), place);
    }
    assert.deepEqual(await served('mill', 'operator'), ['area', 'contact', 'hidden']);
    assert.deepEqual(await served('mill', 'steward'), ['area', 'contact', 'hidden']);
});

test('other filters hold too', async () => {
    assert.deepEqual(await served('west', null, '&need=legal'), []);
    assert.deepEqual(await served('west', null, '&country=TH'), []);
    assert.deepEqual(await served('west', null, '&bbox=104.2,12,104.4,13'), ['ford']);
});

test('a hidden service that moves to another province changes no answer', async () => {
    const ask = async () => {
        const all = [];
        for (const place of Object.values(id)) {
            const a = await haven.get(`${SERVICES}?place=${place}`);
            all.push([a.text, a.headers.get('etag')]);
        }
        return all;
    };
    const as = await ask();
    haven.import([...SERVED, hidden(12.5, 105.4)]);
    const end = Date.now() + 5000;
    while (!(await served('east', 'steward')).includes('hidden')) {
        assert.ok(Date.now() < end, 'the move is known to stewards');
        await new Promise((r) => setTimeout(r, 50));
    }
    assert.deepEqual(await ask(), as);
});

test('an id that is none of a place is refused', async () => {
    for (const bad of ['x', '', '00000000-0000-4000-8000-000000000000']) {
        const { status, body } = await haven.get(`${SERVICES}?place=${bad}`);
        assert.equal(status, 400);
        assert.equal(body.errors[0].parameter, 'place');
    }
});
