/* SPDX-License-Identifier: Apache-2.0
 *
 * The map beside the list. Its chunk is loaded when the list needs the line no more and
 * the map is to be seen; where somebody saves data, when they press for it. Whatever fails
 * here, the list is whole.
 */
import { useEffect, useRef, useState } from 'preact/hooks';

import { label, language, list, number, t } from '../../i18n';
import { Icon } from '../../page/icons';
import { isExact } from '../answer/facts';
import { Details } from '../answer/Details';
import type { Placed } from '../answer/numbered';
import type { Chosen, PointPlace } from '../draft';
import type { Selected } from '../MapPage';
import { languageOf } from '../names';
import type { Answered } from '../search';
import { isOnePoint, signsOf, type Sign } from './clusters';
import type { LonLat, MapView, Tapped } from './mapView';

type Stage = 'waiting' | 'loading' | 'ready' | 'failed';

/* What the strip over the map shows. */
type Shown =
  | { kind: 'signs'; members: Placed[] }
  | { kind: 'other'; service: Tapped }
  | { kind: 'point'; place: PointPlace }
  | null;

interface Props {
  answer: Answered | null;
  placed: Placed[];
  place: Chosen | null;
  selected: Selected | null;
  choosing: boolean;
  ready: boolean;
  onSelect: (id: string) => void;
  onPoint: (place: PointPlace) => void;
  onSearchHere: (place: PointPlace) => void;
  onView: (view: MapView | undefined) => void;
}

const savesData = () =>
  (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;

const isDark = () => window.matchMedia('(prefers-color-scheme: dark)').matches;

const pointOf = (place: Chosen | null): LonLat | null =>
  place === null
    ? null
    : place.kind === 'named'
      ? [place.place.point.lon, place.place.point.lat]
      : [place.lon, place.lat];

/* Whether the element is on the screen, or nearly; stays true. */
function useSeen(element: { current: HTMLElement | null }): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (element.current === null || !('IntersectionObserver' in window)) {
      setSeen(true);
      return undefined;
    }
    const watcher = new IntersectionObserver(
      (entries) => entries.some((e) => e.isIntersecting) && setSeen(true),
      { rootMargin: '200px' },
    );
    watcher.observe(element.current);
    return () => watcher.disconnect();
  }, []);
  return seen;
}

function signLabel({ members }: Sign): string {
  const names = members.map(({ number: n, found }) => `${number(n)} ${found.name}`);
  return members.length > 1
    ? `${t('map.cluster', { count: members.length })}: ${list(names)}`
    : (names[0] as string);
}

function signClass({ members }: Sign, selected: Selected | null): string {
  const areas = members.every(({ found }) => !isExact(found));
  const several = members.length > 1;
  const kind = several ? (areas ? 'many area' : 'many') : areas ? 'area' : 'pin';
  const on = members.some(({ found }) => found.id === selected?.id);
  const sure = members.some((m) => m.sure);
  return `sign ${kind} ${sure ? 'sure' : 'unsure'}${on ? ' selected' : ''}`;
}

/* How near the map comes by itself. A device's own place is not looked at closely, so that
 * no tile that is asked for tells much of it; nor is an area, which is no point. */
const NEAR_NAMED = 12;
const NEAR_AREA = 9;

function nearestZoom(place: Chosen | null, placed: Placed[]): number {
  const exact = placed.some(({ found }) => isExact(found));
  return exact && place?.kind === 'named' ? NEAR_NAMED : NEAR_AREA;
}

function Legend({ listed }: { listed: boolean }) {
  const signs = [
    ['pin', 'map.legend_exact'],
    ['area', 'map.legend_area'],
    ['many', 'map.legend_many'],
  ] as const;
  return (
    <ul class="legend" aria-label={t('map.legend')}>
      {listed && signs.map(([kind, key]) => (
        <li key={kind}>
          <span class={`sign sure ${kind}`} aria-hidden="true">
            <span>{kind === 'many' ? number(2) : number(1)}</span>
          </span>
          {t(key)}
        </li>
      ))}
      {listed && (
        <li>
          <span class="here" aria-hidden="true" />
          {t('map.legend_chosen')}
        </li>
      )}
      <li>
        <span class="other" aria-hidden="true" />
        {t(listed ? 'map.other_services' : 'answer.title_all')}
      </li>
    </ul>
  );
}

interface StripProps {
  shown: Exclude<Shown, null>;
  onSelect: (id: string) => void;
  onSearchHere: (place: PointPlace) => void;
  onClose: () => void;
}

