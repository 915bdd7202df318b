/* SPDX-License-Identifier: Apache-2.0
 *
 * How many names are as near to a misspelt one as the one that was meant: where there are
 * five, nobody can tell which belongs among the first five.
 */
import { bare, edits } from './names.mjs';

/* The name, and the name without each of its letters: two names that are one edit apart
 * have one of these in common. */
const shortened = (name) =>
    new Set([name, ...Array.from(name, (_, i) => name.slice(0, i) + name.slice(i + 1))]);

/* Names without generic words, each once, to be found with one edit. */
export class NearNames {
    constructor(names) {
        this.found = new Map();
        for (const name of new Set(names.map(bare)))
            for (const short of shortened(name))
                if (this.found.has(short)) this.found.get(short).push(name);
                else this.found.set(short, [name]);
    }

    /* How many names other than `own` are at most one edit from `text`. */
    count(text, own) {
        const asked = bare(text);
        const near = new Set();
        for (const short of shortened(asked))
            for (const name of this.found.get(short) ?? [])
                if (edits(asked, name) <= 1) near.add(name);
        for (const name of own) near.delete(bare(name));
        return near.size;
    }
}

/* "12 of 0, 7 of 1 to 4, 3 of 5 and more": misses by how many others are as near. */
export function countNear(names, misses) {
    const near = new NearNames(names);
    const counts = misses.map(({ text, own }) => near.count(text, own));
    const from = (low, high) => counts.filter((n) => n >= low && n <= high).length;
    return `${from(0, 0)} have no other name within one edit, ${from(1, 4)} have one to four, ` +
        `${from(5, Infinity)} have five and more`;
}
