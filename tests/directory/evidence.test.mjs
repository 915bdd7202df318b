/* SPDX-License-Identifier: Apache-2.0
 *
 * Every row of the demo directory against the documents that it cites.
 *
 *   make directory DATA=/path/to/data        (the documents are in $(DATA)/../seeds)
 *
 * The documents are not part of the project. Without them this is skipped, and says so.
 * A line counts as evidence when the organization, the service, the place or a need of
 * the row is named on it: printed.mjs has the spellings. The interview list of 003 is
 * read with its headings, so a line under the wrong district is wrong too.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';

import { parseCsv } from '../differential/evaluate.mjs';
import { root } from '../http/haven.mjs';
import { CELL_WORDS, KIND_WORDS, NEED_WORDS, PLAIN, PRINTED } from './printed.mjs';

const TITLES = {
    '000':
        'IOM, Psychosocial and Mental Health Service Provision for Survivors of ' +
        'Trafficking, 2009',
    '002':
        '(Re)Integration National Practitioner Forums, UNIAP, World Vision and NEXUS ' +
        'Institute, 2012',
    '003':
        'Winrock International, Assessment of Shelter versus Community Services, ' +
        'Cambodia, 2012',
};
const DATES = { '000': '2009', '002': '2012', '003': '2012-10-12' };

/* Lines that give a name alone: thanks, abbreviations, who was interviewed, and what is
 * said of all of them together. From APPENDIX on, 003 lists them by place. */
const LISTS = {
    '000': [[156, 206]],
    '003': [[72, 89], [256, 264], [455, 455], [930, 1079]],
};
const APPENDIX = 930;
const PROVINCES = /^(PHNOM PENH AND|BATTAMBANG|BANTEAY MEANCHEY|SIEM REAP)\b/;

/* Document 002 is broken at the margin: a name may end on the next line. */
const BROKEN = new Set(['002']);

/* Cells that no document gives, but for these rows. */
const ONLY_IN = {
    address: ['th-iom-bangkok'],
    phones: ['th-iom-bangkok'],
    email: ['th-iom-bangkok'],
    url: ['th-iom-bangkok'],
    capacity: ['cn-guangxi-border-aid-centre'],
    fee: ['id-jakarta-crisis-unit', 'id-jakarta-inpatient-unit'],
    hours: [],
    time_zone: [],
    languages: [],
    interpreters: [],
    available: [],
    available_for: [],
    available_at: [],
    contact: [],
    verified_on: [],
    village: [],
};

/* Cells that answer for a person: a name in a list gives none of them. */
const STATED = 'needs age_min age_max ages_case forms rules residents_only'.split(' ');

/* How a row without needs says so. */
const NOTHING_STATED = /not itemised|not given|not a walk-in|known only/i;

/* Provinces that no document names, because it names a town in them. */
const IMPLIED = new Set(['East Java', 'South Sulawesi']);

const split = (cell) => cell.split(';').filter(Boolean);

/* ---- words ---------------------------------------------------------------------- */

const fold = (text) =>
    text
        .normalize('NFKD')
        .replace(/\p{M}/gu, '')
        .replace(/[’‘]/g, "'")
        .toLowerCase();
const squeeze = (text) => fold(text).replace(/[^a-z0-9]/g, '');

/* An acronym is looked for as a word, a name without its spaces and punctuation. */
function says(text, name) {
    return /^\w*[A-Z]\w*[A-Z]\w*$/.test(name)
        ? new RegExp(`(?<![A-Za-z])${name}(?![a-z])`).test(text)
        : squeeze(text).includes(squeeze(name));
}

const forms = (name) => [name, ...(PRINTED[name] ?? [])];
const saysAny = (text, list) => list.some((name) => says(text, name));

/* The words of a service that few lines have. */
const telling = (text) =>
    fold(text)
        .split(/[^a-z0-9-]+/)
        .filter((word) => word.length > 3 && !PLAIN.has(word));

/* A plain service ("Shelter") is no name. */
function names(row) {
    const organization = row.organization === 'unnamed' ? [] : forms(row.organization);
    const acronyms = row.organization_acronym.split(/,\s*/).filter(Boolean);
    const service = forms(row.service).slice(telling(row.service).length ? 0 : 1);
    return [...organization, ...acronyms, ...service];
}

const places = (row) => [row.commune, row.district, row.province].filter(Boolean);

/* ---- documents ------------------------------------------------------------------ */

