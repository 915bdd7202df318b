/* SPDX-License-Identifier: Apache-2.0
 *
 * What `POST /api/v1/nearest` must answer to a steward, by server/search/README.md read
 * word by word: every service, every rule, every criterion, no index. Slow on purpose; it
 * checks the engine and shares nothing with it.
 *
 *   directory = makeDirectory(rows, loadVocabularies(dir))
 *   answer = evaluate(directory, query, { countries: ['KH'], today: '2026-11-22' })
 *
 * Services go by the `id` of their row. `directory.rank` gives the order of answered ids;
 * `query.avoid[].service` is a row's id too.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { fold, geodesic, levelOf } from './atlas.mjs';

export const distance = geodesic;

export const LEVELS = ['yes', 'interpreter', 'case', 'unknown', 'no'];
const ASK_ORDER = (
    'gender age form language nationality stage referred_by disability children ' +
    'documents official_status residents beneficiary home_visit authorities area ' +
    'only_where_absent need status valid_until open_at accompanied_by case_types ' +
    'conditions literacy requires_service returning_from'
).split(' ');
const HELPLINE_NEEDS = ['information.hotline', 'safety.emergency', 'complaint.report'];
const HELPLINES_MAX = 10;
const COUNTED_MAX = 1000;
const EXCLUDED_MAX = 5;
const LIMIT = 10;
const CROSS_BORDER_KM = 500;

/* ---- files ---------------------------------------------------------------------- */

/* RFC 4180 text as a list of objects by the header's names. */
export function parseCsv(text) {
    const rows = [[]];
    const field = /("(?:[^"]|"")*"|[^,\n\r]*)(,|\r?\n|$)/gy;
    const body = text.replace(/^\uFEFF/, '');
    while (field.lastIndex < body.length) {
        const [, value, end] = field.exec(body);
        const bare = value.startsWith('"')
            ? value.slice(1, -1).replaceAll('""', '"')
            : value;
        rows.at(-1).push(bare);
        if (end === ',' && field.lastIndex === body.length) {
            rows.at(-1).push('');
        } else if (end !== ',') {
            rows.push([]);
        }
    }
    const [header, ...records] = rows.filter((r) => r.length);
    return records.map((r) =>
        Object.fromEntries(header.map((name, i) => [name, r[i] ?? ''])),
    );
}

/* Every vocabulary of `dir`: { need: Map(code -> { code, parents, fallback }), ... }. */
export function loadVocabularies(dir) {
    const all = {};
    for (const file of readdirSync(dir).filter((f) => f.endsWith('.csv'))) {
        const terms = parseCsv(readFileSync(join(dir, file), 'utf8')).map((t) => ({
            code: t.code,
            parents: [t.parent, t.parent2].filter(Boolean),
            fallback: split(t.fallback),
            hidden: t.hidden === 'yes',
            match: t.match,
            label: t.label_en,
        }));
        all[file.slice(0, -4)] = new Map(terms.map((t) => [t.code, t]));
    }
    return all;
}

/* True when `code` is `ancestor` or lies below it by either parent. */
export function within(terms, code, ancestor) {
    return (
        code === ancestor ||
        (terms.get(code)?.parents ?? []).some((p) => within(terms, p, ancestor))
    );
}

function split(text) {
    return (text ?? '')
        .split(';')
        .map((s) => s.trim())
        .filter(Boolean);
}

const asList = (value) => (value === undefined ? [] : [value].flat());
const best = (levels) => LEVELS.find((l) => levels.includes(l));
const worst = (levels) => LEVELS.findLast((l) => levels.includes(l)) ?? 'yes';

/* ---- cells ---------------------------------------------------------------------- */

/* A list of who is admitted. `alone`: it says only who is not. */
function choice(text) {
    const parts = split(text);
    const not = parts.filter((p) => p.startsWith('!')).map((p) => p.slice(1));
    const said = parts.filter((p) => !p.startsWith('!'));
    return {
        stated: parts.length > 0,
        any: said.includes('any'),
        none: said.includes('none'),
        yes: said.filter((p) => !p.endsWith(':case')),
        case: said.filter((p) => p.endsWith(':case')).map((p) => p.slice(0, -5)),
        not,
        alone: parts.length > 0 && said.length === 0,
    };
}

const CHOICES = [
    'genders',
    'forms',
    'languages',
    'nationalities',
    'returning_from',
    'stages',
    'referred_by',
    'serves_family',
    'disability',
    'documents_required',
];
const NOT_INHERITED = ['genders', 'age_min', 'age_max'];

function range(text) {
    const [low, high] = String(text).split('-').map(Number);
    return { min: low, max: high ?? low };
}

function children(text) {
    const parts = split(text);
    const entries = parts
        .filter((p) => p.includes(':'))
        .map((p) => {
            const [gender, years] = p.split(':');
            return { gender, ...range(years) };
        });
    return { stated: parts.length > 0, any: parts.includes('any'), entries };
}

