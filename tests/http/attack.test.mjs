/* SPDX-License-Identifier: Apache-2.0
 *
 * What somebody may try who wants to know where a hidden place is, or to act for a steward.
 * Each test is an attack that worked once.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { clinics, loadGazetteer } from './canaries.mjs';
import { mustRun, program, start } from './haven.mjs';

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

    test("an operator's: a restart gives no second day", async () => {
        const more = Array.from({ length: 9 }, (_, i) => shelter(`${i}`, `More ${i}`));
        haven.import(more, 'more');
        await haven.restart(['--places-an-hour', '1']);
        const all = (await haven.list('steward')).filter((s) => s.kind === 'shelter');
        let told = 0;
        for (const { id } of all) {
            const { status } = await haven.get(`/api/v1/services/${id}`, 'operator');
            told += status === 200;
            if (told > 0 && status === 200) {
                await haven.restart();
            }
        }
        assert.ok(all.length >= 11);
        assert.ok(told >= 2 && told <= 4, `${told} of ${all.length}`);
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

/* What one program takes for the end of a request and another does not lets somebody put
 * words before the request of the next who comes through the same proxy. */
describe('behind a proxy', () => {
    let haven;
    before(async () => {
        haven = await start({ services: [clinic('c')], roles: ['admin'] });
    });
    after(() => haven?.stop());

    const POST =
        'POST /api/v1/places HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    const NEXT = 'GET /api/v1/status HTTP/1.1\r\nHost: x\r\n\r\n';
    const statuses = ({ text }) => text.match(/HTTP\/1\.1 \d+/g)?.map((s) => s.slice(9));

    for (const [what, lengths, body] of [
        ['two kinds', 'Content-Length: 6\r\nTransfer-Encoding: chunked', '0\r\n\r\n'],
        ['two lengths', 'Content-Length: 2\r\nContent-Length: 40', '{}'],
        ['another coding', 'Transfer-Encoding: xchunked\r\nX: y', '{}'],
        ['no coding', 'Transfer-Encoding:', '0\r\n\r\n'],
        ['a coding before', 'Transfer-Encoding: gzip, chunked', '0\r\n\r\n'],
        ['a space before the colon', 'Content-Length : 2', '{}'],
        ['the same, coded', 'Content-Length: 2\r\nTransfer-Encoding : chunked', '{}'],
        ['a folded line', 'X: y\r\n Content-Length: 2', '{}'],
        ['two hosts', 'Host: y\r\nContent-Length: 2', '{}'],
    ])
        test(`a length that is said in ${what} is refused, and the line closed`, async () => {
            const answer = await haven.raw(`${POST}${lengths}\r\n\r\n${body}${NEXT}`, 2000);
            assert.deepEqual(statuses(answer), ['400']);
            assert.ok(answer.closed);
        });

    test('a length that is said once is taken', async () => {
        for (const [length, body] of [
            ['Content-Length: 2', '{}'],
            ['Transfer-Encoding: chunked', '2\r\n{}\r\n0\r\n\r\n'],
        ]) {
            const answer = await haven.raw(`${POST}${length}\r\n\r\n${body}${NEXT}`, 500);
            assert.deepEqual(statuses(answer), ['400', '200'], length);
        }
    });

    test('a path has one spelling', async () => {
        for (const path of ['/api/v1%2fusers', '/api/v1/%75sers', '/metrics%00', '/%6Detrics']) {
            const answer = await haven.raw(
                `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ` +
                    `${haven.keys.admin}\r\n\r\n`,
                500,
            );
            assert.deepEqual(statuses(answer), ['404'], path);
        }
    });
});