function load(folder) {
    const documents = {};
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
        const id = name.slice(0, 3);
        if (name.endsWith('.txt') && TITLES[id]) {
            documents[id] = readFileSync(join(folder, name), 'utf8').split('\n');
        }
    }
    const all = Object.keys(TITLES).every((id) => documents[id]);
    return all ? documents : null;
}

/* The lines of a row: { item, doc, line, text, near }. */
function cited(row, documents, faults) {
    const found = [];
    for (const item of split(row.evidence)) {
        const [, doc, number] = /^(\d{3}):(\d+)$/.exec(item) ?? [];
        const lines = documents[doc];
        const text = lines?.[number - 1];
        if (text === undefined) {
            faults.push(`${item} is no line of a document`);
        } else if (!text.trim()) {
            faults.push(`${item} is blank`);
        } else if (found.some((at) => at.item === item)) {
            faults.push(`${item} stands twice`);
        } else {
            const line = Number(number);
            const near = BROKEN.has(doc)
                ? lines.slice(Math.max(0, line - 2), line + 1).join(' ')
                : text;
            found.push({ item, doc, line, text, near });
        }
    }
    return found;
}

const inList = ({ doc, line }) =>
    (LISTS[doc] ?? []).some(([from, to]) => line >= from && line <= to);
const inAppendix = ({ doc, line }) => doc === '003' && line >= APPENDIX;

/* The province, district and commune headings that stand above a line of the list. */
function headings(lines, line) {
    const above = { province: '', district: '', commune: '' };
    for (let n = APPENDIX; n < line; n++) {
        const text = lines[n - 1].trim();
        if (PROVINCES.test(text)) {
            Object.assign(above, { province: text, district: '', commune: '' });
        } else if (/ District$/.test(text)) {
            Object.assign(above, { district: text, commune: '' });
        } else if (/ Commune$/.test(text)) {
            above.commune = text;
        } else if (/^Civil Society Organizations$/i.test(text)) {
            Object.assign(above, { district: '', commune: '' });
        } else if (/^Focus Group/.test(text)) {
            Object.assign(above, { province: '', district: '', commune: '' });
        }
    }
    return Object.values(above).join(' ').trim();
}

/* ---- faults --------------------------------------------------------------------- */

/* A line of the appendix: the name itself, under the place of the row. */
function appendixFaults(row, at, documents) {
    if (!saysAny(at.text, names(row))) {
        return [`${at.item} does not name it`];
    }
    const heading = headings(documents[at.doc], at.line);
    const [finest] = places(row);
    const column = at.text.split('\t')[1]?.trim();
    if (!finest) {
        return !heading || /^PHNOM PENH/.test(heading)
            ? []
            : [`${at.item} stands under "${heading}", the row under no place`];
    }
    const nowhere = !heading && !column;
    const tooDeep = !row.district && / District/.test(heading);
    return (saysAny(`${at.text} ${heading}`, forms(finest)) || nowhere) && !tooDeep
        ? []
        : [`${at.item} stands under "${heading || column}", not ${finest}`];
}

/* A line of prose: something of the row is told on it. */
function proseFaults(row, at) {
    const own = [...names(row), ...places(row).flatMap(forms)];
    const text = fold(at.text);
    const cells = Object.keys(CELL_WORDS).filter((cell) => row[cell]);
    const told =
        saysAny(at.text, own) ||
        telling(row.service).some((word) => text.includes(word)) ||
        split(row.needs).some((need) => NEED_WORDS[need]?.test(text)) ||
        cells.some((cell) => CELL_WORDS[cell].test(text)) ||
        KIND_WORDS[row.kind]?.test(text);
    return told ? [] : [`${at.item} tells nothing of it`];
}

/* Somewhere in its lines the row, each of its places and each of its needs. */
function rowFaults(row, lines, documents) {
    const faults = [];
    const unnamed = row.organization === 'unnamed';
    const wanted = [...names(row), ...(unnamed ? telling(row.service) : [])];
    if (!lines.some((at) => saysAny(at.near, wanted))) {
        faults.push(`no line names ${row.organization}`);
    }
    for (const place of places(row).filter((place) => !IMPLIED.has(place))) {
        const here = (at) =>
            at.near + (inAppendix(at) ? headings(documents['003'], at.line) : '');
        if (!lines.some((at) => saysAny(here(at), forms(place)))) {
            faults.push(`no line names ${place}`);
        }
    }
    for (const need of split(row.needs)) {
        const pattern = NEED_WORDS[need];
        if (!pattern) {
            faults.push(`printed.mjs has no words for ${need}`);
        } else if (!lines.some((at) => pattern.test(fold(at.near)))) {
            faults.push(`no line speaks of ${need}`);
        }
    }
    return faults;
}