function interpreters(text) {
    const parts = split(text).map((p) => p.split(':')[0]);
    return { any: parts.includes('any'), none: parts.includes('none'), codes: parts };
}

const number = (text) => (text === undefined || text === '' ? null : Number(text));

/* One admission rule from its cells (text by column). */
function makeRule(cells) {
    const rule = {
        cells,
        age_min: number(cells.age_min),
        age_max: number(cells.age_max),
        ages_case: split(cells.ages_case).map(range),
        forms_excluded: split(cells.forms_excluded).filter((f) => f !== 'none'),
        interpreters: interpreters(cells.interpreters),
        accepts_children: children(cells.accepts_children),
    };
    CHOICES.forEach((column) => {
        rule[column] = choice(cells[column]);
    });
    return rule;
}

function ruleCells(row, extra) {
    const inherited = { ...row };
    NOT_INHERITED.forEach((column) => {
        delete inherited[column];
    });
    for (const [column, value] of Object.entries(extra)) {
        inherited[column] = Array.isArray(value) ? value.join(';') : String(value);
    }
    return inherited;
}

/* What one rule excludes by name is excluded in all. */
function bindExclusions(rules) {
    for (const column of CHOICES) {
        const not = [...new Set(rules.flatMap((r) => r[column].not))];
        rules.forEach((r) => {
            r[column].not = not;
        });
    }
    const forms = [
        ...new Set(rules.flatMap((r) => [...r.forms.not, ...r.forms_excluded])),
    ];
    rules.forEach((r) => {
        r.forms_excluded = forms;
    });
}

function makeRules(row) {
    const extra = row.rules ? JSON.parse(row.rules) : [];
    const cells = [row, ...extra.map((rule) => ruleCells(row, rule))];
    const rules = cells.map(makeRule);
    bindExclusions(rules);
    return rules;
}

/* ---- where a service is --------------------------------------------------------- */

const LEVEL_COLUMNS = ['country', 'province', 'district', 'commune', 'village'];

/* The place of `level` that the row names, finer names first: parents follow. */
function namedPlace(row, level, atlas) {
    const names = LEVEL_COLUMNS.slice(1, level + 1).map((c) => row[c]);
    if (!names[level - 1]) return null;
    const text = names.filter(Boolean).reverse().join(',');
    const place = atlas.find(text, row.country, level);
    return place === 'AMBIGUOUS' ? null : place;
}

/* The place of `level` that holds a service: by its names, or where they tell none, by
 * its coordinates, unless those are no finer than a coarser level. Where the outlines of
 * sources overlap, that of the source imported first tells. */
export function placeAt(row, level, atlas) {
    const place = namedPlace(row, level, atlas);
    if (place || !row.lat || levelOf(row.precision) < level) return place;
    const point = { lat: Number(row.lat), lon: Number(row.lon) };
    const holding = [...atlas.holdsAt(point).set].filter(
        (p) => p.level === level && p.country === row.country,
    );
    const first = (p) => Math.min(Infinity, ...p.outlines.filter((o) => o.holds(point)).map((o) => o.order));
    const least = Math.min(...holding.map(first));
    const by = holding.filter((p) => first(p) === least);
    return by.length === 1 ? by[0] : null;
}

/* { point, area, precision }: a point finer than the country, and the place with an
 * outline that is all that is known. */
function siteOf(row, atlas) {
    if (!row.lat || row.precision === 'country') return { point: null, area: null };
    const level = LEVEL_COLUMNS.indexOf(row.precision);
    const area = level > 0 && atlas ? placeAt(row, level, atlas) : null;
    return {
        point: { lat: Number(row.lat), lon: Number(row.lon) },
        area: area?.outlines.length ? area : null,
        precision: row.precision || 'exact',
    };
}

/* What the public knows of a row: by `visibility`, which is stated in every row. Null:
 * nothing. A district is published at its own point or not at all, never for a row that is
 * known no finer than its province, and never where fewer than three facilities are known. */
const FACILITIES_MIN = 3;

/* Districts to what is known there: a published point once, else an organization once. */
function facilitiesOf(rows, atlas) {
    const known = new Map();
    for (const row of rows.filter((r) => r.needs && ['exact', 'area'].includes(r.visibility))) {
        const district = placeAt(row, 2, atlas);
        const one = row.visibility === 'exact' && row.lat !== '' && row.lat !== undefined
            ? `at ${Number(row.lat)} ${Number(row.lon)}` : `of ${row.organization}`;
        known.set(district, (known.get(district) ?? new Set()).add(one));
    }
    return known;
}

