/* SPDX-License-Identifier: Apache-2.0
 *
 * The control for keeping a province on the device: what it does, how large it became, until
 * when, and one plain button that deletes it. It says so to who listens, too.
 */
import { useEffect, useRef, useState } from 'preact/hooks';

import * as api from '../api/client';
import type { Place } from '../api/types';
import { date, language, megabytes, t } from '../i18n';
import { Icon } from '../page/icons';
import { canKeep, forget, keep, kept } from './keep';
import { keptUntil, type About } from './kept';
import type { View } from './tiles';

interface Props {
  /* That was chosen: its province is kept. null: it has no name; undefined: none was yet,
   * and only what is kept already is shown. */
  place: Place | null | undefined;
  view?: (() => View | undefined) | undefined; /* what the map shows, when asked */
}

type State = 'idle' | 'keeping' | 'failed' | 'deleted';

/* The id and the name of the province that a place is, or lies in. */
function provinceOf(place: Props['place']): { id: string; name: string } | null {
  if (!place) {
    return null;
  }
  if (place.kind === 'province') {
    return { id: place.id, name: place.label };
  }
  return place.admin.find((a) => a.level === 1) ?? null;
}

export function Keep({ place, view }: Props) {
  const [about, setAbout] = useState<About | null>(null);
  const [state, setState] = useState<State>('idle');
  const [bytes, setBytes] = useState(0);
  const [able, setAble] = useState(true);
  const ends = useRef<AbortController | null>(null);
  const province = provinceOf(place);

  useEffect(() => {
    setAble(canKeep());
    kept().then(setAbout, () => setAble(false)); /* a browser that allows no storage */
    return () => ends.current?.abort();
  }, []);

  async function start() {
    if (province === null) {
      return;
    }
    ends.current = new AbortController();
    const { signal } = ends.current;
    setState('keeping');
    setBytes(0);
    try {
      const whole = await api.place(province.id, language(), signal);
      const options = { province: whole, language: language(), view: view?.(), signal };
      setAbout(await keep({ ...options, onProgress: setBytes }));
      setState('idle');
    } catch {
      setState('failed');
    }
  }

  async function remove() {
    await forget();
    setAbout(null);
    setState('deleted');
  }

  if (place === undefined && about === null && state !== 'deleted') {
    return null;
  }
  return (
    <section class="keep" aria-labelledby="keep-title">
      <h2 id="keep-title">
        <Icon name="offline" /> {t('offline.title')}
      </h2>
      {!able && <p>{t('offline.unsupported')}</p>}
      {able && province === null && about === null && <p>{t('offline.choose')}</p>}
      {able && province !== null && province.id !== about?.province.id && (
        <>
          <p id="keep-hint" class="hint">{t('offline.keep_hint')}</p>
          <button
            type="button"
            class="plain"
            aria-describedby="keep-hint"
            disabled={state === 'keeping'}
            onClick={() => void start()}
          >
            {t('offline.keep', { province: province.name })}
          </button>
        </>
      )}
      <div role="status">
        {state === 'keeping' && (
          <p>
            {t('offline.keeping')} {megabytes(bytes)}
          </p>
        )}
        {state === 'failed' && <p class="fault">{t('offline.failed')}</p>}
        {state === 'deleted' && <p>{t('offline.deleted')}</p>}
        {about !== null && (
          <p>
            {t('offline.kept', {
              province: about.province.label,
              date: date(keptUntil(about)),
            })}{' '}
            {t('offline.size', { size: megabytes(about.bytes) })}
          </p>
        )}
      </div>
      {about !== null && (
        <button type="button" class="plain" onClick={() => void remove()}>
          <Icon name="delete" /> {t('offline.delete')}
        </button>
      )}
    </section>
  );
}
