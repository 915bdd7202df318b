/* SPDX-License-Identifier: Apache-2.0
 *
 * What is in a parsed message: its arguments, and the words that it says.
 */
const TYPES = ['literal', 'argument', 'number', 'date', 'time', 'select', 'plural'];

export const LITERAL = 0;

const branches = (part) => Object.values(part.options ?? {}).map((o) => o.value);

/* The arguments with their types: "count plural". Of a choice, every branch is looked
 * into; select branches must be the same in every language. */
export function shape(parts, into = new Set()) {
  for (const part of parts) {
    const kind = TYPES[part.type];
    if (kind !== undefined && kind !== 'literal') {
      const named = kind === 'select' ? Object.keys(part.options).sort().join('|') : '';
      into.add([part.value, kind, named].filter(Boolean).join(' '));
    }
    branches(part).forEach((b) => shape(b, into));
  }
  return into;
}

/* The words of all branches, without arguments. */
export const said = (parts) =>
  parts
    .flatMap((p) => (p.type === LITERAL ? [p.value] : branches(p).map(said)))
    .join(' ');
