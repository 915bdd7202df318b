/* SPDX-License-Identifier: Apache-2.0
 *
 * Every column of data/column.def either changes the answer of some query, or stands in
 * a list with the reason why none does.
 *
 * Two directories differ, case by case, in one cell. So that a hundred cases fit into two
 * servers, each case has a country to itself and asks in that country only; what is
 * compared is the choice (who stands where, with which fit and what to ask), not the
 * texts shown, and never the ids, which are random.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { loadVocabularies } from '../differential/evaluate.mjs';
import { root, start } from './haven.mjs';

const POINT = { lat: '13', lon: '103' };
const AT = { lat: 13.001, lon: 103.001 };
const ZONE = 'Asia/Phnom_Penh';
const BASE = {
    organization: 'one',
    needs: 'health.clinic',
    status: 'open',
    visibility: 'exact',
    ...POINT,
};

/* column: [cell A, cell B, query, more]. `more`: `row` (cells that both have), `others`
 * (rows beside it that both have), `key` (null: the public asks). "@" stands for the
 * country of the case, "other" for the id of the first row beside it. */
const CASES = {
    organization: [
        'one',
        'two',
        { avoid: [{ organization: 'two', km: 1 }] },
        { others: [{ organization: 'two', lat: '14' }] },
    ],
    needs: ['health.clinic', 'legal', { need: 'health.clinic' }],
    kind: ['clinic', 'police', { no_authorities: true }],
    lat: ['13', '13.5', {}],
    lon: ['103', '103.5', {}],
    country: ['@', 'AQ', {}],
    precision: ['exact', 'country', {}],
    covers: ['@', 'AQ', {}],
    only_where_absent: ['', 'other', {}, { others: [{ covers: 'any', lat: '14' }] }],
    remote: ['phone', 'home_visit', { no_home_visit: true }],
    visibility: ['exact', 'staff', {}, { key: null, row: { kind: 'clinic' } }],
    genders: ['female', 'male', { gender: 'male' }],
    age_min: ['18', '16', { age: 16 }],
    age_max: ['17', '15', { age: 16 }],
    ages_case: ['15-17', '18-19', { age: 16 }],
    forms: ['sexual', 'labour', { form: 'labour.fishing' }],
    forms_excluded: ['sexual', 'labour', { form: 'labour.fishing' }],
    case_types: ['', 'trafficking', {}],
    languages: ['km', 'th', { language: 'km' }],
    interpreters: ['none', 'my:phone', { language: 'my' }, { row: { languages: 'km' } }],
    nationalities: ['KH', 'TH', { nationality: 'TH' }],
    returning_from: ['', 'TH', {}],
    stages: ['crisis', 'return', { stage: 'return' }],
    referred_by: ['police', 'self', { referred_by: 'self' }],
    official_status: ['required', 'not_required', { identified: false }],
    residents_only: ['yes', 'no', { residential: false }],
    survivors_only: ['yes', 'no', { beneficiary: 'child' }],
    serves_family: ['child', 'spouse', { beneficiary: 'child' }],
    accepts_children: [
        'male:0-11',
        'male:0-5',
        { with_children: [{ age: 8, gender: 'male' }] },
    ],
    disability: ['visual', 'hearing', { disability: 'visual' }],
    conditions: ['', 'sobriety', {}],
    literacy: ['', 'basic', {}],
    requires_service: ['', 'other', {}, { others: [{ lat: '14' }] }],
    documents_required: ['none', 'passport', { documents: 'none' }],
    contacts_authorities: ['yes', 'no', { no_authorities: true }],
    rules: [
        '',
        '[{"genders":["male"],"age_max":11}]',
        { gender: 'male', age: 8 },
        { row: { genders: 'female' } },
    ],
    status: ['open', 'paused', {}],
    hours: [
        'Mo-Fr 08:00-17:00',
        'Mo-Fr 08:00-10:00',
        { open_only: true, open_at: '2026-11-23T12:00:00+07:00' },
        { row: { time_zone: ZONE } },
    ],
    time_zone: [
        ZONE,
        'Asia/Tokyo',
        { open_only: true, open_at: '2026-11-23T00:30:00Z' },
        { row: { hours: 'Mo-Fr 08:00-17:00' } },
    ],
    valid_until: ['2020-01-01', '2199-01-01', {}],
};

