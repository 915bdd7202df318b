/* SPDX-License-Identifier: Apache-2.0
 *
 * Puts the same queries to the running server and to the evaluator and lists where the
 * answers differ. Services are matched by name, since their ids are random.
 *
 * Two services whose distances differ by less than TIE_M may stand in either order,
 * unless they share one point: then the ids decide. Counts are left out where such a pair
 * lies at the edge of what is counted.
 */
import { isDeepStrictEqual } from 'node:util';

import { evaluate } from './evaluate.mjs';

const TIE_M = 1e-6;
const DISTANCE_M = 0.01;
const LISTS = ['results', 'unconfirmed', 'remote', 'unplaced', 'helplines'];

const json = (value) => JSON.stringify(value);

/* Criteria that only ever turn a service down may be shown as `yes`, or left out. */
function shownFit(fit) {
    const kept = Object.entries(fit ?? {}).filter(
        ([name, level]) => !(['avoid', 'detention'].includes(name) && level === 'yes'),
    );
    return Object.fromEntries(kept.sort());
}

const samePoint = (a, b) => a && b && a.lat === b.lat && a.lon === b.lon;

const isNear = (a, b) =>
    a.distance !== undefined &&
    b.distance !== undefined &&
    Math.abs(a.distance - b.distance) < TIE_M;

/* Two that may stand either way: as far as rounding can tell, from different points; or
 * from one point while others just as far stand between them. */
const isTie = (a, b, list) =>
    isNear(a, b) &&
    [b, ...list].some((other) => isNear(a, other) && !samePoint(a.point, other.point));

function entryDifferences(where, mine, got) {
    const found = [];
    const differ = (what, a, b) =>
        found.push({
            what: `${where}: ${what}: expected ${json(a)}, answered ${json(b)}`,
            id: mine.id,
        });
    const distance = got.distance_m ?? undefined;
    const far =
        mine.distance === undefined || distance === undefined
            ? mine.distance !== distance
            : Math.abs(mine.distance - distance) > DISTANCE_M;
    if (far) differ('distance_m', mine.distance, distance);
    const fit = shownFit(mine.fit);
    if (!isDeepStrictEqual(fit, shownFit(got.fit))) differ('fit', fit, shownFit(got.fit));
    if (!isDeepStrictEqual(mine.ask, got.ask ?? []))
        differ('ask', mine.ask, got.ask ?? []);
    return found;
}

/* Compares one list place by place. Calls `swapped` where a tie stands the other way. */
function listDifferences(name, expected, got, lookUp, swapped) {
    const found = [];
    if (!Array.isArray(got)) return [{ what: `${name}: no list in the answer` }];
    if (expected.length !== got.length) {
        found.push({
            what: `${name}: expected ${expected.length}, answered ${got.length}`,
            id: (expected[got.length] ?? {}).id ?? got[expected.length].name,
            length: true,
        });
    }
    for (let i = 0; i < Math.min(expected.length, got.length); i++) {
        const answered = lookUp(got[i].name);
        const where = `${name}[${i}]`;
        if (
            expected[i].id !== got[i].name &&
            !(answered && isTie(expected[i], answered, expected))
        ) {
            found.push({
                what: `${where}: expected ${expected[i].id}, answered ` + got[i].name,
                id: expected[i].id,
                other: got[i].name,
            });
            break;
        }
        if (expected[i].id !== got[i].name) swapped();
        if (name !== 'excluded') found.push(...entryDifferences(where, answered, got[i]));
    }
    return found;
}

/* Each excluded one by its name: neighbours at one distance may stand the other way. */
function excludedDifferences(got, lookUp) {
    return got.flatMap((theirs, i) => {
        const mine = lookUp(theirs.name);
        const [a, b] = [mine?.reasons ?? [], theirs.reasons].map((r) => [...r].sort());
        const far = !mine || Math.abs(mine.distance - theirs.distance_m) > DISTANCE_M;
        return isDeepStrictEqual(a, b) && !far
            ? []
            : [
                  {
                      what:
                          `excluded[${i}]: expected ${json(a)} at ${mine?.distance}, ` +
                          `answered ${json(b)} at ${theirs.distance_m}`,
                      id: theirs.name,
                  },
              ];
    });
}

function relaxDifferences(expected, got) {
    const some = (list) => list.filter((r) => r.found > 0);
    const [mine, theirs] = [some(expected), some(got ?? [])];
    const same =
        mine.length === theirs.length &&
        mine.every(
            (r, i) =>
                r.parameter === theirs[i].parameter &&
                r.found === theirs[i].found &&
                Math.abs(r.nearest_m - theirs[i].nearest_m) <= DISTANCE_M,
        );
    return same
        ? []
        : [{ what: `relax: expected ${json(mine)}, answered ${json(theirs)}` }];
}

function countDifferences(expected, got) {
    const names = ['considered', 'matched', 'unconfirmed', 'reasons', 'capped'];
    const shown = { ...got, capped: got.capped ?? false, reasons: got.reasons ?? {} };
    return names
        .filter((name) => !isDeepStrictEqual(expected[name], shown[name]))
        .map((name) => ({
            what:
                `summary.${name}: expected ${json(expected[name])}, ` +
                `answered ${json(shown[name])}`,
        }));
}

function summaryDifferences(expected, got) {
    if (!got) return [{ what: 'no summary in the answer' }];
    const found = relaxDifferences(expected.relax, got.relax);
    if (expected.outcome !== got.outcome) {
        found.push({
            what: `outcome: expected ${expected.outcome}, answered ${got.outcome}`,
        });
    }
    if (!isDeepStrictEqual(expected.instead, got.instead ?? [])) {
        found.push({
            what:
                `instead: expected ${json(expected.instead)}, answered ` +
                json(got.instead),
        });
    }
    return found;
}

