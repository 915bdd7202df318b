/* SPDX-License-Identifier: Apache-2.0
 *
 * Names that the index does not hold: spellings held out in turn, and errors of typing.
 */
import { Kept, target } from './asking.mjs';
import { servePlaces } from './haven.mjs';
import { fold, longEnough, mistype, sameName, scriptOf } from './names.mjs';
import { Tally } from './tally.mjs';
import { inWork, small } from './tools.mjs';
import { FOLDS, heldOf, standing, writePlaces } from './wof.mjs';

const SAMPLE = small ? 150 : 1500; /* of each country and script */

/* So many of each group as `most` says, at random; `keyOf` tells the group. */
export function sample(random, items, keyOf, most) {
    const groups = new Map();
    for (const item of items) {
        const key = keyOf(item);
        if (!groups.has(key)) groups.set(key, []);
        groups.get(key).push(item);
    }
    return [...groups.values()].flatMap((group) => random.some(group, most, most));
}

/* What a caller says that a place lies in, or undefined. */
const aboveOf = ({ within }) => (within && within.kind !== 'country' ? within.name : undefined);

export const targetOf = (place, part) =>
    target(place, standing(place, part), (above) => standing(above, part));

/* All folded names that stand in the index. */
export const foldedNames = (places, part) =>
    new Set(places.flatMap((place) => standing(place, part).map(fold)));

/* ---- spellings held out ---------------------------------------------------------------------- */

/* How a name is related to those of its place that stand in the index. */
export function relation(text, names) {
    const alike = names.filter((name) => scriptOf(name) === scriptOf(text));
    if (alike.length === 0) return 'no name in it stands';
    return alike.some((name) => sameName(text, name)) ? 'a spelling stands' : 'another name';
}

/* The held-out spellings of a fold that do not stand, folded, among the place's others. */
function heldOut(places, part) {
    return places.flatMap((place) => {
        const stands = new Set(standing(place, part).map(fold));
        return heldOf(place, part)
            .filter(({ text }) => !stands.has(fold(text)))
            .map(({ text }) => ({ place, part, text, script: scriptOf(text) }));
    });
}

export async function spellings(places, random) {
    const parts = Array.from({ length: FOLDS }, (_, part) => part);
    const all = parts.flatMap((part) => heldOut(places, part));
    const asked = sample(random, all, ({ place, script }) => place.country + script, SAMPLE);
    const tally = new Tally(['country', 'script', 'in the index']);
    for (const part of parts) {
        const csv = inWork(`fold-${part}.csv`);
        writePlaces(csv, places, part);
        const server = await servePlaces(`fold-${part}`, csv);
        const kept = new Kept(server.port);
        const borne = foldedNames(places, part);
        for (const { place, text, script } of asked.filter((item) => item.part === part))
            await tally.ask(kept, {
                key: [place.country, script, relation(text, standing(place, part))],
                text,
                wanted: targetOf(place, part),
                borne: borne.has(fold(text)),
                above: aboveOf(place),
            });
        kept.end();
        await server.stop();
    }
    return { tally, candidates: all.length };
}

/* ---- errors of typing ------------------------------------------------------------------------ */

const NATIVE = { KH: 'Khmer', LA: 'Lao', MM: 'Burmese', TH: 'Thai' };

/* The national gazetteer's name in Latin letters, and one in the country's own script. */
function typedNames(place) {
    const own = place.spellings.find(({ text }) => scriptOf(text) === NATIVE[place.country]);
    return [place.name, own?.text]
        .filter((text) => text !== undefined && longEnough(text))
        .map((text) => ({ place, text, script: scriptOf(text) }));
}

const lettersOf = (items, script) => [
    ...items.filter((item) => item.script === script).map((item) => item.text).join(''),
].filter((letter) => /[\p{L}\p{M}]/u.test(letter));

export async function typing(places, random, port) {
    const items = places.flatMap(typedNames);
    const group = ({ place, script }) => place.country + script;
    const latin = sample(random, items.filter((i) => i.script === 'Latin'), group, SAMPLE);
    const own = sample(random, items.filter((i) => i.script !== 'Latin'), group, SAMPLE / 3);
    const pools = Object.fromEntries(
        [...new Set(items.map((item) => item.script))].map((s) => [s, lettersOf(items, s)]),
    );
    const borne = foldedNames(places);
    const tally = new Tally(['country', 'script', 'error']);
    const kept = new Kept(port);
    for (const { place, text: name, script } of [...latin, ...own]) {
        const wanted = targetOf(place);
        const { text, error } = mistype(random, name, pools[script]);
        if (wanted.names.has(fold(text))) continue; /* another of its spellings */
        await tally.ask(kept, {
            key: [place.country, script, error],
            text,
            wanted,
            borne: borne.has(fold(text)),
            above: aboveOf(place),
        });
    }
    kept.end();
    return tally;
}
