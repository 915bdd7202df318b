/* SPDX-License-Identifier: Apache-2.0
 *
 * For pages: <Keep> is the control; kept() and readServices() tell what there is, and
 * the questions of ../api are answered from it when the line is gone.
 */
export { Keep } from './Keep';
export { canKeep, forget, keep, kept } from './keep';
export { keptUntil, readServices, type About, type KeptService } from './kept';
export type { Box, View } from './tiles';
