/* SPDX-License-Identifier: Apache-2.0
 *
 * Our own pictograms, drawn on 24 by 24: plain enough for a list, and for 64 pixels on a
 * printed card that has to be understood without reading. They take the colour of the text.
 */
const DRAWN = {
  health: 'M10 4h4v6h6v4h-6v6h-4v-6H4v-4h6z',
  exit: 'M5 5l14 14M19 5L5 19',
} as const;

export type IconName = keyof typeof DRAWN;

export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
    >
      <path d={DRAWN[name]} />
    </svg>
  );
}