function publishedSite(row, atlas, facilities) {
    if (row.visibility === 'staff') return null;
    if (row.visibility === 'exact') return siteOf(row, atlas);
    const nowhere = { point: null, area: null };
    if (row.visibility === 'contact' || row.precision === 'country') return nowhere;
    const own = LEVEL_COLUMNS.indexOf(row.precision); /* -1: exact */
    const shown = [2, 1]
        .filter((level) => own < 0 || level <= own)
        .map((level) => placeAt(row, level, atlas))
        .find((place) => place?.point
            && (place.level !== 2 || (facilities.get(place)?.size ?? 0) >= FACILITIES_MIN));
    if (!shown) return nowhere;
    return {
        point: shown.point,
        area: shown.outlines.length ? shown : null,
        precision: shown.kind,
        place: shown,
    };
}

/* `atlas`: what is known of places; `role`: whose view. */
export function makeDirectory(rows, vocabularies, { atlas, role = 'steward' } = {}) {
    const facilities = role === 'public' && atlas ? facilitiesOf(rows, atlas) : new Map();
    const seen = rows
        .map((row) => ({
            row,
            site: role === 'public' ? publishedSite(row, atlas, facilities) : siteOf(row, atlas),
        }))
        .filter(({ site }) => site);
    const services = seen.map(({ row, site }) => ({
        id: row.id,
        row,
        needs: split(row.needs),
        covers: split(row.covers),
        absent: split(row.only_where_absent),
        remote: split(row.remote).filter((r) => r !== 'none'),
        ...site,
        rules: makeRules(row),
    }));
    const directory = {
        services,
        vocabularies,
        atlas,
        role,
        byId: new Map(services.map((s) => [s.id, s])),
        rank: new Map(services.map((s) => [s.id, s.id])),
    };
    /* The public is not told by who is covered where below the published place a service is. */
    if (role === 'public' && atlas) {
        for (const service of services.filter((s) => s.row.visibility !== 'exact')) {
            const published = service.place?.level ?? 1;
            service.covers = service.covers.map((entry) => {
                let place = placeNamed(entry, service.row.country, directory);
                if (!place || place.level <= published || place.level > 4
                    || placeAt(service.row, place.level, atlas) !== place) {
                    return entry;
                }
                while (place.level > published && place.parent) {
                    place = place.parent;
                }
                return place;
            });
        }
    }
    directory.placeNamed = (entry, home) => placeNamed(entry, home, directory);
    return directory;
}

/* ---- single criteria: each answers a level -------------------------------------- */

/* `match(a, b)`: whether the listed `a` means the asked `b`. */
function listLevel(list, code, match = (a, b) => a === b) {
    const has = (codes) => codes.some((c) => match(c, code));
    if (has(list.not)) return 'no';
    if (!list.stated) return 'unknown';
    if (list.any || has(list.yes)) return 'yes';
    if (has(list.case)) return 'case';
    return list.alone ? 'yes' : 'no';
}

function genderLevel(rule, asked) {
    const list = rule.genders;
    const named = [...list.yes, ...list.case, ...list.not].includes(asked);
    const allBut = list.not.length > 0 && !list.yes.length && !list.case.length;
    if (asked === 'other' && !named && !list.any && !allBut) return 'unknown';
    return listLevel(list, asked);
}

function ageLevel(rule, asked) {
    const age = range(asked);
    const stated = rule.age_min !== null || rule.age_max !== null;
    const min = rule.age_min ?? 0;
    const max = rule.age_max ?? Infinity;
    if (stated && age.min >= min && age.max <= max) return 'yes';
    const overlaps = (r) => age.min <= r.max && age.max >= r.min;
    if (stated && overlaps({ min, max })) return 'case';
    if (rule.ages_case.some(overlaps)) return 'case';
    return stated ? 'no' : 'unknown';
}

function formLevel(rule, asked, terms) {
    const list = rule.forms;
    const under = (code, codes) => codes.some((c) => within(terms, code, c));
    const above = (code, codes) =>
        codes.some((c) => c !== code && within(terms, c, code));
    if (asked.some((f) => under(f, rule.forms_excluded))) return 'no';
    return best(
        asked.map((f) => {
            if (!list.stated) return 'unknown';
            if (list.any || under(f, list.yes)) return 'yes';
            if (under(f, list.case) || above(f, [...list.yes, ...list.case]))
                return 'case';
            return list.alone ? 'yes' : 'no';
        }),
    );
}

function languageLevel(rule, asked, terms) {
    const same = (a, b) => within(terms, a, b) || within(terms, b, a);
    return best(
        asked.map((language) => {
            const spoken = listLevel(rule.languages, language, same);
            if (spoken === 'yes' || spoken === 'case') return spoken;
            const through = rule.interpreters;
            if (through.any || through.codes.some((c) => same(c, language)))
                return 'interpreter';
            return rule.languages.stated && through.none ? 'no' : 'unknown';
        }),
    );
}

