/* SPDX-License-Identifier: Apache-2.0
 *
 * A steward's work on records over HTTP: changing one, with history and undo, and never over
 * what somebody else has changed meanwhile; suggestions; a partner's own services; records
 * that nobody has verified for long.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { start } from './haven.mjs';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const SOON = 5000;

const row = (id, more = {}) => ({
    id, organization: 'One', service: id, country: 'KH', needs: 'legal', kind: 'clinic',
    visibility: 'exact', status: 'open', ...more,
});

const day = (monthsAgo) =>
    new Date(Date.now() - monthsAgo * 30 * 86400e3).toISOString().slice(0, 10);

/* Far apart, so that no shared site binds them. */
const ROWS = [
    ...['edit', 'race', 'pause', 'close', 'verify', 'seen', 'undo', 'later', 'told', 'both']
        .map((id, i) => row(id, { lat: 13 + i / 20, lon: 103, verified_on: day(1) })),
    row('shelter', { organization: 'Two', kind: 'shelter', needs: 'housing.shelter',
        visibility: '', lat: 14, lon: 104, verified_on: day(1) }),
    row('house', { organization: 'Three', kind: 'shelter', needs: 'housing.shelter',
        visibility: '', lat: 14.5, lon: 104.5, verified_on: day(1) }),
    row('old', { lat: 15, lon: 103, verified_on: day(30) }),
    row('older', { lat: 15.1, lon: 103, verified_on: day(40) }),
    row('never', { lat: 15.2, lon: 103 }),
    row('thai', { lat: 15.3, lon: 103, country: 'TH', verified_on: day(20) }),
    row('gone', { lat: 15.4, lon: 103, status: 'closed', verified_on: day(50) }),
];

let haven;
let id; /* of a service, by its name */

async function until(what, holds) {
    const end = Date.now() + SOON;
    while (!(await holds())) {
        assert.ok(Date.now() < end, what);
        await new Promise((r) => setTimeout(r, 25));
    }
}

before(async () => {
    haven = await start({ services: ROWS, roles: ['steward', 'operator', 'admin'] });
    const all = await haven.list('steward');
    id = Object.fromEntries(all.map((s) => [s.name, s.id]));
    const of = (name) => all.find((s) => s.name === name).organization_id;
    for (const [name, ...more] of [
        ['two', '--organization', of('shelter')],
        ['nobody'],
    ]) {
        haven.keys[name] = haven.addKey('partner', name, ...more);
    }
    haven.keys['second steward'] = haven.addKey('steward', 'second steward');
    haven.addKey('steward', 'first steward');
    await until('keys are noticed', async () =>
        (await haven.get('/api/v1/session', 'steward')).status === 200);
});
after(() => haven?.stop());

const record = (name, key = 'steward') => haven.get(`/api/v1/services/${id[name]}/record`, key);
const tagOf = async (name) => (await record(name)).headers.get('etag');
const cell = (answer, column) => answer.body.cells.find((c) => c.column === column) ?? null;

const patch = (name, body, tag, key = 'steward') =>
    haven.send('PATCH', `/api/v1/services/${id[name] ?? name}/record`, {
        key,
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: {
            'Content-Type': 'application/merge-patch+json',
            ...(tag && { 'If-Match': tag }),
        },
    });

async function set(name, body, key) {
    const answer = await patch(name, body, await tagOf(name), key);
    assert.equal(answer.status, 200, answer.text);
    return answer;
}

const shown = async (name, key) => (await haven.get(`/api/v1/services/${id[name]}`, key)).body;
const runs = async () => (await haven.get('/api/v1/runs', 'steward')).body.runs;
const history = async (name) =>
    (await haven.get(`/api/v1/services/${id[name]}/history`, 'steward')).body.changes;
const undo = (number, key = 'steward') => haven.post(`/api/v1/runs/${number}/undo`, {}, key);

/* ---- one record ------------------------------------------------------------------------ */

