/* SPDX-License-Identifier: Apache-2.0
 *
 * What the record of a service says beyond the list; asked for when somebody opens it.
 */
import { useEffect, useState } from 'preact/hooks';

import { ApiError, service, type ServiceDetail } from '../../api';
import { date, language, t } from '../../i18n';
import { languageOf } from '../names';
import { REST, statedOf, WHOM, type Stated } from './stated';

function Lines({ stated }: { stated: Stated[] }) {
  return (
    <dl class="stated">
      {stated.map(({ name, text }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd lang={languageOf(text)}>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

export type Loaded = ServiceDetail | 'loading' | 'gone' | 'failed';

export function useDetail(id: string): [Loaded, () => void] {
  const [loaded, setLoaded] = useState<Loaded>('loading');
  const [turn, setTurn] = useState(0);
  const spoken = language();
  useEffect(() => {
    const ends = new AbortController();
    setLoaded('loading');
    service(id, spoken, ends.signal)
      .then(setLoaded)
      .catch((e) => {
        if (!ends.signal.aborted) {
          const gone = e instanceof ApiError && e.problem?.status === 404;
          setLoaded(gone ? 'gone' : 'failed');
        }
      });
    return () => ends.abort();
  }, [id, spoken, turn]);
  return [loaded, () => setTurn(turn + 1)];
}

export function Details({ id }: { id: string }) {
  const [loaded, again] = useDetail(id);
  if (typeof loaded === 'string') {
    return (
      <div class="details" role="status">
        {loaded === 'loading' && <p class="hint">{t('service.loading')}</p>}
        {loaded === 'gone' && <p>{t('service.gone')}</p>}
        {loaded === 'failed' && (
          <p class="fault">
            {t('service.details_failed')}{' '}
            <button type="button" class="plain" onClick={again}>
              {t('error.again')}
            </button>
          </p>
        )}
      </div>
    );
  }
  const whom = statedOf(loaded, WHOM);
  const rest = statedOf(loaded, REST);
  const { url, valid_until: until } = loaded;
  return (
    <div class="details">
      <h5>{t('detail.admits')}</h5>
      {whom.length === 0 ? <p>{t('detail.nothing_stated')}</p> : <Lines stated={whom} />}
      {rest.length > 0 && <Lines stated={rest} />}
      {typeof until === 'string' && (
        <p>{t('service.valid_until', { date: date(until) })}</p>
      )}
      {typeof url === 'string' && /^https?:\/\//.test(url) && (
        <p>
          <a href={url} rel="noreferrer noopener" target="_blank">
            {t('service.website')} <bdi>{new URL(url).host}</bdi>
          </a>
        </p>
      )}
    </div>
  );
}