function childLevel(accepts, { age, gender }) {
    if (!accepts.stated) return 'unknown';
    if (accepts.any) return 'yes';
    const holds = (g) =>
        accepts.entries.some(
            (e) => (e.gender === g || e.gender === 'any') && age >= e.min && age <= e.max,
        );
    if (age === undefined) {
        const entry = accepts.entries.some(
            (e) => !gender || e.gender === gender || e.gender === 'any',
        );
        return entry ? 'case' : 'no';
    }
    if (gender) return holds(gender) ? 'yes' : 'no';
    const held = ['female', 'male'].filter(holds).length;
    return held === 2 ? 'yes' : held === 1 ? 'case' : 'no';
}

function documentsLevel(rule) {
    const list = rule.documents_required;
    if (!list.stated) return 'unknown';
    if (list.none) return 'yes';
    return list.yes.length || !list.case.length ? 'no' : 'case';
}

function officialLevel(rule, identified) {
    if (identified) return 'yes';
    return (
        { required: 'no', likely_required: 'case', not_required: 'yes' }[
            rule.cells.official_status
        ] ?? 'unknown'
    );
}

function residentsLevel(rule, livesIn) {
    const answers = livesIn
        ? { never: 'no', yes: 'yes', no: 'yes' }
        : { yes: 'no', no: 'yes', never: 'yes' };
    return answers[rule.cells.residents_only] ?? 'unknown';
}

function beneficiaryLevel(rule, asked) {
    if (asked === 'self') return 'yes';
    if (rule.serves_family.not.includes(asked)) return 'no';
    if (rule.serves_family.stated) return listLevel(rule.serves_family, asked);
    return rule.cells.survivors_only === 'yes' ? 'no' : 'unknown';
}

function homeVisitLevel(service) {
    if (!service.row.remote) return 'unknown';
    if (!service.remote.includes('home_visit')) return 'yes';
    return service.remote.length === 1 ? 'no' : 'case';
}

function authoritiesLevel(service, rule) {
    if (['police', 'court'].includes(service.row.kind)) return 'no';
    return (
        { yes: 'no', case: 'case', no: 'yes' }[rule.cells.contacts_authorities] ??
        'unknown'
    );
}

/* ---- criteria of the place and the record --------------------------------------- */

const countryNames = new WeakMap();

/* The country that a whole entry names: by its code; or by a name, where no place of the
 * service's own country has that. */
function countryNamed(entry, home, { vocabularies, atlas }) {
    if (vocabularies.country.has(entry)) return entry;
    const { text, country } = lookedUp(entry, home, vocabularies);
    if (atlas?.find(text, country)) return null;
    if (!countryNames.has(vocabularies)) {
        const known = new Map();
        for (const { code, label } of vocabularies.country.values()) {
            [code, label].forEach((name) => known.set(fold(name), code));
        }
        countryNames.set(vocabularies, known);
    }
    const folded = fold(entry);
    const own = (atlas?.places ?? []).find(
        (p) => p.level === 0 && [p.name, ...p.aliases].some((n) => fold(n) === folded),
    );
    return countryNames.get(vocabularies).get(folded) ?? own?.country;
}

/* "Tak, TH" is looked up in TH, "Tak" in the country of the service. */
function lookedUp(entry, home, vocabularies) {
    const parts = entry.split(',').map((p) => p.trim());
    const last = parts.at(-1).toUpperCase();
    return parts.length > 1 && vocabularies.country.has(last)
        ? { text: parts.slice(0, -1).join(','), country: last }
        : { text: entry, country: home };
}

function entryLevel(entry, home, { countries, where }, directory) {
    if (typeof entry === 'object') {
        if (!countries.includes(home)) return 'no';
        return directory.atlas.isIn(where.holds, entry);
    }
    if (entry === 'any') return 'yes';
    if (!countries.length) return 'unknown';
    const whole = countryNamed(entry, home, directory);
    if (whole) return countries.includes(whole) ? 'yes' : 'no';
    const { text, country } = lookedUp(entry, home, directory.vocabularies);
    if (!countries.includes(country)) return 'no';
    const place = directory.atlas?.find(text, country);
    if (!place || place === 'AMBIGUOUS') return 'unknown';
    return place.level === 0 ? 'yes' : directory.atlas.isIn(where.holds, place);
}

/* The place that an entry names, not a whole country; null where none, or several. */
function placeNamed(entry, home, directory) {
    if (typeof entry === 'object') return entry;
    if (entry === 'any' || countryNamed(entry, home, directory)) return null;
    const { text, country } = lookedUp(entry, home, directory.vocabularies);
    const place = directory.atlas?.find(text, country);
    return place === 'AMBIGUOUS' ? null : (place ?? null);
}

