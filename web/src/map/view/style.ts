/* SPDX-License-Identifier: Apache-2.0
 *
 * How the tiles are drawn. Styles are made once a look and kept: this runs for each feature
 * of each frame.
 */
import type { FeatureLike } from 'ol/Feature';
import CircleStyle from 'ol/style/Circle';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import Text from 'ol/style/Text';

import { LOCAL } from '../names';
import type { Palette } from './palette';

export interface Look {
  palette: Palette;
  language: string;
  font: string; /* the families of the page */
  number: (value: number) => string;
  resolution: number; /* of the view: the one of a tile may be far coarser */
  listed: number[][]; /* where the signs of the list stand */
  signs: number[][]; /* and where the chosen place is: names there move aside */
}

type Drawn = Style | Style[] | undefined;

/* Zooms as tiles of 512 pixels count them. */
const zoomOf = (resolution: number) => Math.log2(156543.034 / resolution) - 1;

const line = (color: string, width: number, zIndex: number, lineDash?: number[]) =>
  new Style({
    zIndex,
    stroke: new Stroke({ color, width, ...(lineDash ? { lineDash } : {}) }),
  });

/* The name in the language of the page, and what people there call it, where that differs. */
function namesOf(feature: FeatureLike, look: Look): [string, string] {
  const romanised = String(feature.get('name') ?? '');
  const here = String(feature.get(`name:${look.language}`) ?? romanised);
  const spoken = LOCAL[String(feature.get('country'))];
  const local = String((spoken && feature.get(`name:${spoken}`)) ?? '');
  return [here, local === here ? '' : local];
}

/* Up to this zoom a place of a rank is not named. */
const FROM_ZOOM = [0, 4, 5, 6, 7, 8, 9, 10, 11];

interface Kind {
  size: number;
  weight: string;
  dot: number; /* radius; 0: the name stands on the place */
}

function kindOf(feature: FeatureLike): Kind {
  const rank = Number(feature.get('rank') ?? 8);
  switch (feature.get('kind')) {
    case 'country':
      return { size: 16, weight: '700', dot: 0 };
    case 'province':
      return { size: 13, weight: '600', dot: 0 };
    case 'town':
      return rank === 0
        ? { size: 15, weight: '700', dot: 4 }
        : { size: 13, weight: '500', dot: 3 };
    default:
      return { size: 12, weight: '400', dot: 2 };
  }
}

/* Marks above and below letters need more room than Latin ones. */
const TALL = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]/;

const ASIDE_PX = 26;
const AROUND_PX = 64;

function placeStyle(feature: FeatureLike, look: Look, aside: boolean): Style {
  const { palette, font } = look;
  const { size, weight, dot } = kindOf(feature);
  const [name, second] = namesOf(feature, look);
  const first = `${weight} ${TALL.test(name) ? size + 2 : size}px ${font}`;
  const under = `400 ${TALL.test(second) ? size : size - 2}px ${font}`;
  return new Style({
    zIndex: 40 - Number(feature.get('rank') ?? 9), /* in a tile, the greater one stays */
    ...(dot > 0
      ? {
          image: new CircleStyle({
            radius: dot,
            fill: new Fill({ color: palette.name }),
            stroke: new Stroke({ color: palette.halo, width: 1.5 }),
          }),
        }
      : {}),
    text: new Text({
      text: second ? [name, first, '\n', '', second, under] : name,
      font: first,
      fill: new Fill({ color: palette.name }),
      stroke: new Stroke({ color: palette.halo, width: 3 }),
      offsetY:
        dot > 0
          ? size / 2 + dot + 3 + (second ? size / 2 : 0) + (aside ? ASIDE_PX - dot : 0)
          : feature.get('kind') === 'country'
            ? -28 /* often the point of its capital, where services are */
            : aside
              ? ASIDE_PX + size
              : 0,
      padding: [2, 4, 2, 4],
    }),
  });
}

/* The position of a point of a tile, in metres of the map. */
const flatOf = (feature: FeatureLike): number[] =>
  'getFlatCoordinates' in feature ? feature.getFlatCoordinates() : [];

function isNear(
  feature: FeatureLike,
  points: number[][],
  resolution: number,
  pixels = ASIDE_PX,
): boolean {
  const [x = 0, y = 0] = flatOf(feature);
  return points.some(([u = 0, v = 0]) => Math.hypot(u - x, v - y) / resolution < pixels);
}

export function basemapStyle(look: Look) {
  const { palette } = look;
  const zoom = zoomOf(look.resolution);
  const land = new Style({ zIndex: 0, fill: new Fill({ color: palette.land }) });
  const water = new Style({ zIndex: 1, fill: new Fill({ color: palette.water }) });
  const river = line(palette.river, 1.25, 2);
  const road = line(palette.road, 1.25, 3);
  const borders = [
    line(palette.country, 1.75, 5),
    line(palette.province, 1, 4),
    line(palette.province, 0.75, 4, [3, 3]),
  ];
  const disputed = line(palette.country, 1.5, 5, [6, 5]);
  const names = new Map<string, Style>();

  function place(feature: FeatureLike): Drawn {
    const rank = Number(feature.get('rank') ?? 8);
    const country = feature.get('kind') === 'country';
    if (zoom < (FROM_ZOOM[rank] ?? 11) || (country && zoom > 6.5)) {
      return undefined;
    }
    const aside = isNear(feature, look.signs, look.resolution);
    if (!aside && isNear(feature, look.signs, look.resolution, AROUND_PX)) {
      return undefined; /* room for the name that stood aside */
    }
    const key = [feature.get('country'), feature.get('name'), feature.get('kind'), aside].join();
    const known = names.get(key) ?? placeStyle(feature, look, aside);
    names.set(key, known);
    return known;
  }
  return (feature: FeatureLike): Drawn => {
    switch (feature.get('layer')) {
      case 'land':
        return land;
      case 'water':
        return water;
      case 'river':
        return river;
      case 'road':
        return road;
      case 'boundary':
        return feature.get('disputed') ? disputed : borders[Number(feature.get('level') ?? 0)];
      case 'place':
        return place(feature);
      default:
        return undefined;
    }
  };
}

/* Services that are not in the list: small, with a number where several are one sign. */
export function servicesStyle({ palette, font, number, listed, resolution }: Look) {
  const made = new Map<number, Style>();
  return (feature: FeatureLike): Drawn => {
    if (isNear(feature, listed, resolution)) {
      return undefined; /* signs of the list stand there */
    }
    const count = Number(feature.get('count') ?? 1);
    const known = made.get(count);
    if (known !== undefined) {
      return known;
    }
    const radius = count === 1 ? 5 : Math.min(9 + Math.log2(count) * 2, 22);
    const style = new Style({
      zIndex: 10,
      image: new CircleStyle({
        radius,
        declutterMode: 'obstacle', /* always drawn; names make room */
        fill: new Fill({ color: palette.dot }),
        stroke: new Stroke({ color: palette.halo, width: 1.5 }),
      }),
      ...(count > 1
        ? {
            text: new Text({
              text: number(count),
              font: `700 12px ${font}`,
              declutterMode: 'none',
              fill: new Fill({ color: palette.dotInk }),
            }),
          }
        : {}),
    });
    made.set(count, style);
    return style;
  };
}