/* Every difference between what was expected and what was answered: { what, id? }. */
export function differences(expected, got) {
    let loose = expected.edge;
    const swapped = () => {
        loose = true;
    };
    const found = [];
    /* With a tie at the edge an open one may or may not follow the paused ones. */
    const isLoose = (name) => expected.edge && name === 'results';
    for (const name of LISTS) {
        const own = new Map(expected[name].map((e) => [e.id, e]));
        const lookUp = (id) => {
            const placed = expected.placed.get(id);
            return own.get(id) ?? (placed && expected.show(placed));
        };
        const unlike = listDifferences(name, expected[name], got[name], lookUp, swapped);
        found.push(...unlike.filter((d) => !(d.length && isLoose(name))));
    }
    found.push(...summaryDifferences(expected.summary, got.summary));
    if (!loose) {
        const lookUp = (id) =>
            expected.placed.has(id) ? expected.show(expected.placed.get(id)) : undefined;
        found.push(
            ...countDifferences(expected.summary, got.summary ?? {}),
            ...listDifferences(
                'excluded',
                expected.excluded,
                got.excluded ?? [],
                lookUp,
                swapped,
            ),
            ...excludedDifferences(got.excluded ?? [], lookUp),
        );
    }
    return found;
}

/* The query without those to avoid that the server does not list. */
function askable(query, ids) {
    const avoid = (query.avoid ?? []).filter((entry) =>
        entry.service
            ? ids.has(entry.service)
            : ids.organizations.has(entry.organization),
    );
    return { ...query, avoid: avoid.length ? avoid : undefined };
}

/* The query as it is sent: services and organizations to avoid by their answered ids. */
function sent(query, ids) {
    const avoid = query.avoid?.map(({ service, organization, km }) =>
        service
            ? { service: ids.get(service), km }
            : { organization: ids.organizations.get(organization), km },
    );
    return { ...query, avoid };
}

function answeredCountries(country) {
    const codes = [country?.code, ...(country?.candidates ?? [])].filter(Boolean);
    return [...new Set(codes.map((c) => c.code ?? c))];
}

const short = (list) =>
    (list ?? [])
        .slice(0, 12)
        .map((e) => [
            e.name ?? e.id,
            e.distance_m ?? e.distance,
            e.fit,
            e.ask,
            e.reasons,
        ]);

function report(directory, query, expected, got, found) {
    const rows = [...new Set(found.flatMap((d) => [d.id, d.other]).filter(Boolean))];
    const lists = [...LISTS, 'excluded'].filter((name) =>
        found.some((d) => d.what.startsWith(name)),
    );
    return [
        ...found.slice(0, 8).map((d) => d.what),
        `query ${json(query)}`,
        `country ${json(got.country)}`,
        ...rows.slice(0, 3).map((id) => `row ${json(directory.byId.get(id)?.row)}`),
        ...lists.flatMap((name) => [
            `expected ${name} ${json(short(expected[name]))}`,
            `answered ${name} ${json(short(got[name]))}`,
        ]),
        `expected summary ${json(expected.summary)}`,
        `answered summary ${json(got.summary)}`,
    ].join('\n');
}

/* Learns the answered ids, so that ties can be ordered. Returns Map(row id -> id),
 * with `organizations`, Map(name -> id), beside it. */
export async function learnIds(haven, directory, key) {
    const listed = await haven.list(key);
    const ids = new Map(listed.map((s) => [s.name, s.id]));
    ids.organizations = new Map(listed.map((s) => [s.organization, s.organization_id]));
    const kept = directory.services.filter(
        (s) => !['closed', 'planned'].includes(s.row.status),
    );
    const missing = kept.filter((s) => !ids.has(s.id));
    if (missing.length) {
        throw new Error(`GET services lacks ${missing.length}, first ${missing[0].id}`);
    }
    directory.rank = ids;
    return ids;
}

/* What kind of difference it is: without places in lists and values. */
const kindOf = ({ what }) => what.replace(/\[\d+\]/, '').replace(/:? expected .*/, '');

/* Puts one query to both. Returns { outcome, found, text }. */
async function compareOne(haven, directory, ids, query, key) {
    const asked = askable(query, ids);
    const { status, text, body } = await haven.post(
        '/api/v1/nearest',
        sent(asked, ids),
        key,
    );
    if (status !== 200) {
        const found = [{ what: `status ${status}` }];
        return { outcome: 'none', found, text: `${text}\nquery ${json(asked)}` };
    }
    const countries = asked.country ? [asked.country] : answeredCountries(body.country);
    const today = new Date().toISOString().slice(0, 10);
    const expected = evaluate(directory, asked, { countries, today });
    const found = differences(expected, body);
    const { outcome } = expected.summary;
    const shown = found.length && report(directory, asked, expected, body, found);
    return { outcome, found, text: shown };
}

/* Compares all `queries`. Returns how many were compared, how often each outcome was
 * expected, how often each kind of difference was found, and a text for each fault. */
export async function compareAll(haven, directory, queries, { key = 'steward' } = {}) {
    const ids = await learnIds(haven, directory, key);
    const done = { compared: 0, outcomes: {}, kinds: {}, faults: [] };
    const count = (counts, name) => {
        counts[name] = 1 + (counts[name] ?? 0);
    };
    for (const query of queries) {
        const { outcome, found, text } = await compareOne(
            haven,
            directory,
            ids,
            query,
            key,
        );
        done.compared++;
        count(done.outcomes, outcome);
        found.forEach((f) => count(done.kinds, kindOf(f)));
        if (found.length) done.faults.push(text);
    }
    return done;
}
