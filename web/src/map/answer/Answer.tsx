/* SPDX-License-Identifier: Apache-2.0
 *
 * The answer as a list, which is whole without the map: what fits, then what may fit with
 * what to ask, then what helps from afar, and what stands nowhere exactly.
 */
import type { Ref } from 'preact';

import type { Excluded, Found, NearestAnswer } from '../../api';
import { date, isKey, list, t, type Key } from '../../i18n';
import type { Draft } from '../draft';
import type { Selected } from '../MapPage';
import { Icon } from '../../page/icons';
import { placeName } from '../names';
import type { Search } from '../search';
import type { Placed } from './numbered';
import { Instead, Outcome } from './Outcome';
import { ServiceItem } from './ServiceItem';

interface Props {
  heading: Ref<HTMLHeadingElement>;
  search: Search;
  placed: Placed[];
  selected: Selected | null;
  picked: string[];
  onSelect: (id: string) => void;
  onPick: (id: string, on: boolean) => void;
  onAsk: (draft: Draft) => void;
  onMap: () => void;
}

type Shared = Pick<Props, 'placed' | 'selected' | 'picked' | 'onSelect' | 'onPick'>;

interface GroupProps extends Shared {
  found: Found[];
  title: Key;
  why?: Key;
  sure: (found: Found) => boolean;
}

function Group({ found, title, why, sure, ...shared }: GroupProps) {
  const { placed, selected, picked, onSelect, onPick } = shared;
  return found.length === 0 ? null : (
    <section class="group">
      <h3>{t(title)}</h3>
      {why && <p class="hint">{t(why)}</p>}
      <ol>
        {found.map((f) => (
          <ServiceItem
            key={f.id}
            found={f}
            number={placed.find((p) => p.found === f)?.number}
            sure={sure(f)}
            selected={selected?.id === f.id}
            fromMap={selected?.from === 'map'}
            picked={picked.includes(f.id)}
            onSelect={() => onSelect(f.id)}
            onPick={(on) => onPick(f.id, on)}
          />
        ))}
      </ol>
    </section>
  );
}

function LeftOut({ excluded }: { excluded: Excluded[] }) {
  const reasons = ({ reasons: codes }: Excluded) =>
    list(codes.map((c) => `criterion.${c}`).flatMap((k) => (isKey(k) ? t(k) : [])));
  return excluded.length === 0 ? null : (
    <details class="left-out">
      <summary>{t('answer.left_out', { count: excluded.length })}</summary>
      <p>{t('answer.left_out_why')}</p>
      <ul>
        {excluded.map((e) => (
          <li key={e.id}>{t('fit.line', { criterion: e.name, answer: reasons(e) })}</li>
        ))}
      </ul>
    </details>
  );
}

const isSure = (found: Found) => !Object.values(found.fit).includes('unknown');

/* Those that a list above does not show already. */
function others(found: Found[], answer: NearestAnswer): Found[] {
  const shown = [...answer.results, ...answer.unconfirmed].map((f) => f.id);
  return found.filter((f) => !shown.includes(f.id));
}

function Lists({ answer, ...shared }: Shared & { answer: NearestAnswer }) {
  return (
    <>
      <Group {...shared} found={answer.results} title="answer.results" sure={() => true} />
      <Group
        {...shared}
        found={answer.unconfirmed}
        title="answer.unconfirmed"
        why="answer.unconfirmed_why"
        sure={() => false}
      />
      <Group
        {...shared}
        found={others(answer.remote, answer)}
        title="answer.remote"
        why="answer.remote_why"
        sure={isSure}
      />
      <Group
        {...shared}
        found={answer.unplaced}
        title="answer.unplaced"
        why="answer.unplaced_why"
        sure={isSure}
      />
      <LeftOut excluded={answer.excluded} />
    </>
  );
}

function countText({ results, unconfirmed }: NearestAnswer): string {
  return results.length > 0 && unconfirmed.length > 0
    ? t('answer.count_both', { sure: results.length, ask: unconfirmed.length })
    : t('answer.count', { count: results.length + unconfirmed.length });
}

export function Answer({ heading, search, onAsk, onMap, ...shared }: Props) {
  const { answer, failure, busy, asked } = search;
  const place = answer?.draft.place ?? null;
  return (
    <section class="answer" aria-labelledby="answer-title" aria-busy={busy}>
      <h2 id="answer-title" ref={heading} tabIndex={-1}>
        {place === null
          ? t('answer.title_all')
          : t('answer.title', { place: placeName(place) })}
      </h2>
      <p class={answer === null ? 'unseen' : 'count'} role="status">
        {busy && t('search.busy')}
        {!busy && answer !== null && countText(answer.answer)}
      </p>
      {failure !== null && (
        <p class="fault" role="alert">
          {t(`error.${failure}`)}{' '}
          {asked !== null && (
            <button type="button" class="plain" onClick={() => onAsk(asked)}>
              {t('error.again')}
            </button>
          )}
        </p>
      )}
      {answer === null && failure === null && !busy && (
        <p class="hint">{t('answer.none_yet')}</p>
      )}
      {answer !== null && (
        <>
          {answer.answer.kept_at !== undefined && (
            <p class="note">{t('offline.using', { date: date(answer.answer.kept_at) })}</p>
          )}
          {shared.placed.length > 0 && (
            <button type="button" class="plain to-map" onClick={onMap}>
              <Icon name="map" size={20} /> {t('answer.skip_to_map')}
            </button>
          )}
          <Outcome answered={answer} />
          <Lists answer={answer.answer} {...shared} />
          <Instead answered={answer} onAsk={onAsk} />
        </>
      )}
    </section>
  );
}
