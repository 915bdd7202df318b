/* SPDX-License-Identifier: Apache-2.0
 *
 * Who sees which field: every cell of the role table, by asking the program as each role;
 * and then the same with each cell turned in its turn, where the tests have to fail.
 *
 * The table below is written apart from data/field.def: a cell that is changed there has to
 * be changed here, and somebody has to mean it.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { program, root, run } from '../http/haven.mjs';
import { ANSWERS, lookAsAll, observeField, observeService, ROLES } from './observe.mjs';
import { flipped, serve, Setup } from './setup.mjs';

const words = (text) => text.trim().split(/\s+/);

/* Of a service, by what public, partner, operator, caseworker, steward and admin see. */
const SERVICE = {
    's s s s s s': `id sector country organization_acronym covers remote genders age_min age_max
        ages_case languages interpreters nationalities referred_by official_status residents_only serves_family
        accepts_children disability literacy documents_required documents_issued contacts_authorities status fee
        fee_waiver transport_paid childcare trades course_days hours time_zone url verified_on valid_until`,
    'p o s s s s': 'name organization organization_id kind needs phones warnings public_name',
    'p o 1 1 s s': 'point',
    'p o k k s s': 'distance_m',
    '- o 1 1 s s': 'address village commune source_id description contact evidence claims',
    '- o s s s s': `(those held as staff) visibility organization_aliases district province
        only_where_absent forms forms_excluded case_types returning_from stages survivors_only conditions
        requires_service rules capacity available available_for available_at stay_min_days stay_typical_days
        stay_max_days stay_max_hours may_leave may_work phone_allowed tied_to_case lodging follow_up_months email
        refers_to source source_date`,
};

/* The other answers are whole for whoever may ask at all. */
const ANYBODY = `nearest found excluded country summary relax services places place admin places/at responsible
    vocabulary status session`;
const SIGNED_IN = 'sessions totp own/services suggested';
const STEWARDS = `suggestions suggestion decided record cell history change runs run undone stale import`;
const ADMINS = 'users user keys key audit entry';
const BY_ANSWER = new Map([
    ...words(ANYBODY).map((a) => [a, 's s s s s s']),
    ...words(SIGNED_IN).map((a) => [a, '- s s s s s']),
    ...words(STEWARDS).map((a) => [a, '- - - - s s']),
    ...words(ADMINS).map((a) => [a, '- - - - - s']),
]);
const BY_FIELD = new Map(Object.entries(SERVICE).flatMap(([forms, names]) => {
    const held = '(those held as staff)';
    const list = words(names.replace(held, ''));
    return (names.includes(held) ? [held, ...list] : list).map((n) => [n, forms]);
}));
const expected = ({ answer, name }) => (answer === 'service' ? BY_FIELD.get(name) : BY_ANSWER.get(answer));

/* The rows of `haven check --roles`. */
function readTable(text) {
    const lines = text.split('\n\n')[0].split('\n').slice(1);
    return lines.map((line, row) => {
        const [, answer, name, forms] = line.match(/^(\S+)\s+(\(.*\)|\S+)\s+(.*?)\s*$/);
        return { row, answer, name, forms: words(forms).join(' ') };
    });
}
const table = readTable(run('check', '--roles').stdout);

/* Turned: what was hidden shows, what was shown hides, and what was shown in part shows. */
const turns = (forms, role) => {
    const cells = words(forms);
    const to = { '-': 's', s: '-', p: 's', k: 's', 1: 's', o: 's' }[cells[role]];
    return cells.with ? cells.with(role, to).join(' ') : cells.map((c, i) => (i === role ? to : c)).join(' ');
};

