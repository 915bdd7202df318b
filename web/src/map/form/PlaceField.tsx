/* SPDX-License-Identifier: Apache-2.0
 *
 * The first question: where. An editable combobox with a list, as WAI-ARIA describes it
 * (the focus stays in the field, `aria-activedescendant` names the row), and two other
 * ways: a tap on the map, and the device's own location when somebody presses for it.
 */
import { useEffect, useId, useRef, useState } from 'preact/hooks';

import { ApiError, findPlaces, type Failure, type Place } from '../../api';
import { label, language, t } from '../../i18n';
import { Icon } from '../../page/icons';
import { placeName, withinName } from '../names';
import type { Chosen } from '../draft';

const WAIT_MS = 200; /* after the last letter */
const LEAST = 2;
const MOST = 8;

interface Props {
  chosen: Chosen | null;
  missing: boolean; /* a search was tried without a place */
  onChoose: (place: Chosen | null) => void;
  onMap: () => void;
}

type Located = 'no' | 'busy' | 'denied' | 'failed';

/* Suggestions for a text, a moment after it stands still. */
function useSuggestions(text: string, active: boolean) {
  const [places, setPlaces] = useState<Place[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const spoken = language();
  useEffect(() => {
    setFailure(null);
    if (!active || text.trim().length < LEAST) {
      setPlaces(null);
      return undefined;
    }
    const ends = new AbortController();
    const timer = setTimeout(() => {
      findPlaces({ q: text.trim().slice(0, 200), lang: spoken, limit: MOST }, ends.signal)
        .then(({ results }) => setPlaces(results))
        .catch((e) => {
          if (!ends.signal.aborted) {
            setPlaces(null);
            setFailure(e instanceof ApiError ? e.failure : 'failed');
          }
        });
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      ends.abort();
    };
  }, [text, active, spoken]);
  return { places, failure };
}

function Suggestion({ place, id, on, onPick }: {
  place: Place;
  id: string;
  on: boolean;
  onPick: () => void;
}) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (on) {
      row.current?.scrollIntoView({ block: 'nearest' });
    }
  }, [on]);
  return (
    <li
      ref={row}
      id={id}
      role="option"
      aria-selected={on}
      onMouseDown={(e) => e.preventDefault() /* the field keeps the focus */}
      onClick={onPick}
    >
      <span class="name" lang={place.label_language ?? undefined}>
        {place.label}
      </span>{' '}
      <span class="kind">{label('place_kind', place.kind)}</span>
      <span class="within">{withinName(place)}</span>
    </li>
  );
}

function useLocation(onChoose: Props['onChoose']) {
  const [located, setLocated] = useState<Located>('no');
  const locate = () => {
    if (!('geolocation' in navigator)) {
      setLocated('failed');
      return;
    }
    setLocated('busy');
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setLocated('no');
        onChoose({
          kind: 'point',
          from: 'device',
          lat: coords.latitude,
          lon: coords.longitude,
        });
      },
      (e) => setLocated(e.code === e.PERMISSION_DENIED ? 'denied' : 'failed'),
      { enableHighAccuracy: false, timeout: 20_000, maximumAge: 60_000 },
    );
  };
  return { located, locate };
}

function Located({ located }: { located: Located }) {
  return (
    <p class="hint" role="status">
      {located === 'busy' && t('place.locating')}
      {located === 'denied' && t('place.locate_denied')}
      {located === 'failed' && t('place.locate_failed')}
    </p>
  );
}

/* What the field shows for a place that is chosen. */
const textOf = (chosen: Chosen | null) => (chosen === null ? '' : placeName(chosen));

export function PlaceField({ chosen, missing, onChoose, onMap }: Props) {
  const id = useId();
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const { places, failure } = useSuggestions(text, open);
  const { located, locate } = useLocation(onChoose);
  const spoken = language();

  useEffect(() => {
    setOpen(false);
    setText(textOf(chosen));
  }, [chosen, spoken]);
  useEffect(() => setAt(-1), [places]);
  useEffect(() => {
    if (missing) {
      field.current?.focus();
    }
  }, [missing]);

  const rows = open ? (places ?? []) : [];
  const pick = (place: Place) => {
    onChoose({ kind: 'named', place });
    setText(place.label);
    setOpen(false);
  };
  const key = (e: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (e.isComposing) {
      return;
    }
    if (step !== undefined) {
      e.preventDefault();
      setOpen(true);
      if (rows.length > 0) {
        setAt((at + step + (at < 0 && step < 0 ? 1 : 0) + rows.length) % rows.length);
      }
    } else if (e.key === 'Enter' && rows.length > 0) {
      e.preventDefault();
      pick(rows[Math.max(at, 0)] as Place);
    } else if (e.key === 'Escape' && (open || text !== '')) {
      e.preventDefault();
      if (rows.length === 0) {
        setText('');
        onChoose(null);
      }
      setOpen(false);
    }
  };
  return (
    <div class="place">
      <label for={`${id}-field`}>{t('place.label')}</label>
      <div class="place-box">
        <input
          ref={field}
          id={`${id}-field`}
          type="text"
          role="combobox"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          enterkeyhint="search"
          aria-autocomplete="list"
          aria-expanded={rows.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={at >= 0 && rows.length > 0 ? `${id}-${at}` : undefined}
          aria-describedby={`${id}-hint${missing ? ` ${id}-missing` : ''}`}
          aria-invalid={missing ? 'true' : undefined}
          value={text}
          onInput={(e) => {
            setText(e.currentTarget.value);
            setOpen(true);
            if (chosen !== null) {
              onChoose(null);
            }
          }}
          onKeyDown={key}
          onBlur={() => setOpen(false)}
        />
        {chosen !== null && (
          <button
            type="button"
            class="clear"
            aria-label={t('place.clear')}
            onClick={() => {
              onChoose(null);
              field.current?.focus();
            }}
          >
            <Icon name="close" size={20} />
          </button>
        )}
        <ul
          class="suggestions"
          role="listbox"
          id={`${id}-list`}
          aria-label={t('place.label')}
          hidden={rows.length === 0}
        >
          {rows.map((place, i) => (
            <Suggestion
              key={place.id}
              place={place}
              id={`${id}-${i}`}
              on={i === at}
              onPick={() => pick(place)}
            />
          ))}
        </ul>
      </div>
      <p class="hint" id={`${id}-hint`}>
        {chosen?.kind === 'named' ? withinName(chosen.place) : t('place.hint')}
      </p>
      <p class="unseen" role="status">
        {open && places !== null && t('place.count', { count: places.length })}
      </p>
      {open && places?.length === 0 && <p class="hint">{t('place.none')}</p>}
      {open && failure !== null && <p class="fault">{t(`error.${failure}`)}</p>}
      {missing && (
        <p class="fault" id={`${id}-missing`}>
          {t('place.required')}
        </p>
      )}
      <div class="place-ways">
        <button type="button" class="plain" onClick={locate} title={t('place.locate_hint')}>
          <Icon name="locate" size={20} /> {t('place.locate')}
        </button>
        <button type="button" class="plain" onClick={onMap}>
          <Icon name="map" size={20} /> {t('place.on_map')}
        </button>
      </div>
      <Located located={located} />
    </div>
  );
}