/* Whether the service covers the person, who is in one of `countries`; null: not stated. */
function areaLevel(service, ask, directory) {
    if (!service.covers.length) return null;
    const home = service.row.country;
    const widened = service.covers.some((e) => typeof e === 'object');
    const key = `${home}:${widened ? service.id : ''}:${service.row.covers}`;
    if (!ask.areas.has(key)) {
        const levels = service.covers.map((e) => entryLevel(e, home, ask, directory));
        ask.areas.set(key, best(levels));
    }
    return ask.areas.get(key);
}

function absentLevel(service, directory, ask) {
    const named = service.absent.map((id) => directory.byId.get(id)).filter(Boolean);
    const areas = named.map((s) => areaLevel(s, ask, directory));
    if (areas.includes('yes')) return 'no';
    return areas.includes('unknown') || areas.includes(null) ? 'case' : null;
}

/* null: the service is not considered. */
function needLevel(service, asked, terms) {
    if (!asked.length) return service.needs.length ? 'yes' : null;
    const answers = asked.map((need) => {
        if (service.needs.some((n) => within(terms, n, need))) return 'yes';
        return service.needs.some((n) => within(terms, need, n)) ? 'unknown' : null;
    });
    return best(answers) ?? null;
}

const DAYS = ['Su', 'Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa'];
const OFFSETS = { 'Asia/Phnom_Penh': 7 * 60, 'Asia/Tokyo': 9 * 60, UTC: 0 };

/* Only what generate.mjs writes: "24/7" and "Mo-Fr 08:00-17:00". */
function openLevel(row, at) {
    if (!row.hours) return 'unknown';
    if (row.hours === '24/7') return 'yes';
    const [, first, last, ...clock] = row.hours.match(
        /^(\w\w)-(\w\w) (\d\d):(\d\d)-(\d\d):(\d\d)$/,
    );
    const local = new Date(Date.parse(at) + OFFSETS[row.time_zone] * 60_000);
    const minute = local.getUTCHours() * 60 + local.getUTCMinutes();
    const [from, to] = [
        clock[0] * 60 + Number(clock[1]),
        clock[2] * 60 + Number(clock[3]),
    ];
    const length = (DAYS.indexOf(last) - DAYS.indexOf(first) + 7) % 7;
    const day = (local.getUTCDay() - DAYS.indexOf(first) + 7) % 7;
    return day <= length && minute >= from && minute < to ? 'yes' : 'no';
}

/* A degree of latitude is never shorter, so that most pairs need no geodesic. */
const DEGREE_KM = 110.5;

function nearer(a, b, km) {
    return Math.abs(a.lat - b.lat) * DEGREE_KM < km && distance(a, b) < km * 1000;
}

/* Whether the query's `avoid` turns a service down, remembered for one query. */
function avoidance(directory, query) {
    const entries = (query.avoid ?? []).map((entry) => ({
        km: entry.km ?? 0,
        named: directory.services.filter((s) =>
            entry.service
                ? s.id === entry.service
                : s.row.organization === entry.organization,
        ),
    }));
    const known = new Map();
    const isAvoided = (s) =>
        entries.some(
            ({ named, km }) =>
                named.includes(s) ||
                (s.point && named.some((n) => n.point && nearer(n.point, s.point, km))),
        );
    return (service) => {
        if (!known.has(service)) known.set(service, isAvoided(service));
        return known.get(service);
    };
}

/* ---- a service ------------------------------------------------------------------ */

/* What is asked, made ready once: the query, its needs, the countries of the point. */
function makeAsk(directory, query, env, needs = asList(query.need)) {
    const housing = needs.some((n) => within(directory.vocabularies.need, n, 'housing'));
    return { ...env, query, needs, housing, areas: new Map() };
}

/* The criteria that are the same under every rule of the service. */
function commonFit(service, ask, directory, need) {
    const { query } = ask;
    const { row } = service;
    const fit = {};
    const area = areaLevel(service, ask, directory);
    const absent = absentLevel(service, directory, ask);
    if (query.no_home_visit) fit.home_visit = homeVisitLevel(service);
    if (area) fit.area = area;
    if (absent) fit.only_where_absent = absent;
    if (need === 'unknown') fit.need = 'unknown';
    if (['', undefined, 'historical'].includes(row.status)) fit.status = 'unknown';
    if (row.valid_until && row.valid_until < ask.today) fit.valid_until = 'unknown';
    if (query.open_only) fit.open_at = openLevel(row, query.open_at);
    if (ask.housing && row.kind === 'police') fit.detention = 'no';
    if (ask.avoided(service)) fit.avoid = 'no';
    return fit;
}

