/* SPDX-License-Identifier: Apache-2.0
 *
 * A plainly made-up directory for tests of pages: the country of tests/http/gazetteer.mjs,
 * a few services in it, and a hidden one that no page may show.
 */
import assert from 'node:assert/strict';

import { outlines, places } from '../http/gazetteer.mjs';
import { mustRun } from '../http/haven.mjs';

const row = (id, more) => ({
    id, organization: `Organization ${id}`, service: `Service ${id}`, country: 'KH',
    kind: 'clinic', needs: 'health.clinic', status: 'open', visibility: 'exact',
    precision: 'exact', ...more,
});

export const services = [
    row('ford', { lat: 12.5, lon: 104.3, phones: '+855 23 000 001', genders: 'female' }),
    row('mill', { lat: 12.6, lon: 104.8, phones: '+855 23 000 002', needs: 'legal' }),
    row('mind', { lat: 12.4, lon: 104.6, needs: 'psychosocial.psychiatric', status: '' }),
    row('east', { lat: 12.5, lon: 105.3, phones: '+855 23 000 003' }),
    row('line', { kind: 'hotline', needs: 'information.hotline', visibility: 'contact',
        phones: '+855 23 000 004', remote: 'phone' }),
    row('qzwhidden', { lat: 12.4, lon: 104.81, visibility: 'staff', kind: 'shelter',
        needs: 'housing.shelter', phones: '+855 23 999 999' }),
];

/* For `prepare` of start(): the gazetteer, and a small map. */
export function gazetteer(haven) {
    for (const [what, text] of [['places', places], ['boundaries', outlines]]) {
        const more = what === 'boundaries' ? ['--id-field', 'id'] : [];
        const done = haven.gazetteer(what, text, what, ...more);
        assert.equal(done.status, 0, done.stderr);
    }
    mustRun('tiles', 'build', '--db', haven.db, '--max-zoom', '8', '--bbox', '103,11,107,14');
}
