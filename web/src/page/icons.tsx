/* SPDX-License-Identifier: Apache-2.0
 *
 * Our own pictograms, drawn on 24 by 24: plain enough for a list, and for 64 pixels on a
 * printed card that has to be understood without reading. They take the colour of the text.
 */
/* The needs of data/vocabulary/need.csv that have no parent, by their codes. */
const NEEDS = {
  housing: 'M3 11l9-8 9 8M5 9.5V21h14V9.5M10 21v-6h4v6',
  health: 'M9 3h6v6h6v6h-6v6H9v-6H3V9h6z',
  psychosocial: 'M3 3h12v8H9l-3 3v-3H3zM18 8h3v9h-2v3.5L15.5 17H9v-2.5',
  education: 'M12 6c-2-1.5-5-2-9-2v14c4 0 7 .5 9 2 2-1.5 5-2 9-2V4c-4 0-7 .5-9 2zM12 6v14',
  livelihood: 'M9 3l11 6-2.5 4.5L6.5 7.5zM12.5 11L6 22',
  documents:
    'M2 5h20v14H2zM8 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4M4.8 16a3.2 2.6 0 0 1 6.4 0M14.5 9.5H19M14.5 14H19',
  legal: 'M12 3v18M7 21h10M5 6h14M5 6l-3 7a3 2.5 0 0 0 6 0zM19 6l-3 7a3 2.5 0 0 0 6 0z',
  safety: 'M12 2.5l8 3V12c0 5-3.5 8-8 9.5C7.5 20 4 17 4 12V5.5zM8.5 12l2.5 2.5 4.5-5',
  family:
    'M6.5 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M17.5 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M12 15a2 2 0 1 0 0-4 2 2 0 0 0 0 4M2 20v-4.5a4.5 4.5 0 0 1 6-4.2M22 20v-4.5a4.5 4.5 0 0 0-6-4.2M8.5 21.5v-.5a3.5 3 0 0 1 7 0v.5',
  case_management:
    'M5 4h14v18H5zM9 4V2h6v2M8 10l1.2 1.2L11.5 9M14 10.5h2M8 16l1.2 1.2 2.3-2.2M14 16.5h2',
  return: 'M9.5 12l6.25-6L22 12M11.5 11v9H20v-9M2 16h6.5M5.5 13l3 3-3 3',
  material:
    'M2.5 12h19c0 4-2 6.5-5 8h-9c-3-1.5-5-4-5-8zM8.5 9c-1.5-2 1.5-3 0-5.5M12.5 9c-1.5-2 1.5-3 0-5.5M16.5 9c-1.5-2 1.5-3 0-5.5',
  information: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 11v6M12 7v.01',
  complaint: 'M3 4h18v13h-9l-5 4v-4H3zM12 7.5v3.5M12 13.7v.01',
} as const;

const DRAWN = {
  ...NEEDS,
  phone:
    'M5 3h4l2 5-2.5 2a12 12 0 0 0 5.5 5.5l2-2.5 5 2v4a2 2 0 0 1-2 2C11 21 3 13 3 5a2 2 0 0 1 2-2z',
  place:
    'M12 22c5-6 7-9 7-12a7 7 0 1 0-14 0c0 3 2 6 7 12zM12 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6',
  direction: 'M12 2.5l7.5 18.5L12 17l-7.5 4z',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5l3.5 2',
  person: 'M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 21v-1a8 6 0 0 1 16 0v1',
  exit: 'M10 4H4v16h6M9 12h12M17 8l4 4-4 4',
  print: 'M7 9V3h10v6M7 17H3V9h18v8h-4M7 14h10v7H7z',
  share:
    'M6 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M18 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M18 21a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M8.2 10.8l7.6-4M8.2 13.2l7.6 4',
  offline: 'M6 2h12v20H6zM12 5.5V13M9 10l3 3 3-3M10.5 18h3',
  delete: 'M4 6h16M9 6V3h6v3M6 6l1 15h10l1-15M10 10v7M14 10v7',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M15.5 15.5L21 21',
  yes: 'M4 12.5l5.5 5.5L20 6',
  no: 'M5 5l14 14M19 5L5 19',
  ask: 'M8 8.5a4 4 0 1 1 6 3.5c-1.3.8-2 1.5-2 3M12 19v.01',
  warning: 'M12 3l10 18H2zM12 10v5M12 18v.01',
  close: 'M5 5l14 14M19 5L5 19',
  map: 'M9 4L3 6.5V20l6-2.5 6 2.5 6-2.5V4l-6 2.5zM9 4v13.5M15 6.5V20',
  locate: 'M12 2v4M12 18v4M2 12h4M18 12h4M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
} as const;

export type IconName = keyof typeof DRAWN;

/* The pictogram of a need: its own, or that of what it lies in ("health.clinic"). */
export function iconOfNeed(code: string): IconName {
  const [top = ''] = code.split('.');
  return top in NEEDS ? (top as IconName) : 'information';
}

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