describe('one record', () => {
    test('a change is answered with the record, and the public sees it', async () => {
        const answer = await set('edit', {
            status: 'paused', url: 'https://example.org/', languages: ['km', 'en'],
            age_min: 18, 'public_name@km': 'សេវា',
        });
        assert.deepEqual(cell(answer, 'status'), {
            column: 'status', language: null, shown: 'paused', source: 'open',
            steward: 'paused',
        });
        assert.equal(cell(answer, 'languages').shown, 'km;en');
        assert.equal(cell(answer, 'age_min').steward, '18');
        assert.equal(answer.body.cells.find((c) => c.language === 'km').steward, 'សេវា');
        assert.equal(answer.headers.get('etag'), await tagOf('edit'));
        assert.match(answer.headers.get('cache-control'), /private/);
        await until('the public sees it', async () =>
            (await shown('edit')).url === 'https://example.org/');
    });

    test('without If-Match 428, with another 412, and nothing is changed', async () => {
        const before = await record('seen');
        assert.equal((await patch('seen', { status: 'paused' })).status, 428);
        const tag = before.headers.get('etag');
        for (const wrong of ['*', 'x', `W/${tag}`, tag.slice(1, -1), `"${'0'.repeat(32)}"`,
            `${tag}, "x"`, await tagOf('edit')]) {
            assert.equal((await patch('seen', { status: 'paused' }, wrong)).status, 412, wrong);
        }
        assert.equal((await record('seen')).text, before.text);
    });

    test('the second of two stewards is told, and nothing is lost', async () => {
        const tag = await tagOf('both');
        assert.equal((await patch('both', { url: 'https://one.example/' }, tag)).status, 200);
        const other = { url: 'https://two.example/' };
        const second = await patch('both', other, tag, 'second steward');
        assert.equal(second.status, 412);
        assert.match(second.body.detail, /has changed/);
        const now = await record('both');
        assert.equal(cell(now, 'url').shown, 'https://one.example/');
        const again = await patch('both', { status: 'paused' }, now.headers.get('etag'),
            'second steward');
        assert.equal(again.status, 200);
        assert.equal(cell(again, 'url').shown, 'https://one.example/');
        const edits = (await history('both')).filter((c) => c.layer === 'edit');
        assert.deepEqual(edits.map((c) => [c.field, c.run.by]),
            [['url', 'first steward'], ['status', 'second steward']]);
    });

    test('of many at once exactly one wins', async () => {
        for (let round = 0; round < 5; round++) {
            const tag = await tagOf('race');
            const answers = await Promise.all(Array.from({ length: 8 }, (_, i) =>
                patch('race', { url: `https://example.org/${round}-${i}` }, tag,
                    i % 2 ? 'steward' : 'second steward')));
            const won = answers.filter((a) => a.status === 200);
            assert.equal(won.length, 1);
            assert.ok(answers.every((a) => [200, 412].includes(a.status)));
            const url = `https://example.org/${round}-${answers.indexOf(won[0])}`;
            assert.equal(cell(await record('race'), 'url').shown, url);
        }
    });

    for (const [name, body, seen] of [
        ['pause', { status: 'paused' }, (s) => s.status === 'paused'],
        ['close', { status: 'closed' }, (s) => s.status === 'closed' || s.status === 404],
        ['verify', { verified_on: day(0) }, (s) => s.verified_on === day(0)],
    ]) {
        test(`${name}: seen, and kept against a later import`, async () => {
            await set(name, body);
            await until(name, async () => seen(await shown(name)));
            haven.import(ROWS);
            assert.equal(cell(await record(name), Object.keys(body)[0]).steward,
                Object.values(body)[0]);
            assert.ok(seen(await shown(name)));
        });
    }

    test('a later import moves the source below; null gives the cell back to it', async () => {
        await set('later', { status: 'paused', url: '' });
        haven.import(ROWS.map((r) => r.id === 'later'
            ? { ...r, status: 'waitlist', url: 'https://source.example/' } : r));
        const now = await record('later');
        assert.deepEqual([cell(now, 'status').shown, cell(now, 'status').source],
            ['paused', 'waitlist']);
        assert.deepEqual([cell(now, 'url').shown, cell(now, 'url').steward], ['', '']);
        const back = await set('later', { status: null, url: null });
        assert.deepEqual([cell(back, 'status').shown, cell(back, 'status').steward],
            ['waitlist', null]);
        assert.equal(cell(back, 'url').shown, 'https://source.example/');
        haven.import(ROWS);
    });

    test('bad values: the column, the value and what is allowed', async () => {
        const before = await record('seen');
        const tag = before.headers.get('etag');
        for (const [body, column, words] of [
            [{ status: 'opn' }, 'status', /"opn".*allowed:.*paused/],
            [{ statu: 'open' }, 'statu', /not a column/],
            [{ verified_on: '2026-02-30' }, 'verified_on', /2026-02-30/],
            [{ lat: 95, lon: 103 }, 'lat', /95/],
            [{ age_min: 'x' }, 'age_min', /x/],
            [{ needs: ['legal', 'nonsense'] }, 'needs', /nonsense/],
            [{ status: {} }, 'status', /text/],
            [{ url: 'javascript:alert(1)' }, 'url', /allowed/],
            [{ description: 'a\u0000b' }, 'description', /./],
            [{ 'service@xx': 'a' }, 'service@xx', /./],
            [{}, 'cells', /column/],
            [[], 'cells', /./],
        ]) {
            const answer = await patch('seen', body, tag);
            const told = `${JSON.stringify(body)}: ${answer.text}`;
            assert.equal(answer.status, 400, told);
            if (!Array.isArray(body)) {
                const whole = { parameter: column, detail: answer.body.detail };
                const fault = answer.body.errors?.[0] ?? whole;
                assert.equal(fault.parameter, column, told);
                assert.match(fault.detail, words, told);
            }
        }
        for (const [body, words] of [
            [{ age_min: 30, age_max: 20 }, /age_min/],
            [{ lat: '' }, /lat/],
            [{ visibility: '' }, /visibility.*allowed/],
            [{ organization: '' }, /organization.*allowed/],
            [{ id: 'other' }, /id.*allowed/],
            ['{', /./], ['[1]', /./], ['null', /./], ['', /./], ['{"a":1,"a":1}', /./],
        ]) {
            const answer = await patch('seen', body, tag);
            assert.equal(answer.status, 400, `${JSON.stringify(body)}: ${answer.text}`);
            assert.match(answer.text, words);
        }
        const many = Array.from({ length: 2000 }, (_, i) => [`x${i}`, 'x']);
        assert.equal((await patch('seen', Object.fromEntries(many), tag)).status, 400);
        const long = { description: 'x'.repeat(70_000) };
        assert.equal((await patch('seen', long, tag)).status, 413);
        const json = await haven.send('PATCH', `/api/v1/services/${id.seen}/record`, {
            key: 'steward', body: '{"status":"paused"}',
            headers: { 'Content-Type': 'application/json', 'If-Match': tag },
        });
        assert.equal(json.status, 415);
        const path = `/api/v1/services/${id.seen}/record?status=open`;
        const query = await haven.send('PATCH', path, {
            key: 'steward', body: '{"status":"paused"}',
            headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': tag },
        });
        assert.equal(query.status, 400);
        for (const none of [UNKNOWN, 'x']) {
            assert.equal((await patch(none, { status: 'paused' }, tag)).status, 404, none);
            const read = await haven.get(`/api/v1/services/${none}/record`, 'steward');
            assert.equal(read.status, 404, none);
        }
        assert.equal((await record('seen')).text, before.text);
    });

    test('visibility: a steward hides and releases, and an import does neither', async () => {
        const isPublic = async (name) =>
            (await haven.get(`/api/v1/services/${id[name]}`)).status === 200;
        await set('seen', { visibility: 'staff' });
        await until('hidden', async () => !(await isPublic('seen')));
        haven.import(ROWS);
        const hidden = await record('seen');
        assert.equal(cell(hidden, 'visibility').shown, 'staff');
        assert.equal(hidden.body.decided_by, 'steward');
        const missing = await haven.get(`/api/v1/services/${id.seen}`);
        const absent = await haven.get(`/api/v1/services/${UNKNOWN}`);
        assert.deepEqual([missing.status, missing.text], [404, absent.text]);

        assert.ok(!(await isPublic('house')));
        const released = await set('house', { visibility: 'contact' });
        assert.equal(released.body.decided_by, 'steward');
        await until('released', () => isPublic('house'));
        const { point, text } = await shown('house');
        assert.equal(point, null);
        assert.ok(!/14\.5/.test(text ?? ''));
        await set('house', { visibility: null });
        await until('hidden again', async () => !(await isPublic('house')));
        await set('seen', { visibility: null });
        await until('shown again', () => isPublic('seen'));
    });

    test('history and undo', async () => {
        const was = await record('undo');
        const tag = was.headers.get('etag');
        await set('undo', { status: 'paused' });
        const [run] = await runs();
        assert.deepEqual([run.kind, run.by, run.updated], ['edit', 'first steward', 1]);
        const done = await undo(run.number, 'second steward');
        assert.equal(done.status, 200, done.text);
        assert.deepEqual({ ...done.body, run: undefined },
            { run: undefined, added: 0, updated: 1, retired: 0 });
        assert.equal(await tagOf('undo'), tag);
        assert.equal((await undo(run.number)).status, 409);
        const [last] = await runs();
        assert.deepEqual([last.kind, last.undoes, last.by],
            ['undo', run.number, 'second steward']);
        const changes = await history('undo');
        assert.deepEqual(changes.slice(-2).map((c) => [c.field, c.old, c.new]),
            [['status', null, 'paused'], ['status', 'paused', null]]);

        await set('undo', { status: 'paused' });
        const [first] = await runs();
        await set('undo', { status: 'closed' });
        const [second] = await runs();
        const refused = await undo(first.number);
        assert.equal(refused.status, 409);
        assert.match(refused.body.errors[0].detail, new RegExp(`run ${second.number} .*undo`));
        assert.equal(cell(await record('undo'), 'status').shown, 'closed');
        assert.equal((await undo(second.number)).status, 200);
        assert.equal((await undo(first.number)).status, 200);
        assert.equal(await tagOf('undo'), tag);
        for (const [number, status] of [['999999', 409], ['0', 404], ['-1', 404], ['x', 404]]) {
            assert.equal((await undo(number)).status, status, number);
        }
        const more = await haven.post(`/api/v1/runs/${first.number}/undo`, { x: 1 }, 'steward');
        assert.equal(more.status, 400);
        assert.equal((await haven.get('/api/v1/runs?limit=2', 'steward')).body.runs.length, 2);
        for (const limit of ['0', '5001', 'x']) {
            const answer = await haven.get(`/api/v1/runs?limit=${limit}`, 'steward');
            assert.equal(answer.status, 400);
        }
    });

    test('what stewards did stands in the audit: who, what, which record', async () => {
        const { entries } = (await haven.get('/api/v1/audit', 'admin')).body;
        const changed = entries.filter((e) => e.action === 'change' && e.object === id.both);
        assert.deepEqual(changed.map((e) => [e.actor, e.count]).sort(),
            [['first steward', 1], ['second steward', 1]]);
    });
});

