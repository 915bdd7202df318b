/* SPDX-License-Identifier: Apache-2.0
 *
 * What each role sees of each field of each answer, found by asking: the same letters as in
 * data/field.def, in the order of ROLES.
 */
import { isDeepStrictEqual } from 'node:util';

import { POINT, PUBLISHED_NAME } from './directory.mjs';

export const ROLES = ['public', 'partner', 'operator', 'caseworker', 'steward', 'admin'];

const person = { ...POINT, country: 'KH', need: ['health', 'legal.information'], gender: 'female', age: 20,
    open_at: 'now', limit: 100 };
/* Outside the district of the canary, and far from all. */
const AWAY = { lat: 12.95, lon: 105.9 };
const BORDER = { lat: 13.66, lon: 102.55 };

/* ---- answers: the objects that hold the fields of one kind ----------------------------- */

const nearest = async (ask, more = {}) => (await ask('POST', '/api/v1/nearest', { ...person, ...more })).body;
const found = (answer) => [...answer.results ?? [], ...answer.unconfirmed ?? []];
const id = (setup, name) => setup.ids[name];

async function suggest(ask, setup) {
    return (await ask('POST', '/api/v1/suggestions', { service: id(setup, 'plain'), note: 'a test' })).body;
}

/* A change as a steward, so that there is something to take back. */
async function change(setup) {
    const path = `/api/v1/services/${id(setup, 'second')}/record`;
    const { headers } = await setup.ask.admin('GET', path);
    setup.count += 1;
    await setup.ask.admin('PATCH', path, { description: `changed ${setup.count}` }, { 'If-Match': headers.get('etag') });
    return (await setup.ask.admin('GET', '/api/v1/runs?limit=1')).body;
}

/* Only the admin can tell the number of the run, and not where the table hides it. */
async function undone(ask, setup) {
    await change(setup);
    setup.run += 1;
    const answer = await ask('POST', `/api/v1/runs/${setup.run}/undo`, {});
    if (answer.status === 200) {
        setup.run += 1;
    }
    return answer.body;
}

async function decided(ask, setup) {
    const made = await suggest(setup.ask.partner, setup);
    return (await ask('POST', `/api/v1/suggestions/${made.id}`, { decision: 'reject' })).body;
}

const csv = 'id,organization,service,country\nnew,New,New,KH\n';
const one = (of) => async (ask, setup, role) => [await of(ask, setup, role)];
const get = (path) => one(async (ask) => (await ask('GET', path)).body);
const within = (path, ...members) => async (ask) => {
    let list = [(await ask('GET', path)).body];
    for (const member of members) {
        list = list.flatMap((x) => x?.[member] ?? []);
    }
    return list;
};
const record = (setup) => `/api/v1/services/${id(setup, 'canary')}`;

/* answer -> the objects whose members are its fields, as one role gets them. */
export const ANSWERS = {
    nearest: one((ask) => nearest(ask)),
    found: async (ask) => found(await nearest(ask)),
    excluded: async (ask) => (await nearest(ask)).excluded ?? [],
    country: one(async (ask) => (await ask('POST', '/api/v1/nearest', { ...BORDER, need: 'health' })).body.country),
    summary: one(async (ask) => (await nearest(ask, { need: 'legal.information', limit: 10 })).summary),
    relax: async (ask) => (await nearest(ask, { ...AWAY, need: 'health', radius_km: 0.1 })).summary?.relax ?? [],
    services: get('/api/v1/services?limit=2'),
    places: get('/api/v1/places?q=ford'),
    place: within('/api/v1/places?q=ford', 'results'),
    admin: within('/api/v1/places?q=ford', 'results', 'admin'),
    'places/at': get(`/api/v1/places/at?lat=${POINT.lat}&lon=${POINT.lon}`),
    responsible: within(`/api/v1/places/at?lat=${POINT.lat}&lon=${POINT.lon}`, 'responsible'),
    vocabulary: within('/api/v1/vocabulary', 'need'),
    status: get('/api/v1/status'),
    session: get('/api/v1/session'),
    sessions: async (ask, setup, role) => {
        const { body } = await ask('GET', '/api/v1/sessions', undefined, setup.cookie(role));
        return [body, ...body?.sessions ?? []];
    },
    totp: one(async (ask, setup, role) =>
        (await ask('POST', '/api/v1/totp', { password: setup.password }, setup.cookie(role))).body),
    'own/services': get('/api/v1/own/services'),
    suggested: one(suggest),
    suggestions: get('/api/v1/suggestions'),
    suggestion: within('/api/v1/suggestions', 'suggestions'),
    decided: one(decided),
    record: one(async (ask, setup) => (await ask('GET', `${record(setup)}/record`)).body),
    cell: async (ask, setup) => (await ask('GET', `${record(setup)}/record`)).body?.cells ?? [],
    history: one(async (ask, setup) => (await ask('GET', `${record(setup)}/history`)).body),
    change: async (ask, setup) => (await ask('GET', `/api/v1/services/${id(setup, 'second')}/history`)).body?.changes ?? [],
    runs: get('/api/v1/runs'),
    run: within('/api/v1/runs', 'runs'),
    undone: one(undone),
    stale: get('/api/v1/stale'),
    import: one(async (ask) => (await ask('POST', '/api/v1/imports?source=other', csv, { 'Content-Type': 'text/csv' })).body),
    users: get('/api/v1/users'),
    user: within('/api/v1/users', 'users'),
    keys: get('/api/v1/keys'),
    key: within('/api/v1/keys', 'keys'),
    audit: get('/api/v1/audit'),
    entry: within('/api/v1/audit', 'entries'),
};

