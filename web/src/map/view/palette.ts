/* SPDX-License-Identifier: Apache-2.0
 *
 * The colours of the map, for a light page and a dark one: a calm ground on which the signs
 * of services stand out.
 */
export interface Palette {
  sea: string;
  land: string;
  water: string;
  river: string;
  road: string;
  country: string; /* borders */
  province: string;
  name: string;
  second: string; /* the name in the other language */
  halo: string;
  dot: string; /* other services */
  dotInk: string;
}

export const LIGHT: Palette = {
  sea: '#cfe0e8',
  land: '#f6f4ec',
  water: '#bcd6e2',
  river: '#9fc3d4',
  road: '#d8cdb4',
  country: '#7a6a82',
  province: '#c4b9c6',
  name: '#27323b',
  second: '#56646f',
  halo: 'rgba(255, 255, 255, 0.9)',
  dot: '#5c7a52',
  dotInk: '#ffffff',
};

export const DARK: Palette = {
  sea: '#0d1c26',
  land: '#22282b',
  water: '#14303f',
  river: '#2b5163',
  road: '#4a443a',
  country: '#b7a5c2',
  province: '#54505a',
  name: '#eef2f4',
  second: '#b7c3cc',
  halo: 'rgba(16, 20, 23, 0.9)',
  dot: '#a5c79a',
  dotInk: '#10181e',
};