/* ---- suggestions ----------------------------------------------------------------------- */

const suggest = (body, key) => haven.post('/api/v1/suggestions', body, key);
const decide = (suggestion, decision, key = 'steward') =>
    haven.post(`/api/v1/suggestions/${suggestion}`, { decision }, key);
const open = async (state = 'open') =>
    (await haven.get(`/api/v1/suggestions?state=${state}`, 'steward')).body.suggestions;

describe('suggestions', () => {
    test('a partner may suggest on what is published and its own, else 404', async () => {
        for (const name of ['told', 'shelter']) {
            const answer = await suggest({ service: id[name], note: `about ${name}` }, 'two');
            assert.equal(answer.status, 200, answer.text);
            assert.match(answer.body.id, /^[0-9a-f-]{36}$/);
        }
        for (const key of ['two', 'nobody']) {
            const hidden = await suggest({ service: id.house, note: 'x' }, key);
            const absent = await suggest({ service: UNKNOWN, note: 'x' }, key);
            assert.deepEqual([hidden.status, hidden.text], [404, absent.text]);
            assert.deepEqual([...hidden.headers.keys()], [...absent.headers.keys()]);
        }
        assert.equal((await suggest({ service: id.shelter, note: 'x' }, 'nobody')).status, 404);
        assert.equal((await suggest({ service: id.house, note: 'x' }, 'operator')).status, 200);
        const listed = await open();
        assert.deepEqual(listed.map((s) => [s.by, s.note]).sort(), [
            ['test-operator', 'x'], ['two', 'about shelter'], ['two', 'about told']]);
        assert.ok(listed.every((s) => s.state === 'open' && s.decided_by === null));
        for (const s of listed) {
            assert.equal((await decide(s.id, 'reject')).status, 200);
        }
    });

    test('accepted it is an edit by the steward; rejected it is nothing; once', async () => {
        const cells = { status: 'paused', 'public_name@km': 'សេវា', url: null };
        const { id: one } = (await suggest({ service: id.told, cells }, 'two')).body;
        const closed = { service: id.told, cells: { status: 'closed' } };
        const { id: two } = (await suggest(closed, 'two')).body;
        const before = await tagOf('told');
        assert.equal((await decide(two, 'reject')).status, 200);
        assert.equal(await tagOf('told'), before);
        assert.deepEqual((await open()).find((s) => s.id === one).cells, cells);
        const done = await decide(one, 'accept', 'second steward');
        assert.deepEqual([done.status, done.body], [200, { state: 'accepted' }]);
        assert.equal(cell(await record('told'), 'status').steward, 'paused');
        const [run] = await runs();
        assert.deepEqual([run.kind, run.by], ['edit', 'second steward']);
        const after_ = await tagOf('told');
        for (const suggestion of [one, two]) {
            for (const decision of ['accept', 'reject']) {
                assert.equal((await decide(suggestion, decision)).status, 409);
            }
        }
        assert.equal(await tagOf('told'), after_);
        assert.deepEqual((await open('accepted')).map((s) => [s.id, s.decided_by]),
            [[one, 'second steward']]);
        assert.ok((await open('rejected')).some((s) => s.id === two));
    });

    test('of those who decide at once one does, and the record says what', async () => {
        for (let round = 0; round < 12; round++) {
            const url = `https://example.org/${round}`;
            const { id: s } = (await suggest({ service: id.told, cells: { url } }, 'two')).body;
            const answers = await Promise.all([
                decide(s, 'accept'), decide(s, 'reject', 'second steward'),
                decide(s, 'accept', 'second steward'), decide(s, 'reject'),
            ]);
            const won = answers.filter((a) => a.status === 200);
            assert.equal(won.length, 1);
            assert.ok(answers.every((a) => [200, 409].includes(a.status)));
            assert.equal(cell(await record('told'), 'url')?.steward === url,
                won[0].body.state === 'accepted', `round ${round}: ${won[0].body.state}`);
        }
    });

    test('what cannot be suggested is refused, and says why', async () => {
        const service = id.told;
        for (const [body, parameter] of [
            [{}, 'service'], [{ service }, 'note'], [{ service: 'x', note: 'y' }, 'service'],
            [{ service, cells: { status: 'opn' } }, 'status'],
            [{ service, cells: { statu: 'x' } }, 'statu'],
            [{ service, cells: 'x' }, 'cells'], [{ service, cells: {} }, 'cells'],
            [{ service, note: 1 }, 'note'], [{ service, note: 'x', more: 'x' }, 'more'],
        ]) {
            const answer = await suggest(body, 'two');
            assert.equal(answer.status, 400, JSON.stringify(body));
            assert.equal(answer.body.errors[0].parameter, parameter, answer.text);
        }
        assert.equal((await suggest({ service, note: 'x'.repeat(60_000) }, 'two')).status, 400);
        assert.deepEqual(await open(), []);
        for (const [suggestion, decision, status] of [
            [UNKNOWN, 'accept', 404], ['x', 'accept', 404], [UNKNOWN, 'maybe', 400]]) {
            assert.equal((await decide(suggestion, decision)).status, status);
        }
    });
});