/* The criteria of one rule. */
function ruleFit(service, rule, { query }, vocabularies) {
    const fit = {};
    const put = (name, parameter, level) => {
        const value = query[parameter];
        if (value !== undefined && asList(value).length) fit[name] = level(value);
    };
    const forms = vocabularies.form;
    put('gender', 'gender', (v) => genderLevel(rule, v));
    put('age', 'age', (v) => ageLevel(rule, v));
    const childrenOnly = rule.age_max !== null && rule.age_max < 18;
    if (query.gender !== undefined && query.age === undefined && childrenOnly) {
        fit.age = 'unknown';
    }
    put('form', 'form', (v) => formLevel(rule, asList(v), forms));
    put('language', 'language', (v) =>
        languageLevel(rule, asList(v), vocabularies.language),
    );
    put('nationality', 'nationality', (v) => listLevel(rule.nationalities, v));
    put('stage', 'stage', (v) => listLevel(rule.stages, v));
    put('referred_by', 'referred_by', (v) => listLevel(rule.referred_by, v));
    put('disability', 'disability', (v) =>
        worst(asList(v).map((d) => listLevel(rule.disability, d))),
    );
    put('children', 'with_children', (v) =>
        worst(v.map((child) => childLevel(rule.accepts_children, child))),
    );
    put('documents', 'documents', () => documentsLevel(rule));
    put('official_status', 'identified', (v) => officialLevel(rule, v));
    put('residents', 'residential', (v) => residentsLevel(rule, v));
    put('beneficiary', 'beneficiary', (v) => beneficiaryLevel(rule, v));
    if (query.no_authorities) fit.authorities = authoritiesLevel(service, rule);
    if (rule.cells.accompanied_by) fit.accompanied_by = 'case';
    return fit;
}

const limits = (list) => (list.stated && !list.any) || list.not.length > 0;

/* The limits that a rule states, by the names of `ask`. */
function statedLimits(rule) {
    const { cells } = rule;
    return {
        gender: limits(rule.genders),
        age: rule.age_min !== null || rule.age_max !== null,
        form: limits(rule.forms) || rule.forms_excluded.length > 0,
        language: limits(rule.languages) && rule.interpreters.none,
        nationality: limits(rule.nationalities),
        stage: limits(rule.stages),
        referred_by: limits(rule.referred_by),
        disability: limits(rule.disability),
        children: rule.accepts_children.stated && !rule.accepts_children.any,
        documents: rule.documents_required.stated && !rule.documents_required.none,
        official_status: ['required', 'likely_required'].includes(cells.official_status),
        residents: ['yes', 'never'].includes(cells.residents_only),
        authorities: ['yes', 'case'].includes(cells.contacts_authorities),
        case_types: Boolean(cells.case_types),
        conditions: Boolean(cells.conditions),
        literacy: Boolean(cells.literacy),
        requires_service: Boolean(cells.requires_service),
        returning_from: limits(rule.returning_from),
    };
}

function toAsk(rule, fit) {
    const stated = statedLimits(rule);
    return ASK_ORDER.filter((name) =>
        name in fit ? ['unknown', 'case'].includes(fit[name]) : stated[name],
    );
}

/* The best rule decides, the first on a tie; a `no` is explained by the rule with the
 * fewest. Null when the service has no such need. */
function admit(service, ask, directory) {
    const need = needLevel(service, ask.needs, directory.vocabularies.need);
    if (!need || ['closed', 'planned'].includes(service.row.status)) return null;
    const common = commonFit(service, ask, directory, need);
    const answers = service.rules.map((rule) => {
        const fit = { ...ruleFit(service, rule, ask, directory.vocabularies), ...common };
        const reasons = Object.keys(fit).filter((name) => fit[name] === 'no');
        return { rule, fit, reasons, level: worst(Object.values(fit)) };
    });
    const level = best(answers.map((a) => a.level));
    const chosen = answers.find((a) => a.level === level);
    const fewest = Math.min(...answers.map((a) => a.reasons.length));
    const { reasons } = answers.find((a) => a.reasons.length === fewest);
    return { service, level, rule: chosen.rule, fit: chosen.fit, reasons };
}

/* ---- orders --------------------------------------------------------------------- */

const isCertain = (found) => !['unknown', 'no'].includes(found.level);

/* Compares by a list of keys, smaller first. */
const by =
    (...keys) =>
    (a, b) => {
        for (const key of keys) {
            const [x, y] = [key(a), key(b)];
            if (x !== y) return x < y ? -1 : 1;
        }
        return 0;
    };

const STATUS_ORDER = ['open', 'waitlist', 'paused'];

/* For an adult services that need no living in come first; for a child family-based care
 * comes first and a shelter last. */
function careKey({ service }, query, terms) {
    if (query.age === undefined) return 0;
    const age = range(query.age);
    const under = (parent) => service.needs.some((n) => within(terms, n, parent));
    const shelter = ['shelter', 'transit_center'].includes(service.row.kind);
    if (age.min >= 18) return Number(under('housing') || shelter);
    if (age.max >= 18) return 0;
    if (under('housing.foster') || under('housing.kinship') || under('family')) return 0;
    return shelter ? 2 : 1;
}