/* `name` stands in the last answer of these after the mark of problem answers is taken off. */
const isProblem = (x) => x?.type === 'about:blank' && 'title' in x;

async function seesMember(answer, name, ask, setup, role) {
    const objects = await ANSWERS[answer](ask, setup, role);
    return objects.some((x) => x && !isProblem(x) && name in x) ? 's' : '-';
}

/* ---- a service: from afar, close by, and of one's own organization ----------------------- */

async function lookAt(ask, setup, name) {
    const path = `/api/v1/services/${id(setup, name)}`;
    const own = (await ask('GET', '/api/v1/own/services')).body?.services ?? [];
    const body = async (query) => {
        const answer = await ask('GET', path + query);
        return answer.status === 200 ? answer.body : {};
    };
    return { far: await body('?place=published'), close: await body(''), own: own.find((s) => s.id === id(setup, name)) ?? {} };
}

export async function look(ask, setup, role) {
    const listed = (await ask('GET', '/api/v1/services?need=housing')).body.services?.map((s) => s.id);
    const own = (await ask('GET', '/api/v1/own/services')).body?.services ?? [];
    const answer = await nearest(ask, { ...AWAY, need: 'health' });
    return {
        role,
        canary: await lookAt(ask, setup, 'canary'),
        named: await lookAt(ask, setup, 'named'),
        street: await lookAt(ask, setup, 'street'),
        listed: (listed ?? []).includes(id(setup, 'held')),
        owned: own.some((s) => s.id === id(setup, 'held')),
        distance: found(answer).find((s) => s.id === id(setup, 'canary'))?.distance_m,
    };
}

/* The letter of a value that comes as `far`, `close` and `own`, where the record holds
 * `recorded` and the public is shown something else. */
function letter({ far, close, own }, recorded, name) {
    const is = (where) => isDeepStrictEqual(where[name], recorded);
    if (is(far)) {
        return 's';
    }
    if (is(close)) {
        return '1';
    }
    if (is(own)) {
        return 'o';
    }
    return name in far ? 'p' : '-';
}

const STREET = ['address', 'village', 'commune'];

/* What one role sees of a field of a service; `whole` is what an admin sees. */
export function seesField(name, seen, whole) {
    if (name === '(those held as staff)') {
        return seen.listed ? 's' : seen.owned ? 'o' : '-';
    }
    if (name === 'distance_m') {
        if (seen.distance === undefined || seen.distance === whole.distance) {
            return seen.distance === undefined ? '-' : 's';
        }
        if (seen.distance % 1000 === 0 && seen.distance > 0) {
            return 'k';
        }
        return seen.role === 'partner' ? 'o' : 'p'; /* one's own are not among distances */
    }
    if (name === 'public_name') {
        const as = letter(seen.named, PUBLISHED_NAME, name);
        return as === '-' && seen.named.far.name === PUBLISHED_NAME ? 'p' : as;
    }
    const of = STREET.includes(name) ? 'street' : 'canary';
    return letter(seen[of], whole[of].close[name], name);
}

/* The letters of all roles for a field of an answer other than a service. */
export async function observeField(answer, name, setup) {
    let forms = '';
    for (const role of ROLES) {
        forms += await seesMember(answer, name, setup.ask[role], setup, role);
    }
    return [...forms].join(' ');
}

/* The same for the fields of a service; `whole` by an unchanged program. */
export async function lookAsAll(setup) {
    const seen = [];
    for (const role of ROLES) {
        seen.push(await look(setup.ask[role], setup, role));
    }
    return seen;
}
export const observeService = (name, seen, whole) => seen.map((s) => seesField(name, s, whole)).join(' ');
