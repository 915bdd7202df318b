/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers counted by group, and the table of them. A name is asked alone, where a namesake
 * is a hit too (the word was understood; the district tells them apart), and with what the
 * place lies in, where only the place itself is. Names that some other place bears are asked
 * alone all the same and counted apart: there the other place is the right first answer.
 */
import { recall, ranks, results } from './asking.mjs';

const MOST = 5;
const HEAD = ['asked alone', 'at 1', 'at 5', "others' names", 'at 5', 'with district', 'at 1', 'at 5'];

export class Tally {
    constructor(labels) {
        this.labels = labels; /* what the parts of a group's key are called */
        this.groups = new Map();
    }

    group(key) {
        const text = key.join('\t');
        if (!this.groups.has(text)) this.groups.set(text, { alone: [], borne: [], within: [] });
        return this.groups.get(text);
    }

    /* Asks both ways. `borne`: another place has this very name; `above`: what the caller says
     * it lies in, or undefined. */
    async ask(kept, { key, text, wanted, borne, above }) {
        const group = this.group(key);
        const alone = ranks(wanted, await results(kept, text, MOST));
        group[borne ? 'borne' : 'alone'].push(alone.namesake);
        if (above === undefined) return alone;
        const within = ranks(wanted, await results(kept, `${text}, ${above}`, MOST));
        group.within.push(within.itself);
        return { ...alone, within: within.itself };
    }

    /* All ranks of the groups that `pick` takes, together. */
    sum(pick = () => true) {
        const all = { alone: [], borne: [], within: [] };
        for (const [text, group] of this.groups)
            if (pick(text.split('\t')))
                for (const name of Object.keys(all)) all[name].push(...group[name]);
        return all;
    }

    /* The table in Markdown: groups by the parts of the key that are named, then all. */
    table(...labels) {
        const at = labels.map((label) => this.labels.indexOf(label));
        const name = (key) => at.map((i) => key[i]).join('\t');
        const names = new Set([...this.groups.keys()].map((text) => name(text.split('\t'))));
        const rows = [...names]
            .sort()
            .map((text) => [...text.split('\t'), ...cells(this.sum((key) => name(key) === text))]);
        const all = labels.map((_, i) => (i === 0 ? 'all' : ''));
        return markdown([...labels, ...HEAD], [...rows, [...all, ...cells(this.sum())]]);
    }
}

const share = (value) => (value === undefined ? '' : value.toFixed(3));

function cells({ alone, borne, within }) {
    const at = (list, ...most) => [String(list.length), ...most.map((n) => share(recall(list, n)))];
    return [...at(alone, 1, MOST), ...at(borne, MOST), ...at(within, 1, MOST)];
}

export function markdown(head, rows) {
    const width = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i].length)));
    const line = (row) => `| ${row.map((text, i) => text.padEnd(width[i])).join(' | ')} |`;
    return [line(head), line(width.map((n) => '-'.repeat(n))), ...rows.map(line)].join('\n');
}
