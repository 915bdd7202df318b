/* SPDX-License-Identifier: Apache-2.0
 *
 * What make/catalogues.mjs hands over.
 */
declare module 'virtual:catalogue/*' {
  const catalogue: import('./index').Catalogue;
  export default catalogue;
}

/* Of needs that lie in two others: the second (data/vocabulary/need.csv). */
declare module 'virtual:second-parents' {
  export const secondParents: Record<string, string>;
}