function orders(directory, query) {
    const rank = (f) => directory.rank.get(f.service.id);
    const far = (f) => f.distance ?? Infinity;
    const status = (f) => (STATUS_ORDER.indexOf(f.service.row.status) + 4) % 4;
    const care = (f) => careKey(f, query, directory.vocabularies.need);
    const sure = (f) => Number(!isCertain(f));
    const near = by(far, rank);
    return {
        near,
        asked:
            query.order === 'fit'
                ? by((f) => LEVELS.indexOf(f.level), status, care, far, rank)
                : near,
        unplaced: by(sure, rank),
        remote: by(sure, far, rank),
    };
}

/* ---- a search ------------------------------------------------------------------- */

/* Everything that has the need, in three heaps, with what each service answers. */
function gather(directory, ask, distances) {
    const { query, countries } = ask;
    const radius = query.radius_km ?? (query.cross_border ? CROSS_BORDER_KM : Infinity);
    const heaps = { placed: [], beyond: [], unplaced: [], remote: [] };
    for (const service of directory.services) {
        const inCountry = query.cross_border || countries.includes(service.row.country);
        if (!inCountry && !service.remote.length) continue;
        const found = admit(service, ask, directory);
        if (!found) continue;
        const covers = service.covers.length
            ? found.fit.area !== 'no'
            : countries.includes(service.row.country);
        if (service.point) found.distance = distances(service);
        if (service.remote.length && covers) heaps.remote.push(found);
        if (!inCountry) continue;
        if (service.point) {
            heaps[found.distance <= radius * 1000 ? 'placed' : 'beyond'].push(found);
        } else if (!service.remote.length) {
            heaps.unplaced.push(found);
        }
    }
    return heaps;
}

const notNo = (found) => found.level !== 'no';

/* The first `limit`, and one open one beyond when none of them is open. */
function take(sorted, limit) {
    const taken = sorted.slice(0, limit);
    const isOpen = (f) => f.service.row.status === 'open';
    if (taken.length && !taken.some(isOpen)) {
        taken.push(...sorted.slice(limit).filter(isOpen).slice(0, 1));
    }
    return taken;
}

function helplines(directory, query, env, distances, order) {
    const ask = makeAsk(directory, query, env, []);
    const comes = (service) =>
        service.covers.length > 0 || ask.countries.includes(service.row.country);
    return directory.services
        .filter((s) => s.needs.some((n) => HELPLINE_NEEDS.includes(n)) && comes(s))
        .map((s) => admit(s, ask, directory))
        .filter((found) => found && notNo(found))
        .map((f) => (f.service.point ? { ...f, distance: distances(f.service) } : f))
        .sort(order.unplaced)
        .slice(0, HELPLINES_MAX);
}

function outcome(found, heaps, env, ask, terms) {
    const side = [...found.remote, ...found.unplaced];
    const hidden = (need) =>
        terms.get(need)?.hidden || (terms.get(need)?.parents ?? []).some(hidden);
    if (found.results.length || side.some(isCertain)) return 'found';
    if (found.unconfirmed.length || side.length) return 'only_unconfirmed';
    if (env.role === 'public' && ask.needs.some(hidden)) return 'not_published';
    if (heaps.placed.length || heaps.unplaced.length || heaps.remote.length) {
        return 'none_for_group';
    }
    return heaps.beyond.length ? 'none_in_range' : 'none_recorded';
}

/* The query with one circumstance taken back. */
const RELAXED = {
    radius_km: (q) => q.radius_km !== undefined && { ...q, radius_km: undefined },
    open_at: (q) => q.open_only && { ...q, open_only: undefined },
    language: (q) => asList(q.language).length && { ...q, language: undefined },
    referred_by: (q) => q.referred_by !== undefined && { ...q, referred_by: undefined },
    cross_border: (q) => !q.cross_border && { ...q, cross_border: true },
};

function relax(directory, query, env, distances, order) {
    const limit = query.limit ?? LIMIT;
    const all = [];
    for (const [parameter, without] of Object.entries(RELAXED)) {
        const other = without(query);
        if (!other) continue;
        const { placed } = gather(directory, makeAsk(directory, other, env), distances);
        const results = placed.filter(isCertain).sort(order.asked).slice(0, limit);
        const nearest = Math.min(...results.map((f) => f.distance));
        all.push({ parameter, found: results.length, nearest_m: nearest });
    }
    return all;
}

const TIE_M = 1e-6;
export const AREA_M = 150; /* outlines are simplified */

export const isSameSite = (a, b) => {
    const [p, q] = [a.service ?? a, b.service ?? b];
    if (p.area || q.area) return p.area === q.area;
    return p.point?.lat === q.point?.lat && p.point?.lon === q.point?.lon;
};

/* Too near to each other to say which is nearer. */
export function isClose(a, b) {
    const areas = [a, b].filter((f) => (f.service ?? f).area && f.distance > 0).length;
    return Math.abs(a.distance - b.distance) < TIE_M + 2 * AREA_M * Math.min(areas, 1);
}