describe('who sees which field', () => {
    const setup = new Setup();
    let server;
    let whole;
    before(async () => {
        setup.fill();
        setup.addKey('admin');
        server = await serve(program, setup.db);
        setup.use(server);
        await setup.readIds();
        setup.credentials();
        await server.stop();
        server = await serve(program, setup.db);
        setup.use(server);
        await setup.signIn();
        await setup.ask.partner('POST', '/api/v1/suggestions', { service: setup.ids.plain, note: 'to be seen' });
        await setup.ask.steward('POST', '/api/v1/session', {});
        const path = `/api/v1/services/${setup.ids.second}/record`;
        const { headers } = await setup.ask.admin('GET', path);
        await setup.ask.admin('PATCH', path, { description: 'first' }, { 'If-Match': headers.get('etag') });
        const runs = (await setup.ask.admin('GET', '/api/v1/runs')).body.runs;
        const undo = await setup.ask.admin('POST', `/api/v1/runs/${runs[0].number}/undo`, {});
        assert.equal(undo.status, 200);
        setup.run = undo.body.run;
        await new Promise((r) => setTimeout(r, 600));
    });
    after(async () => {
        await server.stop();
        setup.remove();
    });

    test('the table is the one that is meant', () => {
        assert.ok(table.length > 200);
        for (const cell of table) {
            assert.equal(cell.forms, expected(cell), `${cell.answer} ${cell.name}`);
        }
        assert.equal(table.filter((c) => c.answer === 'service').length, BY_FIELD.size);
        for (const answer of BY_ANSWER.keys()) {
            assert.ok(answer in ANSWERS && table.some((c) => c.answer === answer), answer);
        }
    });

    test('the README shows it', () => {
        const readme = readFileSync(join(root, 'README.md'), 'utf8');
        const shown = new Map();
        for (const [, names, cells] of readme.matchAll(/^\| (.*?) ((?:\| [-spk1o] ){6})\|$/gm)) {
            for (const name of names.match(/\(those held as staff\)|[^ `]+/g)) {
                shown.set(name, words(cells.replaceAll('|', ' ')).join(' '));
            }
        }
        for (const { answer, name, forms } of table) {
            const key = answer === 'service' ? name : answer;
            assert.equal(shown.get(key), forms, `${answer} ${name}`);
        }
    });

    test('every cell of a service', async () => {
        const seen = await lookAsAll(setup);
        whole = seen.at(-1);
        for (const name of BY_FIELD.keys()) {
            assert.equal(observeService(name, seen, whole), BY_FIELD.get(name), name);
        }
    });

    test('every cell of every other answer', async () => {
        for (const { answer, name } of table.filter((c) => c.answer !== 'service')) {
            assert.equal(await observeField(answer, name, setup), BY_ANSWER.get(answer), `${answer} ${name}`);
        }
    });

    /* ---- tests that must fail ----------------------------------------------------------- */

    test('each cell of a service turned: the same check fails', async () => {
        const only = process.env.ONLY?.split(' '); /* some fields, while working on one */
        const rows = table.filter((c) => c.answer === 'service' && (!only || only.includes(c.name)));
        const unseen = [];
        await server.stop();
        for (const { row, name, forms } of rows) {
            for (let role = 0; role < ROLES.length; role++) {
                const wrong = turns(forms, role);
                server = await serve(flipped, setup.db, { HAVEN_FLIP: `${row}:${wrong}` });
                setup.use(server);
                const seen = await lookAsAll(setup);
                if (observeService(name, seen, whole) === forms) {
                    unseen.push(`${name}: ${forms} -> ${wrong}`);
                }
                await server.stop();
            }
        }
        server = await serve(flipped, setup.db);
        setup.use(server);
        assert.deepEqual(unseen, []);
    });

    /* A role that a route refuses gets no field of it, whatever the table says: there the
     * first test fails, and no other can. */
    test('each cell of every other answer turned: the same check fails', async () => {
        const unseen = [];
        for (const { row, answer, name, forms } of table.filter((c) => c.answer !== 'service')) {
            for (let role = 0; role < ROLES.length; role++) {
                const wrong = turns(forms, role);
                const flip = (to) => setup.ask.public('POST', `/flip/${row}/${to.replaceAll(' ', '_')}`, '',
                    { 'Content-Type': 'text/plain' });
                assert.equal((await flip(wrong)).status, 204);
                const saw = await observeField(answer, name, setup);
                await flip(forms);
                if (saw === forms && words(forms)[role] !== '-') {
                    unseen.push(`${answer} ${name}: ${wrong}`);
                }
            }
        }
        assert.deepEqual(unseen, []);
    });
});
