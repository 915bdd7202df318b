/* SPDX-License-Identifier: Apache-2.0
 *
 * How near a romanised name comes to the Latin one that a gazetteer gives for it.
 */
import { spawnSync } from 'node:child_process';

const PROGRAM = process.env.ROMANISE ?? 'build/release/romanise';

/* Each name changed by tests/romanise/romanise.c. */
export function change(names, ...options) {
    const run = spawnSync(PROGRAM, options, {
        input: names.map((name) => `${name.replaceAll('\n', ' ')}\n`).join(''),
        encoding: 'utf8',
        maxBuffer: 1 << 28,
    });
    if (run.status !== 0)
        throw new Error(`${PROGRAM}: ${run.stderr || run.error}`);
    return run.stdout.split('\n').slice(0, -1);
}

/* Letters and digits only. */
export function flat(name) {
    return name.toLowerCase().replaceAll('đ', 'd').replaceAll('œ', 'oe')
        .normalize('NFD').replace(/[^a-z0-9]/g, '');
}

/* Spellings that stand for one sound in the region's gazetteers. */
const MERGED = [
    [/chh|ch/g, 'c'], [/ph/g, 'f'], [/kh/g, 'k'], [/th/g, 't'], [/nh|gn/g, 'n'],
    [/ou|oo/g, 'u'], [/w/g, 'v'], [/x/g, 's'], [/y/g, 'i'], [/ngk/g, 'nk'],
    [/(.)\1+/g, '$1'],
];

export function merged(name) {
    return MERGED.reduce((text, [from, to]) => text.replace(from, to), flat(name));
}

function table(a, b) {
    const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
    for (let i = 1; i <= a.length; i++) {
        rows.push([i]);
        for (let j = 1; j <= b.length; j++)
            rows[i].push(Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1,
                rows[i - 1][j - 1] + (a[i - 1] !== b[j - 1])));
    }
    return rows;
}

export function edits(a, b) {
    return table(a, b)[a.length][b.length];
}

/* The stretches where they differ, as "ours>theirs". */
export function differences(a, b) {
    const rows = table(a, b);
    const found = [];
    let ours = '', theirs = '';
    const close = () => {
        if (ours || theirs)
            found.push(`${ours || '-'}>${theirs || '-'}`);
        ours = theirs = '';
    };
    for (let i = a.length, j = b.length; i > 0 || j > 0;) {
        const here = rows[i][j];
        if (i && j && a[i - 1] === b[j - 1] && here === rows[i - 1][j - 1]) {
            close();
            i--, j--;
        } else if (i && j && here === rows[i - 1][j - 1] + 1) {
            ours = a[--i] + ours;
            theirs = b[--j] + theirs;
        } else if (i && here === rows[i - 1][j] + 1) {
            ours = a[--i] + ours;
        } else {
            theirs = b[--j] + theirs;
        }
    }
    close();
    return found;
}

function nearest(name, spellings) {
    return spellings.map((spelling) => [edits(merged(name), merged(spelling)), spelling])
        .sort((a, b) => a[0] - b[0])[0];
}

/* Of pairs { name, latin [spellings] }: the shares that agree letter for letter, after
   merging, and within one edit per five letters; and the commonest differences of those
   that do not agree after merging, with an example. */
export function agreement(pairs) {
    const sum = { names: pairs.length, exact: 0, merged: 0, near: 0 };
    const seen = new Map();
    change(pairs.map((pair) => pair.name)).forEach((ours, i) => {
        const { name, latin } = pairs[i];
        const [distance, theirs] = nearest(ours, latin);
        sum.exact += latin.some((spelling) => flat(spelling) === flat(ours));
        sum.merged += distance === 0;
        sum.near += distance * 5 <= Math.max(merged(ours).length, merged(theirs).length);
        for (const what of distance ? differences(flat(ours), flat(theirs)) : []) {
            const entry = seen.get(what) ?? { what, count: 0, name, ours, theirs };
            entry.count++;
            seen.set(what, entry);
        }
    });
    for (const key of ['exact', 'merged', 'near'])
        sum[key] /= pairs.length;
    sum.differences = [...seen.values()].sort((a, b) => b.count - a.count);
    return sum;
}