describe('the public', () => {
    /* In the district Mill, which is published: it has clinics enough. */
    const inMill = (id, more) => ({
        id,
        organization: 'Hope',
        service: `Office ${id}`,
        country: 'KH',
        needs: 'legal.representation',
        kind: 'ngo_office',
        visibility: 'area',
        lat: '12.41',
        lon: '104.71',
        village: 'Qzwvillage',
        status: 'open',
        ...more,
    });
    let haven;
    before(async () => {
        haven = await start({
            services: [
                ...clinics,
                inMill('1', { kind: 'shelter' }),
                inMill('2', { lon: '105.21' }),
                inMill('3', { organization: 'Home of Qzwvillage' }),
                inMill('4', {
                    organization: 'Home of Qzwvillage',
                    village: 'Another',
                    lon: '105.22',
                    needs: 'psychosocial',
                }),
                inMill('5', { service: 'นวดเท้า บ้านพักฉุกเฉิน' }),
                inMill('6', { service: 'Nhà tạm lánh Hy Vọng' }),
                inMill('7', { service: 'RUMAH AMAN' }),
            ],
            roles: ['steward'],
            prepare: loadGazetteer,
        });
    });
    after(() => haven?.stop());

    const FROM_MILL = { lat: 12.5, lon: 104.76, need: ['legal.representation'], age: 30 };

    test('no order tells a shelter that is shown as none', async () => {
        const order = async (by, key) => {
            const body = { ...FROM_MILL, order: by, limit: 50 };
            const { body: answer } = await haven.post('/api/v1/nearest', body, key);
            return answer.unconfirmed.filter((s) => s.kind !== 'clinic').map((s) => s.id);
        };
        const [near, fit] = [await order('distance'), await order('fit')];
        assert.ok(near.length > 3);
        assert.deepEqual(fit, near);
        assert.notDeepEqual(await order('fit', 'steward'), await order('distance', 'steward'));
    });

    test('whose name would tell the place is known by no id either', async () => {
        const all = await haven.list();
        const named = all.find((s) => s.organization === 'Home of Qzwvillage');
        const unnamed = all.filter((s) => s.organization === null);
        assert.ok(named.organization_id);
        assert.equal(unnamed.length, 1);
        assert.equal(unnamed[0].organization_id, null);
        const avoid = [{ organization: named.organization_id }];
        const { body } = await haven.post('/api/v1/nearest', { ...FROM_MILL, avoid, limit: 50 });
        assert.ok(body.unconfirmed.some((s) => s.id === unnamed[0].id));
    });

    test('names that tell who stays there, in the languages of the region', async () => {
        const text = JSON.stringify(await haven.list());
        for (const name of ['บ้านพักฉุกเฉิน', 'tạm lánh', 'RUMAH AMAN']) {
            assert.ok(!text.includes(name), name);
        }
    });
});

test('a stolen cookie is not good again after a restore', async (t) => {
    const haven = await start({ services: [clinic('c')] });
    t.after(() => haven.stop());
    haven.addUser('steward', 'sokha');
    await haven.signIn('sokha');
    const who = async () => (await haven.get('/api/v1/session', null, {
        Cookie: `__Host-haven=${haven.cookies.sokha}`,
    })).status;
    assert.equal(await who(), 200);
    const copy = join(haven.dir, 'copy.db');
    mustRun('backup', '--db', haven.db, '--to', copy);
    const out = await haven.send('DELETE', '/api/v1/sessions', { cookie: 'sokha' });
    assert.equal(out.status, 204);
    await haven.end();
    mustRun('restore', copy, '--db', haven.db, '--force');
    await haven.serve(haven.args);
    assert.equal(await who(), 401);
    assert.equal((await haven.signIn('sokha')).status, 200);
});

test('an open line is told of', async (t) => {
    const haven = await start({ services: [clinic('c')] });
    t.after(() => haven.stop());
    assert.ok(!haven.output.includes('no TLS'));
    const said = await new Promise((done, failed) => {
        const other = spawn(program, ['serve', '--db', haven.db, '--listen', '0.0.0.0:0']);
        let text = '';
        other.stderr.setEncoding('utf8').on('data', (chunk) => {
            text += chunk;
            if (text.includes('listening') && text.includes('no TLS')) {
                other.kill('SIGTERM');
            }
        });
        setTimeout(() => other.kill('SIGKILL'), 10_000).unref();
        other.on('error', failed).on('exit', () => done(text));
    });
    assert.match(said, /warning: no TLS on 0\.0\.0\.0/);
});
