/* SPDX-License-Identifier: Apache-2.0
 *
 * A synthetic directory of any size for the benches: services.csv row by row, from one
 * seed, and the people and places that are asked about.
 *
 *   node tests/bench/gen.mjs 200000 FILE.csv [SEED]
 *
 * Nothing in it is real: names are numbers, hosts are under example.org, telephone
 * numbers begin with 00 after the country's. Points lie in boxes well inside one country
 * each, so that a question asked inside a box is a question within that country. Columns
 * are drawn independently of one another, each from a handful of usual answers, so that
 * each of PEOPLE is admitted by a known share of the services.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

import { makeRandom } from '../differential/generate.mjs';

const CHUNK = 1 << 20;
const SILENT = 0.05; /* share of services that are silent on one criterion */
const HELPLINES = 3; /* a country */

export const COUNTRIES = [
    { code: 'KH', lat: [11.8, 13.6], lon: [103.4, 106.2], language: 'km', dial: 855 },
    { code: 'LA', lat: [18.7, 20.3], lon: [101.9, 103.5], language: 'lo', dial: 856 },
    { code: 'TH', lat: [14.6, 17.2], lon: [99.4, 103.4], language: 'th', dial: 66 },
    { code: 'VN', lat: [20.7, 21.9], lon: [104.9, 106.2], language: 'vi', dial: 84 },
    { code: 'MM', lat: [17.8, 22.4], lon: [95.0, 96.8], language: 'my', dial: 95 },
];
const ZONES = {
    KH: 'Asia/Phnom_Penh',
    LA: 'Asia/Vientiane',
    TH: 'Asia/Bangkok',
    VN: 'Asia/Ho_Chi_Minh',
    MM: 'Asia/Yangon',
};

/* The need that filtered questions ask for, which half of the services have. */
export const NEED = 'health.clinic';
const OTHER_NEEDS = [
    'legal.information',
    'psychosocial.professional',
    'livelihood.vocational',
    'education.literacy',
    'documents.identity',
];

/* Usual answers and their shares of a hundred. */
const USUAL = {
    genders: {
        any: 26,
        female: 34,
        'female;male': 22,
        male: 15,
        'female;male:case': 3,
    },
    ages: { '18-': 46, '0-': 34, '15-35': 7, '0-17': 13 },
    forms: {
        any: 30,
        'sexual;labour': 30,
        labour: 18,
        sexual: 10,
        'labour.fishing;labour.domestic': 4,
        'marriage;sexual': 8,
    },
    nationalities: {
        any: 48,
        'KH;LA;MM;VN': 10,
        '!TH': 4,
        KH: 3,
        LA: 8,
        MM: 12,
        VN: 8,
        TH: 7,
    },
    interpreters: { none: 90, any: 10 },
    english: { yes: 75, no: 25 },
    stages: { any: 40, 'crisis;transit': 20, reintegration: 25, 'return;follow_up': 15 },
    kind: { clinic: 40, ngo_office: 25, hospital: 15, state_office: 15, school: 5 },
    sector: { ngo: 45, state: 35, private: 10, community: 10 },
    fee: { free: 70, subsidised: 20, paid: 10 },
    hours: {
        'Mo-Fr 08:00-17:00': 45,
        'Mo-Fr 07:30-11:30,14:00-17:00': 20,
        'Mo-Sa 08:00-16:30': 15,
        '24/7': 10,
        'Mo-Su 06:00-20:00': 10,
    },
};

/* Who is asked for, and the share of the services of NEED that should admit them. */
export const PEOPLE = [
    {
        selectivity: 0.3,
        person: {
            gender: 'female',
            age: 25,
            form: 'labour.fishing',
            language: 'en',
            nationality: 'KH',
        },
    },
    {
        selectivity: 0.05,
        person: {
            gender: 'male',
            age: 15,
            form: 'marriage',
            language: 'en',
            nationality: 'CN',
        },
    },
    {
        selectivity: 0.005,
        person: {
            gender: 'male',
            age: 15,
            form: 'marriage',
            language: 'id',
            nationality: 'CN',
        },
    },
];

const usual = Object.fromEntries(
    Object.entries(USUAL).map(([name, shares]) => [
        name,
        Object.entries(shares).flatMap(([value, share]) => Array(share).fill(value)),
    ]),
);

const pad = (number) => String(number).padStart(6, '0');
const within = (random, [low, high]) => low + random.next() * (high - low);

/* A random place in one of the countries. */
export function makePoint(random, country = random.pick(COUNTRIES)) {
    return {
        lat: Number(within(random, country.lat).toFixed(5)),
        lon: Number(within(random, country.lon).toFixed(5)),
    };
}

function needsOf(random) {
    const others = random.some(OTHER_NEEDS, 1, 2);
    return (random.chance(0.5) ? [NEED, ...others] : others).join(';');
}

function describe(random, number) {
    const rooms = random.int(1, 9);
    return (
        `Synthetic description of service ${number}, for measuring only: ${rooms} rooms ` +
        'and a waiting area on the ground floor, people are received by appointment and ' +
        'in urgent need without one, and a first conversation is never charged.'
    );
}

