/* SPDX-License-Identifier: Apache-2.0
 *
 * What make/catalogues.mjs hands over.
 */
declare module 'virtual:catalogue/*' {
  const catalogue: import('./index').Catalogue;
  export default catalogue;
}
