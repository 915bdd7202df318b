/* SPDX-License-Identifier: Apache-2.0
 *
 * The leak test can fail: a program with one route more, which says that it is public and
 * tells addresses; and one in which a cell of the public's column is turned.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { join, resolve } from 'node:path';

import { canaries, directory, loadGazetteer } from '../http/canaries.mjs';
import { crawl, forbidden, leaks } from '../http/crawl.mjs';
import { root, run, start } from '../http/haven.mjs';
import { flipped, serve } from './setup.mjs';

const leaking = resolve(process.env.LEAKING ?? join(root, 'build/release/access/leaking'));

/* Fields of a service that hold a canary. */
const HOLD = [
    '(those held as staff)', 'point', 'name', 'organization', 'organization_aliases', 'description', 'address',
    'village', 'commune', 'phones', 'email', 'contact', 'evidence', 'source', 'source_id',
];

describe('the leak test fails where it has to', () => {
    const points = canaries.map((c) => [Number(c.row.lat), Number(c.row.lon)]);
    const marks = forbidden(canaries);
    let haven;
    let ids;
    before(async () => {
        haven = await start({ services: directory, roles: ['steward'], prepare: loadGazetteer });
        ids = (await haven.list('steward')).filter((s) => !s.name.startsWith('Clinic')).map((s) => s.id);
    });
    after(() => haven.stop());

    /* What a crawl of that program finds on the same record. */
    async function found(file, env) {
        const server = await serve(file, haven.db, env);
        const seen = await crawl(Object.assign(Object.create(haven), { origin: server.origin }), { points, ids });
        await server.stop();
        return leaks(seen, marks);
    }

    test('nothing is found in the program as it is', async () => {
        assert.deepEqual(await found(flipped, {}), []);
    });

    test('a route that leaks is found without anybody naming it', async () => {
        const leak = await found(leaking, {});
        assert.ok(leak.length > 0);
        assert.ok(JSON.stringify(leak).includes('/api/v1/addresses'), JSON.stringify(leak[0]));
    });

    const rows = run('check', '--roles').stdout.split('\n').slice(1);
    for (const name of HOLD) {
        test(`the public's cell of ${name} turned`, async () => {
            const row = rows.findIndex((line) => line.startsWith('service ') && line.includes(` ${name} `));
            const forms = rows[row].slice(rows[row].indexOf(name) + name.length).trim().split(/\s+/);
            const turned = ['s', ...forms.slice(1)].join(' ');
            assert.notEqual(forms[0], 's');
            assert.ok((await found(flipped, { HAVEN_FLIP: `${row}:${turned}` })).length > 0);
        });
    }
});
