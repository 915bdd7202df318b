/* SPDX-License-Identifier: Apache-2.0
 *
 * The map itself, in a chunk of its own that is loaded after the list: OpenLayers on a
 * canvas, without WebGL and without its controls (ours are buttons of the page). It knows
 * tiles, and where a point is on the screen; the signs of the list are drawn by MapPanel.
 */
import OlMap from 'ol/Map';
import View from 'ol/View';
import MVT from 'ol/format/MVT';
import DragPan from 'ol/interaction/DragPan';
import KeyboardPan from 'ol/interaction/KeyboardPan';
import KeyboardZoom from 'ol/interaction/KeyboardZoom';
import MouseWheelZoom from 'ol/interaction/MouseWheelZoom';
import PinchZoom from 'ol/interaction/PinchZoom';
import VectorTileLayer from 'ol/layer/VectorTile';
import { fromLonLat, toLonLat, transformExtent } from 'ol/proj';
import VectorTileSource from 'ol/source/VectorTile';
import type Tile from 'ol/Tile';
import TileState from 'ol/TileState';
import type VectorTile from 'ol/VectorTile';

import { DARK, LIGHT } from './palette';
import { basemapStyle, servicesStyle, type Look } from './style';

export type LonLat = [number, number];

export interface Tapped {
  id: string;
  name: string;
  needs: string[];
}

export interface ViewOptions {
  target: HTMLElement;
  language: string;
  dark: boolean;
  number: (value: number) => string;
  onTap: (at: LonLat, service: Tapped | null) => void;
  onMove: () => void; /* before each frame is shown: signs move along */
}

interface TileJson {
  tiles: string[];
  minzoom?: number;
  maxzoom?: number;
  attribution?: string;
}

const REGION: LonLat = [103.5, 14.5];
const HIT_PX = 14;

/* The session of somebody who is signed in is not used: the map is the public one. */
const asPublic: RequestInit = { credentials: 'omit' };

async function tileJson(set: string): Promise<TileJson> {
  const response = await fetch(`/tiles/${set}.json`, asPublic);
  if (!response.ok) {
    throw new Error(`tiles of ${set}: ${response.status}`);
  }
  return response.json() as Promise<TileJson>;
}

function load(tile: Tile, address: string) {
  const vector = tile as VectorTile<never>;
  vector.setLoader((extent: number[], _: number, featureProjection: unknown) => {
    fetch(address, asPublic)
      .then((response) => {
        if (!response.ok) {
          throw new Error(`${response.status}`);
        }
        return response.arrayBuffer();
      })
      .then((data) => {
        const read = { extent, featureProjection: featureProjection as 'EPSG:3857' };
        vector.setFeatures(vector.getFormat().readFeatures(data, read) as never[]);
      })
      .catch(() => vector.setState(TileState.ERROR));
  });
}

/* An address of a TileJSON, on this host whatever name the server has for itself. */
function localAddress(address: string): string {
  const path = address.replace(/^[a-z]+:\/\/[^/]+/i, '');
  return path.startsWith('/') ? path : `/${path}`;
}

function sourceOf({ tiles, maxzoom }: TileJson, deepest: number) {
  return new VectorTileSource({
    format: new MVT(),
    url: localAddress(tiles[0] as string),
    maxZoom: maxzoom ?? deepest,
    tileLoadFunction: load,
    transition: 0,
    wrapX: false,
  });
}

function canvasWorks(): boolean {
  return document.createElement('canvas').getContext('2d') !== null;
}

export interface MapView {
  attribution: string[];
  project: (at: LonLat) => [number, number] | null;
  middle: () => LonLat;
  zoomBy: (steps: number) => void;
  fit: (points: LonLat[], nearest: number) => void; /* and no nearer than that zoom */
  setSigns: (listed: LonLat[], chosen: LonLat | null) => void;
  zoom: () => number;
  scale: () => number; /* pixels of a degree at the equator, as drawn */
  box: () => [west: number, south: number, east: number, north: number];
  setLook: (language: string, dark: boolean) => void;
  destroy: () => void;
}

