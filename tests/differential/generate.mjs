/* SPDX-License-Identifier: Apache-2.0
 *
 * Random directories and random queries for the comparison of engine and evaluator. All
 * of it follows from one seed.
 *
 * Services are drawn so that few needs, countries and codes meet often, and so that every
 * column that decides an admission is stated, silent, `any`, `none`, by exclusion and
 * case by case. A service's country has nothing to do with its point.
 */

import { BLOCK_COUNTRIES, anywhere, coversEntry, serviceSite } from './gazetteer.mjs';

/* mulberry32: small, and the same everywhere. */
export function makeRandom(seed) {
    let state = seed >>> 0;
    const next = () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let t = state;
        t = Math.imul(t ^ (t >>> 15), t | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    const int = (low, high) => low + Math.floor(next() * (high - low + 1));
    const pick = (list) => list[int(0, list.length - 1)];
    const chance = (share) => next() < share;
    const some = (list, least, most) => {
        const rest = [...list];
        const count = Math.min(int(least, most), rest.length);
        return Array.from(
            { length: count },
            () => rest.splice(int(0, rest.length - 1), 1)[0],
        );
    };
    return { next, int, pick, chance, some };
}

/* Picks a value by weight: weighted(random, { open: 5, '': 1 }). */
function weighted(random, weights) {
    let rest = random.next() * Object.values(weights).reduce((a, b) => a + b);
    return Object.keys(weights).find((key) => (rest -= weights[key]) < 0);
}

const NEEDS = [
    'housing',
    'housing.shelter',
    'housing.transit',
    'housing.foster',
    'health',
    'health.hospital',
    'health.clinic',
    'psychosocial',
    'psychosocial.psychiatric',
    'psychosocial.family',
    'psychosocial.court_support',
    'legal',
    'legal.information',
    'family',
    'family.tracing',
    'return',
    'information',
    'information.hotline',
    'safety.emergency',
    'complaint.report',
];
const RARE_NEEDS = [
    'legal.compensation',
    'livelihood.cash',
    'return.escort',
    'education',
];
const COUNTRIES = ['KH', 'LA', 'TH', 'VN', 'MM', 'CN', 'ID'];
const FORMS = [
    'sexual',
    'labour',
    'labour.fishing',
    'labour.domestic',
    'marriage',
    'other',
];
const LANGUAGES = ['km', 'th', 'vi', 'zh', 'cmn', 'yue', 'ms', 'id', 'en'];
const AREAS = ['Battambang', 'Thma Koul, Battambang', 'Bokeo', 'Mae Sot, Tak'];
const GENDERS = ['female', 'male', 'other'];
const REFERRERS = ['self', 'police', 'ngo', 'hotline', 'court'];
const FAMILY = ['child', 'parent', 'spouse', 'sibling'];
const DISABILITIES = ['physical', 'visual', 'hearing', 'intellectual'];
const DOCUMENTS = ['identity_card', 'passport', 'police_report', 'referral_letter'];
const STAGES = ['identification', 'crisis', 'transit', 'return', 'reintegration'];
const CARE_KINDS = [
    'shelter',
    'transit_center',
    'hospital',
    'ngo_office',
    'police',
    'court',
    'state_office',
    'hotline',
    'mobile',
    'other',
];
const HOURS = ['24/7', 'Mo-Fr 08:00-17:00', 'Sa-Mo 06:00-12:00', 'Mo-Su 18:00-22:30'];
export const ZONE = 'Asia/Phnom_Penh';
const DAY_MS = 86_400_000;

/* ---- points --------------------------------------------------------------------- */

/* A coordinate as a file holds it: at most 7 decimals, no exponent. */
function decimal(value) {
    const text = value.toFixed(7).replace(/\.?0+$/, '');
    return text === '-0' ? '0' : text;
}

const spread = (random, low, high) => low + random.next() * (high - low);
const CROWDS = [
    [13.3633156, 103.8564403],
    [16.7158412, 98.5702311],
    [0, 0],
];

const DRAW = {
    region: (r) => [spread(r, -8, 24), spread(r, 93, 115)],
    province: (r) => [spread(r, 12.8, 13.6), spread(r, 102.8, 103.8)],
    crowd: (r) => r.pick(CROWDS),
    grid: (r) => [r.int(-4, 4) / 10, 104 + r.int(-4, 4) / 10],
    poles: (r) => [
        r.pick([90, -90, 89.9999999, spread(r, 89.5, 90), spread(r, -90, -89)]),
        spread(r, -180, 180),
    ],
    antimeridian: (r) => [
        spread(r, -20, 20),
        r.pick([180, -180, 179.9999999, spread(r, 179, 180), spread(r, -180, -179)]),
    ],
    zero: (r) => [r.pick([0, 1e-7, -1e-7]), r.pick([0, 1e-7, -1e-7])],
    world: (r) => [spread(r, -90, 90), spread(r, -180, 180)],
};

/* Shares of each way to draw a point, of services without any, and of remote ones. */
export const GEOGRAPHIES = {
    mixed: {
        points: {
            region: 50,
            province: 20,
            crowd: 10,
            grid: 8,
            poles: 3,
            antimeridian: 4,
            zero: 2,
            world: 3,
        },
        unplaced: 0.03,
    },
    one_point: { points: { crowd: 1 }, unplaced: 0, crowds: 1, countries: 1 },
    near_it: { points: { crowd: 1, province: 1 }, unplaced: 0, crowds: 1, countries: 1 },
    sparse: { points: { region: 1, province: 1 }, unplaced: 0.02, remote: 0.01 },
    edges: { points: { poles: 4, antimeridian: 4, zero: 1, grid: 1 }, unplaced: 0 },
    unplaced: { points: { region: 1 }, unplaced: 1 },
};

function point(random, geography) {
    const way = weighted(random, geography.points);
    const [lat, lon] =
        way === 'crowd'
            ? random.pick(CROWDS.slice(0, geography.crowds))
            : DRAW[way](random);
    return { lat: decimal(lat), lon: decimal(lon) };
}

/* ---- cells ---------------------------------------------------------------------- */

/* Who is admitted, in every way that a cell can say it. `except`: a code and one below
 * it, which may be excluded beside it. */
function choiceCell(
    random,
    codes,
    { exclude = true, none = true, cases = true, except } = {},
) {
    const way = weighted(random, {
        silent: 35,
        any: 15,
        none: none ? 3 : 0,
        not: exclude ? 10 : 0,
        list: 37,
    });
    if (way === 'silent') return '';
    if (way === 'any' || way === 'none') return way;
    if (way === 'not')
        return random
            .some(codes, 1, 2)
            .map((c) => `!${c}`)
            .join(';');
    const listed = random
        .some(codes, 1, 3)
        .map((c) => (cases && random.chance(0.25) ? `${c}:case` : c));
    if (
        except &&
        listed.includes(except[0]) &&
        !listed.some((l) => l.startsWith(except[1])) &&
        random.chance(0.5)
    )
        listed.push(`!${except[1]}`);
    return listed.join(';');
}

function ages(random) {
    const min = random.chance(0.4) ? random.pick([0, 5, 12, 15, 16, 18, 18, 60]) : '';
    const most = [4, 11, 14, 17, 17, 18, 25, 59, 120].filter(
        (a) => min === '' || a >= min,
    );
    const max = random.chance(0.3) ? random.pick(most) : '';
    return { age_min: String(min), age_max: String(max) };
}

function agesCase(random) {
    if (!random.chance(0.15)) return '';
    const low = random.int(0, 20);
    return random.chance(0.3) ? `${low};60-70` : `${low}-${low + random.int(1, 5)}`;
}

function childrenCell(random) {
    const way = weighted(random, { silent: 45, any: 10, none: 8, entries: 37 });
    if (way === 'silent') return '';
    if (way !== 'entries') return way;
    return random
        .some(['female', 'male', 'any'], 1, 2)
        .map((g) => `${g}:${random.int(0, 4)}-${random.int(5, 17)}`)
        .join(';');
}

function interpretersCell(random) {
    const way = weighted(random, { silent: 40, any: 8, none: 22, list: 30 });
    if (way === 'silent') return '';
    if (way !== 'list') return way;
    return random
        .some(LANGUAGES, 1, 2)
        .map((l) => l + random.pick(['', ':phone', ':video', ':in_person:vetted']))
        .join(';');
}

const maybe = (random, share, value) => (random.chance(share) ? value() : '');

/* How each admission column but ages is drawn, for a row and for a rule. */
const ADMISSION = {
    genders: (r) => choiceCell(r, GENDERS, { none: false }),
    ages_case: agesCase,
    forms: (r) => choiceCell(r, FORMS, { except: ['labour', 'labour.domestic'] }),
    forms_excluded: (r) => maybe(r, 0.15, () => r.some(FORMS, 1, 2).join(';')),
    languages: (r) => choiceCell(r, LANGUAGES, { exclude: false, cases: false }),
    interpreters: interpretersCell,
    nationalities: (r) => choiceCell(r, COUNTRIES),
    stages: (r) => choiceCell(r, STAGES),
    referred_by: (r) => choiceCell(r, REFERRERS),
    official_status: (r) =>
        r.pick(['', '', 'required', 'likely_required', 'not_required']),
    residents_only: (r) => r.pick(['', '', 'yes', 'no', 'never']),
    survivors_only: (r) => r.pick(['', '', 'yes', 'no']),
    serves_family: (r) => choiceCell(r, FAMILY),
    accepts_children: childrenCell,
    disability: (r) => choiceCell(r, DISABILITIES),
    documents_required: (r) =>
        r.pick([
            '',
            '',
            'none',
            'passport:case',
            'identity_card;passport:case',
            r.some(DOCUMENTS, 1, 2).join(';'),
        ]),
    contacts_authorities: (r) => r.pick(['', '', 'yes', 'case', 'no']),
};

/* Limits that no query asks for; a further rule does not state them. */
const UNASKED = {
    case_types: (r) => maybe(r, 0.1, () => 'trafficking;labour_dispute'),
    conditions: (r) => maybe(r, 0.1, () => 'consent_written'),
    literacy: (r) => maybe(r, 0.1, () => r.pick(['basic', 'fluent'])),
    returning_from: (r) => maybe(r, 0.15, () => choiceCell(r, COUNTRIES)),
};
const WHOLE_TEXT = [
    'official_status',
    'residents_only',
    'survivors_only',
    'contacts_authorities',
];

/* A further rule, in JSON: lists as lists, years as numbers. Columns that a rule should
 * not inherit often are drawn more often. */
function makeRule(random) {
    const rule = {};
    const put = (column, text) => {
        if (text) rule[column] = WHOLE_TEXT.includes(column) ? text : text.split(';');
    };
    put('genders', choiceCell(random, GENDERS, { none: false }));
    for (const [column, text] of Object.entries(ages(random))) {
        if (text) rule[column] = Number(text);
    }
    const columns = Object.keys(ADMISSION).slice(1);
    random.some(columns, 0, 4).forEach((c) => put(c, ADMISSION[c](random)));
    if (random.chance(0.3))
        rule.accompanied_by = random.pick(['mother', 'parent', 'family']);
    return rule;
}

function rulesCell(random) {
    const count = Number(weighted(random, { 0: 60, 1: 25, 2: 10, 3: 5 }));
    const rules = Array.from({ length: count }, () => makeRule(random)).filter(
        (rule) => Object.keys(rule).length,
    );
    return rules.length ? JSON.stringify(rules) : '';
}

function coversCell(random, country) {
    const way = weighted(random, { silent: 50, own: 15, other: 8, any: 7, names: 20 });
    if (way === 'silent') return '';
    if (way === 'any') return 'any';
    if (way === 'own') return [country, ...random.some(AREAS, 0, 1)].join(';');
    if (way === 'other') return random.some(COUNTRIES, 1, 3).join(';');
    return random.some(AREAS, 1, 2).join(';');
}

/* Never within two days of today, so that the test may run at midnight. */
function validUntil(random, today) {
    const days = random.int(3, 900) * random.pick([-1, 1]);
    return new Date(Date.parse(today) + days * DAY_MS).toISOString().slice(0, 10);
}

const REMOTE = ['phone', 'video', 'post', 'home_visit', 'mobile', 'meet_elsewhere'];
const STATUS = {
    open: 50,
    '': 10,
    waitlist: 10,
    paused: 10,
    historical: 8,
    closed: 6,
    planned: 6,
};
const PRECISION = { '': 40, exact: 40, village: 10, commune: 8, country: 2 };

export const idOf = (index) => `s${String(index).padStart(6, '0')}`;

function makeRow(random, index, { count, today, geography }) {
    const country = random.pick(COUNTRIES.slice(0, geography.countries));
    const placed = !random.chance(geography.unplaced);
    const others = () =>
        random
            .some(
                [0, 1, 2].map(() => idOf(random.int(0, count - 1))),
                1,
                2,
            )
            .filter((id, i, all) => id !== idOf(index) && all.indexOf(id) === i)
            .join(';');
    const row = {
        id: idOf(index),
        organization: `Organization ${country} ${random.int(1, Math.ceil(count / 200))}`,
        service: idOf(index),
        country,
        needs: random.some(random.chance(0.01) ? RARE_NEEDS : NEEDS, 1, 3).join(';'),
        kind: random.chance(0.1) ? '' : random.pick(CARE_KINDS),
        ...(placed ? point(random, geography) : { lat: '', lon: '' }),
        precision: placed ? weighted(random, PRECISION) : 'country',
        visibility: 'exact',
        covers: coversCell(random, country),
        only_where_absent: maybe(random, 0.06, others),
        requires_service: maybe(random, 0.05, others),
        remote: maybe(random, geography.remote ?? 0.06, () =>
            random.some(REMOTE, 1, 3).join(';'),
        ),
        status: weighted(random, STATUS),
        valid_until: maybe(random, 0.15, () => validUntil(random, today)),
        ...ages(random),
        rules: rulesCell(random),
    };
    for (const [column, draw] of Object.entries({ ...ADMISSION, ...UNASKED })) {
        row[column] = random.chance(0.35) ? '' : draw(random);
    }
    if (random.chance(0.4))
        Object.assign(row, { hours: random.pick(HOURS), time_zone: ZONE });
    return row;
}

/* `count` rows of services.csv. */
export function makeServices(random, { count, today, geography = GEOGRAPHIES.mixed }) {
    return Array.from({ length: count }, (_, i) =>
        makeRow(random, i, { count, today, geography }),
    );
}

/* ---- queries -------------------------------------------------------------------- */

function ageAsked(random) {
    const age = random.pick([0, 4, 8, 11, 12, 14, 15, 16, 17, 18, 19, 25, 40, 60, 70]);
    return random.chance(0.8) ? age : `${age}-${age + random.int(0, 6)}`;
}

function child(random) {
    return {
        ...(random.chance(0.8) && { age: random.int(0, 17) }),
        ...(random.chance(0.7) && { gender: random.pick(['female', 'male', 'other']) }),
    };
}

/* One code as a text, several as a list, now and then one as a list. */
function codes(random, list, most) {
    const asked = random.some(list, 1, most);
    return asked.length === 1 && random.chance(0.7) ? asked[0] : asked;
}

function openAt(random) {
    const at = new Date(
        Date.UTC(
            2026,
            random.int(0, 11),
            random.int(1, 28),
            random.int(0, 23),
            random.int(0, 59),
        ),
    );
    return at.toISOString().replace('.000Z', random.pick(['Z', '+00:00', '+07:00']));
}

function avoidEntry(random, rows) {
    const row = random.pick(rows);
    const km = random.pick([0.5, 5, 50, 300]);
    return random.chance(0.6)
        ? { service: row.id, km }
        : { organization: row.organization, km };
}

const PERSON = {
    gender: [0.4, (r) => r.pick([...GENDERS, 'male', 'female'])],
    age: [0.35, ageAsked],
    form: [0.25, (r) => codes(r, FORMS, 2)],
    language: [0.25, (r) => codes(r, LANGUAGES, 2)],
    nationality: [0.15, (r) => r.pick(COUNTRIES)],
    stage: [0.12, (r) => r.pick(STAGES)],
    referred_by: [0.12, (r) => r.pick(REFERRERS)],
    disability: [0.1, (r) => codes(r, DISABILITIES, 2)],
    with_children: [0.12, (r) => Array.from({ length: r.int(1, 3) }, () => child(r))],
    documents: [0.1, () => 'none'],
    identified: [0.12, (r) => r.chance(0.3)],
    residential: [0.12, (r) => r.chance(0.5)],
    beneficiary: [0.1, (r) => r.pick(['self', ...FAMILY])],
    no_home_visit: [0.08, () => true],
    no_authorities: [0.1, () => true],
};

const CIRCUMSTANCE = {
    limit: [0.8, (r) => r.pick([1, 2, 3, 5, 10, 20, 50, 100])],
    radius_km: [0.3, (r) => r.pick([0.5, 5, 20, 100, 500, 2500.5])],
    order: [0.25, (r) => r.pick(['fit', 'fit', 'distance'])],
    lang: [0.05, () => 'km'],
};

function where(random, geography) {
    const { lat, lon } = point(random, geography);
    const country = random.pick(COUNTRIES.slice(0, geography.countries));
    const cross = random.chance(0.2);
    return {
        lat: Number(lat),
        lon: Number(lon),
        ...((!cross || random.chance(0.7)) && { country }),
        ...(cross && { cross_border: true }),
    };
}

/* Draws some parameters of a table: { name: [share, draw] }. */
function draw(random, table) {
    return Object.fromEntries(
        Object.entries(table)
            .filter(([, [share]]) => random.chance(share))
            .map(([name, [, value]]) => [name, value(random)]),
    );
}

/* One body of POST /api/v1/nearest; `avoid[].service` is the id of a row. */
export function makeQuery(random, { rows, geography = GEOGRAPHIES.mixed }) {
    const query = { ...where(random, geography) };
    if (random.chance(0.9)) {
        query.need = codes(random, random.chance(0.15) ? RARE_NEEDS : NEEDS, 3);
    }
    const person = random.chance(0.15) ? {} : draw(random, PERSON);
    Object.assign(query, person, draw(random, CIRCUMSTANCE));
    if (random.chance(0.08))
        Object.assign(query, { open_only: true, open_at: openAt(random) });
    if (rows.length && random.chance(0.08)) {
        query.avoid = Array.from({ length: random.int(1, 2) }, () =>
            avoidEntry(random, rows),
        );
    }
    return query;
}

/* ---- with a gazetteer ------------------------------------------------------------- */

const KINDS_PLACED = ['state_office', 'state_office', 'hospital', 'ngo_office', 'police'];

/* A row moved into the gazetteer: its place, what it covers, whose office it is. */
function settle(random, row, gazetteer) {
    const country = random.pick(BLOCK_COUNTRIES);
    const entries = Array.from({ length: random.int(1, 2) }, () =>
        coversEntry(random, gazetteer, country),
    );
    const placed = row.precision !== 'country';
    return {
        ...row,
        country,
        organization: `Organization ${country} ${random.int(1, 9)}`,
        ...(placed && serviceSite(random, gazetteer, country)),
        kind: random.pick(KINDS_PLACED),
        covers: random.chance(0.6) ? [...new Set(entries)].join(';') : row.covers,
        status: random.chance(0.7) ? 'open' : row.status,
    };
}

/* Rows of services.csv in the places of a gazetteer. */
export function makePlacedServices(random, { gazetteer, count, today }) {
    return makeServices(random, { count, today }).map((row) =>
        settle(random, row, gazetteer),
    );
}

/* By a chosen place or by a point, the country given, left open, or left out of account. */
export function makePlacedQuery(random, { gazetteer, rows }) {
    const { lat, lon, country, cross_border, ...rest } = makeQuery(random, { rows });
    const at = random.chance(0.3)
        ? { place: random.pick(gazetteer.rows.filter((r) => r.kind !== 'country')).id }
        : anywhere(random, gazetteer);
    const given = random.chance(0.3) && { country: random.pick(BLOCK_COUNTRIES) };
    const across = random.chance(0.15) && { cross_border: true };
    return { ...at, ...given, ...across, ...rest };
}

const PUBLIC_NEEDS = ['health.hospital', 'health.clinic', 'education.formal'];
const PUBLIC_KEPT = ['id', 'service', 'status', 'valid_until', 'genders', 'age_min'];

/* Rows whose needs and organizations hide nothing, so that only `visibility` does. */
export function makePublicServices(random, { gazetteer, count, today }) {
    return makePlacedServices(random, { gazetteer, count, today }).map((row) => ({
        ...Object.fromEntries(PUBLIC_KEPT.map((c) => [c, row[c]])),
        organization: `Organization of ${row.id}`,
        country: row.country,
        lat: row.lat,
        lon: row.lon,
        precision: row.precision,
        province: row.province,
        district: row.district,
        commune: row.commune,
        covers: row.covers,
        kind: random.pick(['hospital', 'state_office', 'school']),
        needs: random.some(PUBLIC_NEEDS, 1, 2).join(';'),
        visibility: random.pick(['exact', 'area', 'area', 'area', 'contact', 'staff']),
    }));
}

const PUBLIC_ASKED = ['lat', 'lon', 'place', 'country', 'cross_border', 'radius_km', 'limit',
    'order', 'gender'];

export function makePublicQuery(random, { gazetteer, rows }) {
    const query = makePlacedQuery(random, { gazetteer, rows });
    const kept = Object.entries(query).filter(([name]) => PUBLIC_ASKED.includes(name));
    return { ...Object.fromEntries(kept), need: random.pick(PUBLIC_NEEDS) };
}
