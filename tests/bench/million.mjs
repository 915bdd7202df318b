/* SPDX-License-Identifier: Apache-2.0
 *
 * A million distinct names, made from real ones: first every name in Latin letters of the
 * gazetteers in DATA, then names of their parts. A made name takes the form of a real one:
 * its generic words stay, each other word is drawn from the words of its country, and a name
 * of one word gets each syllable from the syllables of its country. They are names that
 * nobody has, spelt as names there are.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseCsv } from '../differential/evaluate.mjs';
import { bare, fold, scriptOf } from './names.mjs';

const read = (data, path) => readFileSync(join(data, path), 'utf8');

/* Names of the national gazetteers: country, file, names in it. */
const SHEETS = [
    ['KH', 'pumi/kh_gazetteer_names.csv', (text) => parseCsv(text).map((r) => r.name_latin)],
    ['TH', 'thailand-kongvut/sub_districts.csv', (text) => parseCsv(text).map((r) => r.name_en)],
    ['TH', 'thailand-kongvut/districts.csv', (text) => parseCsv(text).map((r) => r.name_en)],
    ['VN', 'vietnam-thanglequoc/vn_units.json', (text) =>
        [...text.matchAll(/"NameEn":"([^"]*)"/g)].map((m) => m[1])],
    ['ID', 'indonesia-wilayah/districts.json', (text) => JSON.parse(text).map((r) => r.name)],
    ['ID', 'indonesia-wilayah/regencies.json', (text) => JSON.parse(text).map((r) => r.name)],
];

const capital = (word) => word[0].toUpperCase() + word.slice(1).toLowerCase();

/* In letters of English, each word with a capital; "" where that is not all of it. */
function plain(name) {
    const text = name
        .normalize('NFKD')
        .replace(/\p{M}/gu, '')
        .replace(/[đĐ]/g, 'd')
        .replace(/[\s\-'’.,()/]+/g, ' ')
        .trim();
    return /^[a-z ]+$/i.test(text) ? text.split(' ').map(capital).join(' ') : '';
}

/* Real names by country, each once; and the files that are missing. */
function realNames(places, data) {
    const all = places.flatMap((place) =>
        [place.name, ...place.spellings.map((s) => s.text)]
            .filter((text) => scriptOf(text) === 'Latin')
            .map((name) => ({ country: place.country, name })),
    );
    const missing = [];
    for (const [country, path, names] of SHEETS)
        if (existsSync(join(data, path)))
            for (const name of names(read(data, path))) all.push({ country, name });
        else missing.push(path);
    return { all: all.map(({ country, name }) => ({ country, name: plain(name) })), missing };
}

const syllables = (word) =>
    word.toLowerCase().match(/[^aeiouy]*[aeiouy]+(?:[^aeiouy]+(?![aeiouy]))?/g) ?? [word];

/* Words and syllables by country, as often as they are used. */
function partsOf(real) {
    const parts = {};
    for (const { country, name } of real) {
        const own = (parts[country] ??= { words: [], syllables: [] });
        for (const word of name.split(' ')) {
            own.words.push(word);
            own.syllables.push(...syllables(word));
        }
    }
    return parts;
}

function makeName(random, { name }, parts) {
    const words = name.split(' ');
    const generic = (word) => words.length > 1 && bare(`${word} x`) === 'x';
    if (words.length === 1)
        return capital(syllables(name).map(() => random.pick(parts.syllables)).join(''));
    return words.map((word) => (generic(word) ? word : random.pick(parts.words))).join(' ');
}

const SHORTEST = 3; /* letters */

function shuffled(random, list) {
    const out = [...list];
    for (let i = out.length - 1; i > 0; i--) {
        const at = random.int(0, i);
        [out[i], out[at]] = [out[at], out[i]];
    }
    return out;
}

/* `count` names as { country, name }, no two of which are the same. */
export function makeNames(places, data, random, count) {
    const { all, missing } = realNames(places, data);
    const real = all.filter(({ name }) => name.length >= SHORTEST);
    const parts = partsOf(real);
    const seen = new Set();
    const out = [];
    const add = (country, name) => {
        const folded = fold(name);
        if (out.length === count || folded.length < SHORTEST || seen.has(folded)) return;
        seen.add(folded);
        out.push({ country, name });
    };
    for (const { country, name } of shuffled(random, real)) add(country, name);
    const taken = out.length;
    while (out.length < count) {
        const form = random.pick(real);
        add(form.country, makeName(random, form, parts[form.country]));
    }
    return { names: out, folded: seen, real: taken, missing };
}

/* As places.csv: villages, each in a province of its country so far as there are any. */
export function writeNames(path, names, places, random) {
    const lines = ['id,kind,parent,country,name,lat,lon'];
    const provinces = {};
    const countries = new Set(names.map(({ country }) => country));
    for (const country of countries) {
        lines.push(`${country},country,,${country},Country ${country},,`);
        provinces[country] = [country];
    }
    for (const { id, kind, country, name, lat, lon } of places)
        if (kind === 'province' && countries.has(country)) {
            provinces[country].push(id);
            lines.push(`${id},province,${country},${country},"${name}",${lat},${lon}`);
        }
    names.forEach(({ country, name }, i) => {
        const at = `${random.int(10000, 20000) / 1000},${random.int(95000, 110000) / 1000}`;
        lines.push(`v${i},village,${random.pick(provinces[country])},${country},${name},${at}`);
    });
    writeFileSync(path, `${lines.join('\n')}\n`);
}
