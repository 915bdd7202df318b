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

import { AREA_M, evaluate, isClose, isSameSite } from './evaluate.mjs';

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

const isNear = (a, b) =>
    a.distance !== undefined && b.distance !== undefined && isClose(a, b);

/* Two that may stand either way: as far as rounding can tell, from different places; or
 * from one place while others just as far stand between them. */
const isTie = (a, b, all) =>
    isNear(a, b) &&
    [b, ...all].some((other) => isNear(a, other) && !isSameSite(a, other));

/* How far a distance may be off: those to areas are to simplified outlines. */
const toleranceOf = (mine) => (mine?.area ? AREA_M : DISTANCE_M);

const isOff = (mine, got, tolerance) =>
    mine === undefined || got === undefined
        ? mine !== got
        : Math.abs(mine - got) > tolerance;

/* What is said of the place: how far away, how sure, and by what it is published. */
function placeDifferences(mine, got, differ) {
    const tolerance = toleranceOf(mine);
    const distance = got.distance_m ?? undefined;
    if (isOff(mine.distance, distance, tolerance)) {
        differ('distance_m', mine.distance, distance);
    }
    const [least, most] = got.distance_range_m ?? [];
    const range = mine.distance === undefined ? undefined : mine.range;
    if (isOff(range?.least, least, tolerance) || isOff(range?.most, most, tolerance)) {
        differ('distance_range_m', range, got.distance_range_m);
    }
    if (least !== undefined && least !== distance) differ('least', distance, least);
    if (mine.precision === undefined) return;
    const said = {
        lat: mine.point?.lat,
        lon: mine.point?.lon,
        precision: mine.point ? mine.precision : undefined,
        place_name: mine.place?.name,
    };
    const { lat, lon, precision, place_name } = got.point ?? {};
    const answered = { lat, lon, precision: precision ?? undefined, place_name };
    if (answered.precision === undefined && said.precision === 'exact') {
        said.precision = undefined;
    }
    if (!isDeepStrictEqual(said, answered)) differ('point', said, answered);
}

function entryDifferences(where, mine, got) {
    const found = [];
    const differ = (what, a, b) =>
        found.push({
            what: `${where}: ${what}: expected ${json(a)}, answered ${json(b)}`,
            id: mine.id,
        });
    placeDifferences(mine, got, differ);
    const fit = shownFit(mine.fit);
    if (!isDeepStrictEqual(fit, shownFit(got.fit))) differ('fit', fit, shownFit(got.fit));
    if (!isDeepStrictEqual(mine.ask, got.ask ?? []))
        differ('ask', mine.ask, got.ask ?? []);
    return found;
}