/* Fails when no canvas can be drawn on, or the tiles are not there. */
export async function createMapView(options: ViewOptions): Promise<MapView> {
  if (!canvasWorks()) {
    throw new Error('no canvas');
  }
  const [base, services] = await Promise.all([tileJson('basemap'), tileJson('services')]);
  const still = window.matchMedia('(prefers-reduced-motion: reduce)');
  const duration = () => (still.matches ? 0 : 250);
  const basemap = new VectorTileLayer({
    source: sourceOf(base, 11),
    declutter: true,
    renderMode: 'hybrid',
  });
  const others = new VectorTileLayer({
    source: sourceOf(services, 14),
    declutter: true,
    zIndex: 2,
  });
  const map = new OlMap({
    target: options.target,
    controls: [],
    interactions: [
      new DragPan(),
      new PinchZoom(),
      new MouseWheelZoom({ duration: duration() }),
      new KeyboardPan({ duration: duration() }),
      new KeyboardZoom({ duration: duration() }),
    ],
    layers: [basemap, others],
    view: new View({
      center: fromLonLat(REGION),
      zoom: 5,
      minZoom: 2,
      maxZoom: 17,
      enableRotation: false,
      constrainOnlyCenter: true,
      extent: transformExtent([-180, -80, 180, 80], 'EPSG:4326', 'EPSG:3857'),
    }),
  });

  let styledFor = 0; /* the resolution */
  let listed: number[][] = [];
  let signs: number[][] = [];

  function setLook(language: string, dark: boolean) {
    const palette = dark ? DARK : LIGHT;
    const font = getComputedStyle(document.body).fontFamily;
    const resolution = map.getView().getResolution() ?? 1;
    const { number } = options;
    const look: Look = { palette, language, font, number, resolution, listed, signs };
    styledFor = resolution;
    basemap.setBackground(palette.sea);
    basemap.setStyle(basemapStyle(look));
    others.setStyle(servicesStyle(look));
  }
  setLook(options.language, options.dark);

  function serviceAt(pixel: number[]): Tapped | 'several' | null {
    return (
      map.forEachFeatureAtPixel(
        pixel,
        (feature): Tapped | 'several' =>
          Number(feature.get('count') ?? 1) > 1
            ? 'several'
            : {
                id: String(feature.get('id')),
                name: String(feature.get('name') ?? ''),
                needs: String(feature.get('needs') ?? '').split(';').filter(Boolean),
              },
        { layerFilter: (layer) => layer === others, hitTolerance: HIT_PX },
      ) ?? null
    );
  }
  function zoomBy(steps: number, anchor?: number[]) {
    const view = map.getView();
    view.cancelAnimations();
    view.animate({
      zoom: Math.round((view.getZoom() ?? 5) + steps),
      duration: duration(),
      ...(anchor ? { center: anchor } : {}),
    });
  }
  map.on('click', (e) => {
    const found = serviceAt(e.pixel);
    if (found === 'several') {
      zoomBy(2, e.coordinate);
    } else {
      options.onTap(toLonLat(e.coordinate) as LonLat, found);
    }
  });
  map.on('postrender', options.onMove);
  map.on('moveend', () => {
    const resolution = map.getView().getResolution() ?? styledFor;
    if (Math.abs(Math.log2(resolution / styledFor)) > 0.25) {
      again(); /* which names there are, and which stand aside */
    }
  });
  /* Fonts come when they are needed; what was drawn with others is drawn again. */
  const again = () => setLook(options.language, options.dark);
  document.fonts?.addEventListener('loadingdone', again);

  return {
    attribution: [base, services].flatMap(({ attribution }) => attribution ?? []),
    project: (at) => {
      const pixel = map.getPixelFromCoordinate(fromLonLat(at)) as number[] | null;
      return pixel === null ? null : [pixel[0] as number, pixel[1] as number];
    },
    middle: () => toLonLat(map.getView().getCenter() ?? fromLonLat(REGION)) as LonLat,
    zoomBy: (steps) => zoomBy(steps),
    zoom: () => map.getView().getZoom() ?? 5,
    scale: () => {
      const at = [0, 1].map((lon) => map.getPixelFromCoordinate(fromLonLat([lon, 0])));
      return (at[1]?.[0] ?? 0) - (at[0]?.[0] ?? 0);
    },
    box: () => {
      const extent = map.getView().calculateExtent();
      const [west, south, east, north] = transformExtent(extent, 'EPSG:3857', 'EPSG:4326');
      return [west, south, east, north] as [number, number, number, number];
    },
    fit: (points, nearest) => {
      const at = points.map((p) => fromLonLat(p));
      const [xs, ys] = [at.map((p) => p[0] as number), at.map((p) => p[1] as number)];
      const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
      map.getView().fit(box, {
        padding: [56, 48, 40, 48],
        maxZoom: nearest,
        duration: duration(),
      });
    },
    setSigns: (points, chosen) => {
      listed = points.map((p) => fromLonLat(p));
      signs = chosen ? [...listed, fromLonLat(chosen)] : listed;
      again();
    },
    setLook: (language, dark) => {
      options.language = language;
      options.dark = dark;
      setLook(language, dark);
    },
    destroy: () => {
      document.fonts?.removeEventListener('loadingdone', again);
      map.setTarget(undefined);
      map.dispose();
    },
  };
}