/* The considered placed services that the summary counts. `edge`: another one lies as far
 * as the last, so that the count hangs on a rounding. */
function counted(placed, found, order, limit, nothing) {
    const sorted = [...placed].sort(order.near);
    const last = found.results.slice(0, limit).sort(order.near).at(-1);
    const full = found.results.length >= limit;
    const end = full ? sorted.indexOf(last) + 1 : sorted.length;
    const capped = !nothing && end > COUNTED_MAX;
    const edge = Boolean(
        full &&
        sorted.some((f) => f !== last && isClose(f, last) && !isSameSite(f, last)),
    );
    return { all: sorted.slice(0, capped ? COUNTED_MAX : end), capped, edge };
}

function summary(seen) {
    const reasons = {};
    const refused = seen.all.filter((f) => !notNo(f));
    refused
        .flatMap((f) => f.reasons)
        .forEach((r) => {
            reasons[r] = (reasons[r] ?? 0) + 1;
        });
    return {
        considered: seen.all.length,
        matched: seen.all.filter(isCertain).length,
        unconfirmed: seen.all.filter((f) => f.level === 'unknown').length,
        reasons,
        capped: seen.capped,
    };
}

function instead(ask, terms) {
    const fallback = (need) => {
        const own = terms.get(need)?.fallback ?? [];
        const parent = terms.get(need)?.parents?.[0];
        return own.length || !parent ? own : fallback(parent);
    };
    const asked = (code) => ask.needs.some((need) => within(terms, code, need));
    return [...new Set(ask.needs.flatMap(fallback))].filter((code) => !asked(code));
}

/* An area so near to the radius that simplified outlines decide. */
function atRim(heaps, query) {
    const radius = query.radius_km ?? (query.cross_border ? CROSS_BORDER_KM : Infinity);
    return [...heaps.placed, ...heaps.beyond].some(
        (f) => f.service.area && Math.abs(f.distance - radius * 1000) < AREA_M,
    );
}

function siteDistance({ atlas }, { area, point }, from) {
    return area ? atlas.range(area, from).least : distance(from, point);
}

/* The expected answer. `given`: { countries, where (atlas.mjs), today, role }.
 * Lists hold { id, distance, point, fit, ask }; `placed` holds every considered one
 * by id, to be shown by `show`; `edge` says that the counts hang on a rounding. */
export function evaluate(directory, query, given) {
    const where = given.where ?? { point: query, holds: null };
    const env = { ...given, where, avoided: avoidance(directory, query) };
    const from = where.point;
    const known = new Map();
    const distances = (service) => {
        const key = service.area ?? service;
        if (!known.has(key)) known.set(key, siteDistance(directory, service, from));
        return known.get(key);
    };
    const terms = directory.vocabularies.need;
    const limit = query.limit ?? LIMIT;
    const order = orders(directory, query);
    const ask = makeAsk(directory, query, env);
    const heaps = gather(directory, ask, distances);
    const certain = heaps.placed.filter(isCertain).sort(order.asked);
    const unsure = heaps.placed.filter((f) => f.level === 'unknown').sort(order.asked);
    const found = {
        results: take(certain, limit),
        unconfirmed: unsure.slice(0, limit),
        remote: heaps.remote.filter(notNo).sort(order.remote).slice(0, limit),
        unplaced: heaps.unplaced.filter(notNo).sort(order.unplaced).slice(0, limit),
    };
    const nothing = !found.results.length && !found.unconfirmed.length;
    const seen = counted(heaps.placed, found, order, limit, nothing);
    const none = !found.results.length;
    const show = (f) => ({
        id: f.service.id,
        distance: f.distance,
        point: f.service.point,
        area: f.service.area,
        place: f.service.place,
        precision: f.service.precision,
        range: f.service.area ? directory.atlas.range(f.service.area, from) : undefined,
        fit: f.fit,
        ask: toAsk(f.rule, f.fit),
        reasons: f.reasons,
    });
    const refused = seen.all.filter((f) => !notNo(f)).slice(0, EXCLUDED_MAX);
    return {
        results: found.results.map(show),
        unconfirmed: found.unconfirmed.map(show),
        remote: found.remote.map(show),
        unplaced: found.unplaced.map(show),
        helplines: helplines(directory, query, env, distances, order).map(show),
        excluded: refused.map(show),
        placed: new Map(heaps.placed.map((f) => [f.service.id, f])),
        show,
        summary: {
            ...summary(seen),
            outcome: outcome(found, heaps, env, ask, terms),
            relax: none ? relax(directory, query, env, distances, order) : [],
            instead: none ? instead(ask, terms) : [],
        },
        edge: seen.edge,
        hasAreas: directory.services.some((s) => s.area),
        where,
        doubtful: atRim(heaps, query),
    };
}