/* Compares one list place by place. Calls `swapped` where a tie stands the other way. */
function listDifferences(name, expected, got, { lookUp, swapped, all }) {
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
            !(answered && isTie(expected[i], answered, [...expected, ...all]))
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
        const far = !mine || isOff(mine.distance, theirs.distance_m, toleranceOf(mine));
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

function relaxDifferences(expected, got, tolerance) {
    const some = (list) => list.filter((r) => r.found > 0);
    const [mine, theirs] = [some(expected), some(got ?? [])];
    const same =
        mine.length === theirs.length &&
        mine.every(
            (r, i) =>
                r.parameter === theirs[i].parameter &&
                r.found === theirs[i].found &&
                Math.abs(r.nearest_m - theirs[i].nearest_m) <= tolerance,
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

function summaryDifferences(expected, got, tolerance) {
    if (!got) return [{ what: 'no summary in the answer' }];
    const found = relaxDifferences(expected.relax, got.relax, tolerance);
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
    const all = [...expected.placed.values()];
    /* With a tie at the edge an open one may or may not follow the paused ones. */
    const isLoose = (name) => expected.edge && name === 'results';
    for (const name of LISTS) {
        const own = new Map(expected[name].map((e) => [e.id, e]));
        const lookUp = (id) => {
            const placed = expected.placed.get(id);
            return own.get(id) ?? (placed && expected.show(placed));
        };
        const help = { lookUp, swapped, all };
        const unlike = listDifferences(name, expected[name], got[name], help);
        found.push(...unlike.filter((d) => !(d.length && isLoose(name))));
    }
    const tolerance = expected.hasAreas ? AREA_M : DISTANCE_M;
    found.push(...summaryDifferences(expected.summary, got.summary, tolerance));
    if (!loose) {
        const lookUp = (id) =>
            expected.placed.has(id) ? expected.show(expected.placed.get(id)) : undefined;
        found.push(
            ...countDifferences(expected.summary, got.summary ?? {}),
            ...listDifferences(
                'excluded',
                expected.excluded,
                got.excluded ?? [],
                { lookUp, swapped, all },
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
    return { ...query, avoid, ...(query.place && { place: ids.places.get(query.place) }) };
}

function answeredCountries(country) {
    const codes = [country?.code, ...(country?.candidates ?? [])].filter(Boolean);
    return [...new Set(codes.map((c) => c.code ?? c))];
}

/* The country of the answer, and the order in which candidates are searched. */
export function countryDifferences(where, got) {
    const found = [];
    const codes = answeredCountries(got);
    const differ = (what, a, b) =>
        found.push({ what: `country ${what}: expected ${json(a)}, answered ${json(b)}` });
    if (where.rule !== got?.rule) differ('rule', where.rule, got?.rule);
    if (where.uncertain !== (got?.uncertain ?? false)) {
        differ('uncertain', where.uncertain, got?.uncertain);
    }
    if (where.rule === 'nearest_place' && where.countries[0] !== codes[0]) {
        differ('first', where.countries[0], codes[0]);
    }
    const [a, b] = [where.countries, codes].map((list) => [...list].sort());
    if (!isDeepStrictEqual(a, b)) differ('candidates', a, b);
    return found;
}

/* Answered from near to far, whatever the evaluator makes of the distances. */
function orderDifferences(query, got) {
    if (query.order === 'fit') return [];
    return ['results', 'unconfirmed'].flatMap((name) => {
        const far = (got[name] ?? []).map((e) => e.distance_m);
        return far.some((d, i) => i > 0 && d < far[i - 1])
            ? [{ what: `${name}: not in order of distance: expected ${json(far)}` }]
            : [];
    });
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
        `in ${json([...(expected.where?.holds?.set ?? [])].map((p) => `${p.kind} ${p.name}`))}`,
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
    const where = directory.atlas?.locate(asked);
    if (where && !where.point && status === 400 && /"place"/.test(text)) {
        return { outcome: 'refused', found: [] };
    }
    if (status !== 200 || (where && !where.point)) {
        const found = [{ what: `status ${status}` }];
        return { outcome: 'none', found, text: `${text}\nquery ${json(asked)}` };
    }
    const today = new Date().toISOString().slice(0, 10);
    const countries =
        where?.countries ??
        (asked.country ? [asked.country] : answeredCountries(body.country));
    const expected = evaluate(directory, asked, {
        countries,
        where,
        today,
        role: key ?? 'public',
    });
    if (where?.doubtful || expected.doubtful) return { outcome: 'doubtful', found: [] };
    const found = [
        ...(where ? countryDifferences(where, body.country) : []),
        ...orderDifferences(asked, body),
        ...differences(expected, body),
    ];
    const { outcome } = expected.summary;
    const shown = found.length && report(directory, asked, expected, body, found);
    return { outcome, found, text: shown };
}

/* Compares all `queries`. Returns how many were compared, how often each outcome was
 * expected, how often each kind of difference was found, and a text for each fault. */
export async function compareAll(haven, directory, queries, { key = 'steward', places } = {}) {
    const ids = await learnIds(haven, directory, key);
    ids.places = places ?? new Map();
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
