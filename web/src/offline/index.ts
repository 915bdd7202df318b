/* SPDX-License-Identifier: Apache-2.0
 *
 * For pages: <Keep> is the control; kept() and readServices() tell what there is, and
 * nearestKept() answers from it when the line is gone (ApiError with failure 'offline').
 */
export { Keep } from './Keep';
export { canKeep, forget, keep, kept } from './keep';
export { keptUntil, readServices, type About, type KeptService } from './kept';
export { nearestKept } from './search';
export type { Box, View } from './tiles';