function admission(random, country) {
    const [low, high] = random.pick(usual.ages).split('-');
    const languages = new Set([country.language]);
    if (random.pick(usual.english) === 'yes') languages.add('en');
    if (random.chance(0.2)) languages.add(random.pick(COUNTRIES).language);
    const row = {
        genders: random.pick(usual.genders),
        age_min: low,
        age_max: high,
        forms: random.pick(usual.forms),
        languages: [...languages].join(';'),
        interpreters: random.pick(usual.interpreters),
        nationalities: random.pick(usual.nationalities),
        stages: random.pick(usual.stages),
    };
    if (random.chance(SILENT)) {
        const silent = random.pick(['genders', 'forms', 'languages', 'nationalities']);
        row[silent] = '';
        if (silent === 'languages') row.interpreters = '';
    }
    return row;
}

function helpline(row, country) {
    return {
        ...row,
        needs: 'information.hotline',
        kind: 'hotline',
        covers: country.code,
        remote: 'phone',
        hours: '24/7',
    };
}

/* Row `index` of a directory of `count`; draws from `random`. */
export function makeRow(random, index, count) {
    const number = pad(index);
    const helpers = HELPLINES * COUNTRIES.length;
    const country = index < helpers ? COUNTRIES[index % COUNTRIES.length] : random.pick(COUNTRIES);
    const { lat, lon } = makePoint(random, country);
    const row = {
        id: `synthetic-${number}`,
        organization: `Synthetic organization ${random.int(1, Math.ceil(count / 20))}`,
        service: `Synthetic service ${number}`,
        description: describe(random, number),
        needs: needsOf(random),
        kind: random.pick(usual.kind),
        sector: random.pick(usual.sector),
        lat: lat.toFixed(5),
        lon: lon.toFixed(5),
        address: `${number} Synthetic Road`,
        district: `Synthetic district ${random.int(1, 200)}`,
        country: country.code,
        covers: '',
        remote: '',
        visibility: 'exact',
        ...admission(random, country),
        status: 'open',
        fee: random.pick(usual.fee),
        hours: random.pick(usual.hours),
        time_zone: ZONES[country.code],
        phones: `+${country.dial} 00 ${number.slice(0, 3)} ${number.slice(3)}`,
        url: `https://service-${number}.example.org/`,
        verified_on: `2026-0${random.int(1, 9)}-1${random.int(0, 9)}`,
    };
    return index < helpers ? helpline(row, country) : row;
}

/* ---- who is admitted: server/search/README.md, as far as the columns above go -------- */

const listed = (list, code) => list.split(';').some((c) => c.split(':')[0] === code);

function choice(list, ...codes) {
    if (list === '') return 'unknown';
    if (list.startsWith('!')) return codes.every((c) => !listed(list, `!${c}`)) ? 'yes' : 'no';
    return list === 'any' || codes.some((c) => listed(list, c)) ? 'yes' : 'no';
}

function language(row, code) {
    if (row.languages === '') return 'unknown';
    return listed(row.languages, code) || row.interpreters === 'any' ? 'yes' : 'no';
}

/* 'yes', 'unknown' or 'no' for a service that has the need. */
export function admits(row, person) {
    const old = row.age_max === '' || person.age <= Number(row.age_max);
    const levels = [
        choice(row.genders, person.gender),
        old && person.age >= Number(row.age_min) ? 'yes' : 'no',
        choice(row.forms, person.form, person.form.split('.')[0]),
        language(row, person.language),
        choice(row.nationalities, person.nationality),
    ];
    return ['no', 'unknown'].find((level) => levels.includes(level)) ?? 'yes';
}

/* ---- writing -------------------------------------------------------------------------- */

const cell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/* Writes `count` rows to `path`; `each` is shown every row. Returns how many of the
 * services of NEED admit each of PEOPLE, as shares. */
export function writeServices(path, count, { seed = 1, each = () => {} } = {}) {
    const random = makeRandom(seed);
    const admitted = PEOPLE.map(() => 0);
    const fd = openSync(path, 'w');
    let asked = 0;
    let text = '';
    for (let index = 0; index < count; index++) {
        const row = makeRow(random, index, count);
        if (index === 0) text += Object.keys(row).join(',') + '\n';
        text += Object.values(row).map(cell).join(',') + '\n';
        if (text.length > CHUNK) {
            writeSync(fd, text);
            text = '';
        }
        if (row.needs.includes(NEED)) {
            asked += 1;
            PEOPLE.forEach(({ person }, i) => {
                if (admits(row, person) === 'yes') admitted[i] += 1;
            });
        }
        each(row);
    }
    writeSync(fd, text);
    closeSync(fd);
    return admitted.map((n) => n / Math.max(asked, 1));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
    const [count, path, seed] = process.argv.slice(2);
    if (!(Number(count) > 0) || path === undefined) {
        console.error('usage: node tests/bench/gen.mjs COUNT FILE.csv [SEED]');
        process.exit(2);
    }
    const shares = writeServices(path, Number(count), { seed: Number(seed ?? 1) });
    PEOPLE.forEach(({ selectivity }, i) =>
        console.log(`selectivity ${shares[i].toFixed(4)} (wanted about ${selectivity})`),
    );
}
