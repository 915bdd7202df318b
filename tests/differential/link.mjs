/* SPDX-License-Identifier: Apache-2.0
 *
 * Which places of several sources are one, by "Places of several sources" in
 * server/search/README.md and by data/names/word.h: every pair compared, no index. Shares
 * nothing with the engine but the list of words.
 *
 *   link(places)   // each { source, kind, level, country, name, names, aliases, point, parent }
 *
 * returns the places that are left, in their order; a place that became another has `became`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from '../http/haven.mjs';
import { chord, fold } from './atlas.mjs';

/* ---- generic words ---------------------------------------------------------------- */

const WORDS = readFileSync(join(root, 'data/vocabulary/place_word.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
        const [word, , stands] = line.split(',');
        return { word, stands, spaced: /\p{Script=Latin}/u.test(word) };
    });

const plain = (text) =>
    text
        .normalize('NFKC')
        .toLowerCase()
        .replaceAll('đ', 'd')
        .normalize('NFD')
        .replace(/(\p{Script=Latin})\p{M}+/gu, '$1')
        .normalize('NFC');

const tokensOf = (text) => text.split(/[^\p{L}\p{N}\p{M}]+/u).filter(Boolean);
const isAscii = (text) => /^[\0-\x7f]*$/.test(text);

/* Letters of the name that are left; of Chinese two are wanted. */
function isName(text) {
    const letters = [...text].filter((c) => /[\p{L}\p{M}]/u.test(c));
    const chinese = letters.every((c) => /\p{Script=Han}/u.test(c));
    return letters.length > (chinese ? 1 : 0);
}

/* What is left of `text` without a Latin word at that end, or null. */
function withoutTokens(text, { word, stands }, whole) {
    const tokens = tokensOf(text);
    const wanted = tokensOf(word);
    const at = stands === 'before' ? 0 : tokens.length - wanted.length;
    if (at < 0 || tokens.length <= wanted.length) return null;
    const found = tokens.slice(at, at + wanted.length);
    if (plain(found.join(' ')) !== plain(wanted.join(' '))) return null;
    const marked = !isAscii(word) && !isAscii(whole);
    if (marked && found.join(' ').toLowerCase() !== wanted.join(' ')) return null;
    tokens.splice(at, wanted.length);
    return tokens.join(' ');
}

function withoutLetters(text, { word, stands }) {
    if (word.endsWith('.')) return text.startsWith(word) ? text.slice(word.length) : null;
    if (stands === 'after') return text.endsWith(word) ? text.slice(0, -word.length) : null;
    const rest = text.startsWith(word) ? text.slice(word.length) : '';
    return rest && !/^\p{M}/u.test(rest) ? rest : null;
}

/* Without the longest word that stands at that end, or null. */
function without(text, stands, whole) {
    const found = WORDS.filter((w) => w.stands === stands)
        .map((w) => ({
            length: plain(w.word).length,
            rest: w.spaced
                ? withoutTokens(text, w, whole)
                : withoutLetters(text.trim(), w),
        }))
        .filter(({ rest }) => rest !== null)
        .sort((a, b) => b.length - a.length);
    const rest = found[0]?.rest;
    return rest !== undefined && isName(rest) ? rest : null;
}

const CORES_MAX = 4;

function readCore(name) {
    let text = name;
    let stands = 'before';
    for (let i = 1; i < CORES_MAX; i++) {
        const other = stands === 'before' ? 'after' : 'before';
        const mine = without(text, stands, name);
        const rest = mine ?? without(text, other, name);
        if (rest === null) break;
        text = rest;
        stands = mine === null ? stands : other;
    }
    return text;
}

const cores = new Map();

/* The name without all its generic words, from before and after in turn. */
function core(name) {
    if (!cores.has(name)) cores.set(name, readCore(name));
    return cores.get(name);
}

/* ---- what fits -------------------------------------------------------------------- */

const STEPS = ['country', 'province', 'district', 'commune', 'settlement', 'crossing'];
const stepOf = ({ kind }) => (['village', 'town'].includes(kind) ? 'settlement' : kind);

const DRAWN_KM = [0, 400, 60, 25, 5, 5];
const WITHIN_KM = [0, 150, 60, 20, 5, 5];

const nationalNames = (p) => [p.name];
const localNames = (p) => Object.values(p.names);
const mainNames = (p) => [p.name, ...localNames(p)];
const allNames = (p) => [...mainNames(p), ...p.aliases];

