/* SPDX-License-Identifier: Apache-2.0
 *
 * The public map: where to call, the question, the list, and beside it the map. What is
 * asked lives in this component only and is gone when the page is.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { t } from '../i18n';
import { Keep } from '../offline';
import { Answer } from './answer/Answer';
import { Card } from './card/Card';
import { placedOf } from './answer/numbered';
import { EMPTY_DRAFT, type Draft } from './draft';
import { SearchForm } from './form/SearchForm';
import { Helplines } from './Helplines';
import { ShareLink } from './ShareLink';
import { draftOfLink } from './shared_link';
import { useSearch } from './search';
import { MapPanel } from './view/MapPanel';
import type { MapView } from './view/mapView';

/* Who is chosen: in the list or on the map. The other one shows it too. */
export interface Selected {
  id: string;
  from: 'list' | 'map';
}

function useLink(draft: Draft, setDraft: (d: Draft) => void, run: (d: Draft) => void) {
  useEffect(() => {
    const ends = new AbortController();
    draftOfLink(window.location.search, draft, ends.signal)
      .then((linked) => {
        if (linked !== null) {
          setDraft(linked);
          run(linked);
        }
      })
      .catch(() => undefined); /* a link to nowhere is a page that asks */
    return () => ends.abort();
  }, []);
}

export function MapPage() {
  const [draft, setDraft] = useState<Draft>(EMPTY_DRAFT);
  const [selected, setSelected] = useState<Selected | null>(null);
  const [picked, setPicked] = useState<string[]>([]);
  const [card, setCard] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const search = useSearch();
  const heading = useRef<HTMLHeadingElement>(null);
  const cardButton = useRef<HTMLButtonElement>(null);
  const { answer } = search;
  const map = useRef<MapView>();
  const named = draft.place?.kind === 'named' ? draft.place.place : null;
  const placed = useMemo(() => placedOf(answer?.answer ?? null), [answer]);

  const run = (asked: Draft) => {
    setSelected(null);
    setPicked([]);
    setChoosing(false);
    search.run(asked);
  };
  useLink(draft, setDraft, run);
  useEffect(() => {
    if (answer !== null) {
      heading.current?.focus();
    }
  }, [answer]);

  if (card && answer !== null) {
    const back = () => {
      setCard(false);
      requestAnimationFrame(() => cardButton.current?.focus());
    };
    return <Card answer={answer} picked={picked} onBack={back} />;
  }
  const pick = (id: string, on: boolean) =>
    setPicked(on ? [...picked, id] : picked.filter((p) => p !== id));

  return (
    <div class="finder">
      <div class="finder-text">
        <h1>{t('page.title')}</h1>
        <Helplines place={draft.place} answer={answer} />
        <SearchForm
          draft={draft}
          onChange={setDraft}
          onSearch={run}
          busy={search.busy}
          onStop={search.stop}
          onMap={() => setChoosing(true)}
        />
        <Answer
          heading={heading}
          search={search}
          placed={placed}
          selected={selected}
          picked={picked}
          onSelect={(id) => setSelected({ id, from: 'list' })}
          onPick={pick}
          onMap={() => {
            const panel = document.getElementById('map');
            panel?.scrollIntoView({ block: 'start' });
            panel?.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
          }}
          onAsk={(asked) => {
            setDraft(asked);
            run(asked);
          }}
        />
        {answer !== null && (
          <div class="tools">
            <button
              type="button"
              class="plain"
              ref={cardButton}
              onClick={() => setCard(true)}
            >
              {t('card.button')}
            </button>
            <ShareLink draft={answer.draft} />
          </div>
        )}
        <Keep
          place={answer === null ? undefined : named}
          view={() =>
            map.current && { box: map.current.box(), zoom: map.current.zoom() }
          }
        />
      </div>
      <MapPanel
        answer={answer}
        placed={placed}
        place={draft.place}
        selected={selected}
        choosing={choosing}
        ready={answer !== null || !search.busy}
        onView={(view) => {
          map.current = view;
        }}
        onSelect={(id) => setSelected({ id, from: 'map' })}
        onPoint={(place) => setDraft({ ...draft, place })}
        onSearchHere={(place) => {
          const asked = { ...draft, place };
          setDraft(asked);
          run(asked);
        }}
      />
    </div>
  );
}
