/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeping the public directory of a province on the device, and deleting it.
 */
import type { Chosen } from './draft';

export function OfflinePanel(_: { place: Chosen | null }) {
  return null;
}