function Strip({ shown, onSelect, onSearchHere, onClose }: StripProps) {
  return (
    <div class="strip" role="group" aria-label={t('map.nearby')}>
      <button type="button" class="clear" aria-label={t('share.close')} onClick={onClose}>
        <Icon name="close" size={20} />
      </button>
      {shown.kind === 'point' && (
        <button type="button" class="main" onClick={() => onSearchHere(shown.place)}>
          {t('map.choose_middle')}
        </button>
      )}
      {shown.kind === 'signs' && (
        <ul>
          {shown.members.map(({ number: n, found }) => (
            <li key={found.id}>
              <button type="button" class="plain" onClick={() => onSelect(found.id)}>
                <span class="number">{number(n)}</span>
                <span lang={languageOf(found.name)}>{found.name}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {shown.kind === 'other' && (
        <>
          <p>
            <strong lang={languageOf(shown.service.name)}>{shown.service.name}</strong>
            <br />
            {list(shown.service.needs.map((need) => label('need', need)))}
          </p>
          <Details key={shown.service.id} id={shown.service.id} />
        </>
      )}
    </div>
  );
}

/* Loads the chunk and makes the map in `box`, once it is wanted. */
function useMapView(
  box: { current: HTMLDivElement | null },
  wanted: boolean,
  onTap: (at: LonLat, service: Tapped | null) => void,
  onMove: (view: MapView) => void,
) {
  const [stage, setStage] = useState<Stage>('waiting');
  const [view, setView] = useState<MapView | null>(null);
  const tap = useRef(onTap);
  tap.current = onTap;
  const move = useRef(onMove);
  move.current = onMove;
  const spoken = language();

  useEffect(() => {
    if (!wanted || box.current === null) {
      return undefined;
    }
    let ended = false;
    let made: MapView | null = null;
    const target = box.current;
    async function make() {
      const { createMapView } = await import('./mapView');
      made = await createMapView({
        target,
        language: language(),
        dark: isDark(),
        number: (n) => number(n),
        onTap: (at, service) => tap.current(at, service),
        onMove: () => made && move.current(made),
      });
      if (ended) {
        made.destroy();
      } else {
        setView(made);
        setStage('ready');
      }
    }
    setStage('loading');
    make().catch(() => !ended && setStage('failed'));
    return () => {
      ended = true;
      made?.destroy();
      setView(null);
    };
  }, [wanted]);
  useEffect(() => {
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    const look = () => view?.setLook(language(), dark.matches);
    look();
    dark.addEventListener?.('change', look);
    return () => dark.removeEventListener?.('change', look);
  }, [view, spoken]);
  return { stage, view };
}

export function MapPanel(props: Props) {
  const { answer, placed, place, selected, choosing, ready } = props;
  const section = useRef<HTMLElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const marks = useRef<HTMLUListElement>(null);
  const here = useRef<HTMLDivElement>(null);
  const [signs, setSigns] = useState<Sign[]>([]);
  const [shown, setShown] = useState<Shown>(null);
  const [pressed, setPressed] = useState(false);
  const [frugal, setFrugal] = useState(true);
  const seen = useSeen(section);
  const target = pointOf(place);
  useEffect(() => setFrugal(savesData()), []);

  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    if (pressed || choosing || (ready && seen && !frugal)) {
      setWanted(true);
    }
  }, [pressed, choosing, ready, seen, frugal]);

  const scale = useRef(0); /* at which signs were put together */
  const moveSigns = (at: MapView) => {
    if (Math.abs(at.scale() / scale.current - 1) > 0.03) {
      scale.current = at.scale();
      setSigns(signsOf(placed, at.project));
    }
    const put = (element: HTMLElement, point: LonLat) => {
      const [x, y] = at.project(point) ?? [-100, -100];
      element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
    };
    [...(marks.current?.children ?? [])].forEach((mark, i) => {
      const sign = signs[i];
      if (sign) {
        put(mark as HTMLElement, [sign.lon, sign.lat]);
      }
    });
    if (here.current !== null && target !== null) {
      put(here.current, target);
    }
  };
  const choosePoint = ([lon, lat]: LonLat) => {
    const point: PointPlace = { kind: 'point', from: 'map', lat, lon };
    props.onPoint(point);
    setShown({ kind: 'point', place: point });
  };
  const { stage, view } = useMapView(
    box,
    wanted,
    (at, service) =>
      service !== null && !choosing
        ? setShown({ kind: 'other', service })
        : choosePoint(at),
    moveSigns,
  );

  useEffect(() => props.onView(view ?? undefined), [view]);

  /* A new answer: all of it is shown. Where the device is, is never looked at closely. */
  useEffect(() => {
    if (view !== null && answer !== null) {
      const own = pointOf(answer.draft.place);
      const points = placed.map(({ found: { point } }): LonLat => [point.lon, point.lat]);
      view.fit([...(own ? [own] : []), ...points], nearestZoom(answer.draft.place, placed));
      view.setSigns(points, own);
      scale.current = view.scale();
      setSigns(signsOf(placed, view.project));
    }
    setShown(null);
  }, [view, answer]);
  useEffect(() => {
    if (view !== null && place?.kind === 'named' && answer?.draft.place !== place) {
      view.fit([[place.place.point.lon, place.place.point.lat]], NEAR_AREA);
    }
  }, [view, place]);
  useEffect(() => {
    const chosen = placed.find(({ found }) => found.id === selected?.id);
    if (view !== null && chosen && selected?.from === 'list') {
      view.fit(
        [[chosen.found.point.lon, chosen.found.point.lat]],
        isExact(chosen.found) ? NEAR_NAMED : NEAR_AREA,
      );
      section.current?.scrollIntoView({ block: 'nearest' });
    }
  }, [view, selected]);
  useEffect(() => {
    if (choosing) {
      section.current?.scrollIntoView({ block: 'start' });
      box.current?.focus({ preventScroll: true });
    }
  }, [choosing, stage]);
  useEffect(() => {
    if (view !== null) {
      moveSigns(view);
    }
  });

  const press = (sign: Sign) => {
    if (sign.members.length === 1) {
      props.onSelect((sign.members[0] as Placed).found.id);
    } else if (isOnePoint(sign) || (view?.zoom() ?? 0) > 15) {
      setShown({ kind: 'signs', members: sign.members });
    } else {
      view?.fit(
        sign.members.map(({ found }): LonLat => [found.point.lon, found.point.lat]),
        16,
      );
    }
  };
  return (
    <section class="map-panel" ref={section} aria-labelledby="map-title" id="map">
      <h2 id="map-title" tabIndex={-1}>{t('map.title')}</h2>
      {stage === 'failed' && <p class="note">{t('map.failed')}</p>}
      <div class={`map-frame ${stage}`}>
        <div
          class="map"
          ref={box}
          role="application"
          tabIndex={stage === 'ready' ? 0 : -1}
          aria-label={t('map.label')}
          aria-describedby="map-help"
          onKeyDown={(e) => {
            if (e.key === 'Enter' && e.target === box.current && view !== null) {
              choosePoint(view.middle());
            }
          }}
        />
        {stage === 'waiting' && frugal && (
          <button type="button" class="main" onClick={() => setPressed(true)}>
            {t('map.load')}
          </button>
        )}
        {stage === 'loading' && <p class="hint">{t('map.loading')}</p>}
        {target !== null && stage === 'ready' && <div class="here" ref={here} />}
        {stage === 'ready' && (
          <>
            <ul class="signs" ref={marks} aria-label={t('map.label')}>
              {signs.map((sign) => (
                <li key={sign.members.map((m) => m.found.id).join()}>
                  <button
                    type="button"
                    class={signClass(sign, selected)}
                    aria-label={signLabel(sign)}
                    onClick={() => press(sign)}
                  >
                    <span>
                      {sign.members.length > 1
                        ? number(sign.members.length)
                        : number((sign.members[0] as Placed).number)}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
            <div class="zoom">
              <button type="button" aria-label={t('map.zoom_in')} onClick={() => view?.zoomBy(1)}>
                <Icon name="plus" size={20} />
              </button>
              <button
                type="button"
                aria-label={t('map.zoom_out')}
                onClick={() => view?.zoomBy(-1)}
              >
                <Icon name="minus" size={20} />
              </button>
            </div>
            {shown !== null && (
              <Strip
                shown={shown}
                onSelect={(id) => {
                  setShown(null);
                  props.onSelect(id);
                }}
                onSearchHere={props.onSearchHere}
                onClose={() => setShown(null)}
              />
            )}
          </>
        )}
      </div>
      {stage === 'ready' && (
        <>
          <p class="hint" id="map-help">
            {t(choosing ? 'place.on_map_now' : 'map.help')}
          </p>
          {answer !== null && (
            <p class="unseen">{t('map.described', { count: placed.length })}</p>
          )}
          <Legend listed={answer !== null} />
          {view !== null && view.attribution.length > 0 && (
            <p class="attribution">
              {t('map.attribution', { sources: view.attribution.join(', ') })}
            </p>
          )}
        </>
      )}
    </section>
  );
}