/* ---- one's own ------------------------------------------------------------------------- */

test('a partner sees its own services as they are recorded, and no others', async () => {
    const own = (key) => haven.get('/api/v1/own/services', key);
    const two = await own('two');
    assert.deepEqual(two.body.services.map((s) => s.name), ['shelter']);
    const { lat, lon } = two.body.services[0].point;
    assert.deepEqual([lat, lon], [14, 104]);
    /* Another partner may use the same browser: nothing is kept, and nothing validated. */
    assert.equal(two.headers.get('cache-control'), 'no-store');
    assert.equal(two.headers.get('etag'), null);
    assert.equal((await haven.get(`/api/v1/services/${id.house}`, 'two')).status, 404);
    for (const key of ['nobody', 'operator', 'steward']) {
        assert.deepEqual((await own(key)).body, { services: [] });
    }
});

/* ---- stale records --------------------------------------------------------------------- */

test('stale: the longest not verified first, by months and country, in pages', async () => {
    const stale = async (query = '') => {
        const answer = await haven.get(`/api/v1/stale${query}`, 'steward');
        assert.equal(answer.status, 200, answer.text);
        return [answer.body.services.map((s) => s.name), answer.body.total];
    };
    assert.deepEqual(await stale(), [['never', 'older', 'old', 'thai'], 4]);
    assert.deepEqual(await stale('?months=25'), [['never', 'older', 'old'], 3]);
    assert.deepEqual(await stale('?months=600'), [['never'], 1]);
    assert.deepEqual(await stale('?country=TH'), [['thai'], 1]);
    assert.deepEqual(await stale('?limit=2'), [['never', 'older'], 4]);
    assert.deepEqual(await stale('?limit=2&offset=2'), [['old', 'thai'], 4]);
    assert.deepEqual(await stale('?limit=2&offset=4'), [[], 4]);
    for (const bad of ['months=0', 'months=601', 'country=XX', 'offset=-1', 'limit=1001',
        'x=1']) {
        assert.equal((await haven.get(`/api/v1/stale?${bad}`, 'steward')).status, 400, bad);
    }
    await set('never', { verified_on: day(0) });
    await until('verified', async () => (await stale())[1] === 3);
});