const SHOWN = 'shown with the service';
const KEPT = 'kept and shown to staff';
const PLACING = 'only places a record without coordinates, through the gazetteer';
const NO_QUERY = {
    id: 'names the record in its own source',
    organization_acronym: SHOWN,
    organization_aliases: 'makes one organization of two spellings (history.test.mjs)',
    service: SHOWN,
    public_name: SHOWN,
    description: KEPT,
    sector: SHOWN,
    address: KEPT,
    village: PLACING,
    commune: PLACING,
    district: PLACING,
    province: PLACING,
    documents_issued: SHOWN,
    capacity: KEPT,
    available: KEPT,
    available_for: KEPT,
    available_at: KEPT,
    stay_min_days: KEPT,
    stay_typical_days: KEPT,
    stay_max_days: KEPT,
    stay_max_hours: KEPT,
    may_leave: KEPT,
    may_work: KEPT,
    phone_allowed: KEPT,
    tied_to_case: KEPT,
    fee: SHOWN,
    fee_waiver: SHOWN,
    transport_paid: SHOWN,
    childcare: SHOWN,
    lodging: KEPT,
    trades: SHOWN,
    course_days: SHOWN,
    follow_up_months: KEPT,
    phones: SHOWN,
    email: KEPT,
    url: SHOWN,
    contact: KEPT,
    refers_to: KEPT,
    source: KEPT,
    source_date: KEPT,
    verified_on: SHOWN,
    evidence: KEPT,
    claims: KEPT,
};

const columns = [
    ...readFileSync(join(root, 'data/column.def'), 'utf8').matchAll(
        /^COLUMN\(\w+, "(\w+)"/gm,
    ),
].map((m) => m[1]);

/* A country for each case; Antarctica is the other country. */
const countries = [
    ...loadVocabularies(join(root, 'data/vocabulary')).country.keys(),
].filter((code) => code !== 'AQ');
const countryOf = new Map(Object.keys(CASES).map((name, i) => [name, countries[i]]));

/* The rows of all cases, with the cell of `side` (0 or 1) in each. */
function directory(side) {
    return Object.entries(CASES).flatMap(([name, [a, b, , more = {}]]) => {
        const country = countryOf.get(name);
        const id = `case-${name}`;
        const cell = [a, b][side].replace('@', country).replace(/^other$/, `${id}-0`);
        const others = (more.others ?? []).map((row, i) => ({
            ...BASE,
            id: `${id}-${i}`,
            service: `${id}-${i}`,
            country,
            ...row,
        }));
        return [
            { ...BASE, id, service: id, country, ...more.row, [name]: cell },
            ...others,
        ];
    });
}

/* What an answer says of who was chosen; without ids and texts. */
function choice(body) {
    const entry = (e) => [
        e.name,
        e.distance_m ?? null,
        e.fit,
        e.ask,
        e.reasons,
        e.status,
    ];
    const lists = ['results', 'unconfirmed', 'remote', 'unplaced', 'excluded'];
    return {
        ...Object.fromEntries(lists.map((name) => [name, body[name].map(entry)])),
        outcome: body.summary.outcome,
        reasons: body.summary.reasons,
    };
}

describe('columns', () => {
    test('each one is tried below or stands among those that no query turns on', () => {
        const known = [...Object.keys(CASES), ...Object.keys(NO_QUERY)].sort();
        assert.deepEqual(known, [...columns].sort());
    });
});

/* Organizations to avoid go by their ids, which each server has of its own. */
async function send(server, query, key) {
    const ids = new Map(
        (await server.list('steward')).map((s) => [s.organization, s.organization_id]),
    );
    const avoid = query.avoid?.map((entry) => ({
        ...entry,
        organization: ids.get(entry.organization),
    }));
    return server.post('/api/v1/nearest', { ...query, avoid }, key);
}

describe('a cell changes the answer', () => {
    const servers = [];
    before(async () => {
        for (const side of [0, 1])
            servers.push(await start({ services: directory(side) }));
    });
    after(() => Promise.all(servers.map((s) => s.stop())));

    for (const [name, [a, b, query, more = {}]] of Object.entries(CASES)) {
        test(`${name}: "${a}" or "${b}"`, async () => {
            const key = more.key === undefined ? 'steward' : more.key;
            const asked = { ...AT, country: countryOf.get(name), limit: 100, ...query };
            const answers = await Promise.all(
                servers.map((server) => send(server, asked, key)),
            );
            answers.forEach((answer) => assert.equal(answer.status, 200, answer.text));
            const [one, other] = answers.map((answer) => choice(answer.body));
            assert.notDeepEqual(one, other);
        });
    }
});