function sourceFaults(row, lines) {
    const faults = [];
    const docs = [...new Set(lines.map((at) => at.doc))].sort();
    if (row.source !== docs.map((doc) => TITLES[doc]).join('; ')) {
        faults.push(`source is not the title of ${docs.join(' and ')}`);
    }
    if (row.source_date !== docs.map((doc) => DATES[doc]).sort().at(-1)) {
        faults.push(`source_date ${row.source_date} is not that of the newest document`);
    }
    for (const { source } of JSON.parse(row.claims || '[]')) {
        if (!split(row.evidence).includes(source)) {
            faults.push(`claims: ${source} is not in evidence`);
        }
    }
    return faults;
}

function cellFaults(row, lines) {
    const faults = [];
    if (!['historical', 'planned'].includes(row.status)) {
        faults.push(`status ${row.status}: historical or planned`);
    }
    for (const [cell, allowed] of Object.entries(ONLY_IN)) {
        if (row[cell] && !allowed.includes(row.id)) {
            faults.push(`${cell}: no document gives it`);
        }
    }
    const stated = STATED.filter((cell) => row[cell]);
    if (lines.every(inList) && stated.length) {
        faults.push(`known from a list only, but states ${stated.join(', ')}`);
    }
    if (!row.needs && !NOTHING_STATED.test(row.description)) {
        faults.push('states no service, and does not say so');
    }
    return faults;
}

function faultsOf(row, documents) {
    const faults = [];
    const lines = cited(row, documents, faults);
    if (!lines.length) {
        return [...faults, 'no evidence'];
    }
    for (const at of lines) {
        const check = inAppendix(at) ? appendixFaults : proseFaults;
        faults.push(...check(row, at, documents));
    }
    return [
        ...faults,
        ...rowFaults(row, lines, documents),
        ...sourceFaults(row, lines),
        ...cellFaults(row, lines),
    ];
}

/* ---- tests ---------------------------------------------------------------------- */

const rows = parseCsv(readFileSync(join(root, 'data/mekong/services.csv'), 'utf8'));
const folder = process.env.DATA ? resolve(process.env.DATA, '../seeds') : '';
const documents = load(folder);
const skip =
    !documents &&
    (folder
        ? `documents ${Object.keys(TITLES).join(', ')} are not in ${folder}`
        : 'DATA is empty: make directory DATA=/path/to/data');

/* `row` with each of its lines moved alone, or with all of them moved. */
const shift = (item, by) => `${item.slice(0, 4)}${Number(item.slice(4)) + by}`;

function oneMoved(row, by) {
    const items = split(row.evidence);
    return items.map((moved) => ({
        ...row,
        claims: '',
        evidence: items.map((i) => (i === moved ? shift(i, by) : i)).join(';'),
    }));
}

const allMoved = (row, by) => [
    {
        ...row,
        claims: '',
        evidence: split(row.evidence)
            .map((item) => shift(item, by))
            .join(';'),
    },
];

/* The share of wrong rows that the check sees. What it cannot see are neighbours that
 * tell of the same service. */
function shareSeen(move, by) {
    const wrong = rows.flatMap((row) => move(row, by));
    const seen = wrong.filter((row) => faultsOf(row, documents).length);
    return seen.length / wrong.length;
}

describe('the demo directory against its documents', { skip }, () => {
    for (const row of rows) {
        test(row.id, () => assert.deepEqual(faultsOf(row, documents), []));
    }

    for (const by of [-7, -3, -2, -1, 1, 2, 3, 7]) {
        test(`a row whose lines are all off by ${by} is seen`, () => {
            const share = shareSeen(allMoved, by);
            const least = Math.abs(by) > 2 ? 1 : 0.94;
            assert.ok(share >= least, `only ${share} of the rows`);
        });
        test(`one line off by ${by} is seen`, () => {
            const share = shareSeen(oneMoved, by);
            assert.ok(share >= 0.85, `only ${share} of the lines`);
        });
    }

    test('what no document gives is seen', () => {
        const [row] = rows;
        for (const [cell, value] of [
            ['phones', '+855 23 000 000'],
            ['hours', '24/7'],
            ['languages', 'km'],
            ['capacity', '12'],
            ['status', 'open'],
            ['needs', 'legal.compensation'],
            ['province', 'Pailin'],
            ['source', 'somewhere else'],
            ['evidence', ''],
        ]) {
            const wrong = { ...row, [cell]: value };
            assert.notDeepEqual(faultsOf(wrong, documents), [], cell);
        }
    });
});