const ROUNDS = [
    { names: nationalNames, form: (name) => name },
    { names: localNames, form: (name) => name },
    { names: localNames, form: core },
    { names: mainNames, form: (name) => name },
    { names: mainNames, form: core },
    { names: allNames, form: (name) => name },
    { names: allNames, form: core },
];
const PASSES = 4;

const final = (p) => {
    while (p?.became) p = p.became;
    return p;
};
const above = (p) => final(p.parent);

function chain(place) {
    const all = [];
    for (let p = place; p; p = above(p)) all.push(p);
    return all;
}

const pointed = (p) => chain(p).find((q) => q.point && q.level > 0);

function parentsAgree(x, y, anywhere) {
    const [p, q] = [above(x), above(y)];
    const open = (place) => !place || place.level === 0;
    if (open(p) || open(q)) {
        return x.level <= 1 || Boolean(anywhere && pointed(x) && pointed(y));
    }
    return chain(p).includes(q) || chain(q).includes(p);
}

function pointsAgree(x, y) {
    const [p, q] = [pointed(x), pointed(y)];
    if (!p || !q) return true;
    const allowed = (place, at) =>
        (place === at ? DRAWN_KM[at.level] : WITHIN_KM[at.level]) * 1000;
    return chord(p.point, q.point) <= Math.max(allowed(x, p), allowed(y, q));
}

/* ---- sources in turn ---------------------------------------------------------------- */

const share = (a, b) => a.some((key) => b.has(key));

function become(x, y) {
    const parent = above(x);
    const level = (p) => p?.level ?? -1;
    x.became = y;
    y.sources.push(x.source);
    y.point ??= x.point;
    if (parent && level(parent) < y.level && level(parent) > level(above(y))) {
        y.parent = parent;
    }
    y.told.push(x);
}

/* True when something became one. */
function pass(mine, others, { names, form, anywhere }, hasChildren) {
    const keysOf = (p) => names(p).map((n) => fold(form(n)));
    const left = mine.filter((x) => !x.became);
    const free = others.filter((y) => !y.sources.includes(left[0]?.source));
    const keys = new Map(
        free.map((y) => [y, new Set(y.told.flatMap(keysOf).filter(Boolean))]),
    );
    const isOne = (x, y) =>
        (x.level === 0 || share(keysOf(x), keys.get(y))) &&
        (x.level === y.level || !(hasChildren.has(x) || hasChildren.has(y))) &&
        parentsAgree(x, y, anywhere) &&
        pointsAgree(x, y);
    const fits = left.map((x) => free.filter((y) => isOne(x, y)));
    const alone = left
        .map((x, i) => [x, fits[i]])
        .filter(([, found]) => found.length === 1)
        .filter(([, [y]]) => fits.filter((found) => found.includes(y)).length === 1);
    alone.forEach(([x, [y]]) => become(x, y));
    return alone.length > 0;
}

/* The names of all, the first source's first; nothing twice. */
function joinNames(place) {
    for (const other of place.told.slice(1)) {
        const known = () => allNames(place);
        const spell = (text) => known().includes(text) || place.aliases.push(text);
        spell(other.name);
        for (const [language, text] of Object.entries(other.names)) {
            if (place.names[language] === undefined) place.names[language] = text;
            else spell(text);
        }
        other.aliases.forEach(spell);
    }
}

export function link(places) {
    const sources = [...new Set(places.map((p) => p.source))];
    const hasChildren = new Set(places.map((p) => p.parent));
    places.forEach((p) => Object.assign(p, { sources: [p.source], told: [p] }));
    for (const step of STEPS) {
        for (const country of new Set(places.map((p) => p.country))) {
            const here = places.filter((p) => p.country === country && stepOf(p) === step);
            sources.forEach((source, i) => {
                const mine = here.filter((p) => p.source === source);
                const others = here.filter(
                    (p) => !p.became && sources.indexOf(p.source) < i,
                );
                const near = ROUNDS.map((round) => ({ ...round, anywhere: false }));
                const far = ROUNDS.map((round) => ({ ...round, anywhere: true }));
                for (const round of [...near, ...far]) {
                    for (let n = 0; n < PASSES; n++) {
                        if (!pass(mine, others, round, hasChildren)) break;
                    }
                }
            });
        }
    }
    const left = places.filter((p) => !p.became);
    left.forEach((p) => {
        p.parent =
            above(p) ??
            (p.level > 0
                ? (left.find((c) => c.level === 0 && c.country === p.country) ?? null)
                : null);
        joinNames(p);
    });
    return left;
}
