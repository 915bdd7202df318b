/* SPDX-License-Identifier: Apache-2.0
 *
 * A card to print or to save as PDF: who can be called, in large type, with pictograms, in
 * the language of the page and in that of the country side by side. It says what the
 * service offers and nothing about the person. Once open it needs no connection.
 */
import { useEffect, useRef, useState } from 'preact/hooks';

import { service as detailOf, type Found, type ServiceDetail } from '../../api';
import {
  date,
  isLanguage,
  language,
  LANGUAGES,
  speakerFor,
  t,
  type Speaker,
} from '../../i18n';
import { LOCAL } from '../names';
import type { Answered } from '../search';
import { CardService } from './CardService';

const MOST = 4;

interface Props {
  answer: Answered;
  picked: string[];
  onBack: () => void;
}

export interface Entry {
  found: Found;
  here: ServiceDetail | null; /* what its record says, in the language of the page */
  local: ServiceDetail | null; /* and in the second one */
}

/* Those that were picked, or else the top of the list; helplines first. */
function chosenOf({ answer }: Answered, picked: string[]): Found[] {
  const all = [
    ...answer.results,
    ...answer.unconfirmed,
    ...answer.remote,
    ...answer.unplaced,
  ].filter((f, i, some) => some.findIndex((s) => s.id === f.id) === i);
  const wanted = all.filter((f) => picked.includes(f.id));
  const lines = answer.helplines.filter((f) => f.phones.length > 0).slice(0, 1);
  const top = wanted.length > 0 ? wanted : all;
  return [...lines, ...top.filter((f) => !lines.some((l) => l.id === f.id))].slice(0, MOST);
}

/* The details of the chosen ones in two languages; what cannot be had stays out. */
function useEntries(found: Found[], second: string | null): Entry[] {
  const spoken = language();
  const [entries, setEntries] = useState<Entry[]>(() =>
    found.map((f) => ({ found: f, here: null, local: null })),
  );
  useEffect(() => {
    const ends = new AbortController();
    const get = (id: string, lang: string | null) =>
      lang === null ? null : detailOf(id, lang, ends.signal).catch(() => null);
    Promise.all(
      found.map(async (f) => {
        const [here, local] = await Promise.all([get(f.id, spoken), get(f.id, second)]);
        return { found: f, here, local };
      }),
    ).then((loaded) => !ends.signal.aborted && setEntries(loaded));
    return () => ends.abort();
  }, [spoken, second]);
  return entries;
}

function useSpeaker(second: string | null): Speaker | null {
  const [speaker, setSpeaker] = useState<Speaker | null>(null);
  useEffect(() => {
    let ended = false;
    setSpeaker(null);
    if (second !== null && isLanguage(second)) {
      speakerFor(second)
        .then((s) => !ended && setSpeaker(s))
        .catch(() => undefined); /* the card stands in one language */
    }
    return () => {
      ended = true;
    };
  }, [second]);
  return speaker;
}

function SecondLanguage({ value, onChange }: {
  value: string | null;
  onChange: (code: string | null) => void;
}) {
  return (
    <label class="field">
      {t('card.languages')}{' '}
      <select
        autocomplete="off"
        value={value ?? ''}
        onChange={(e) => onChange(e.currentTarget.value || null)}
      >
        <option value="">{t('card.languages_none')}</option>
        {Object.entries(LANGUAGES)
          .filter(([code]) => code !== language())
          .map(([code, { name }]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
      </select>
    </label>
  );
}

export function Card({ answer, picked, onBack }: Props) {
  const [found] = useState(() => chosenOf(answer, picked));
  const local = LOCAL[found[0]?.country ?? ''] ?? null;
  const [second, setSecond] = useState<string | null>(
    local !== null && local !== language() && isLanguage(local) ? local : null,
  );
  const [small, setSmall] = useState(false);
  const title = useRef<HTMLHeadingElement>(null);
  const entries = useEntries(found, second);
  const speaker = useSpeaker(second);
  useEffect(() => title.current?.focus(), []);
  return (
    <section class="card-view" aria-labelledby="card-title">
      <div class="card-tools">
        <h1 id="card-title" ref={title} tabIndex={-1}>
          {t('card.button')}
        </h1>
        <p class="hint">
          {t('card.hint', { count: found.length })} {t('card.too_many', { count: MOST })}
        </p>
        <SecondLanguage value={second} onChange={setSecond} />
        <label class="pick">
          <input
            type="checkbox"
            autocomplete="off"
            checked={small}
            onChange={(e) => setSmall(e.currentTarget.checked)}
          />
          <span>A5</span>
        </label>
        <div class="actions">
          <button type="button" class="main" onClick={() => window.print()}>
            {t('card.print')}
          </button>
          <button type="button" class="plain" onClick={onBack}>
            {t('card.back')}
          </button>
        </div>
      </div>
      <div class={`card ${small ? 'a5' : 'a4'}`}>
        <h2>
          {t('card.title')}
          {speaker && <span lang={speaker.language}> {speaker.t('card.title')}</span>}
        </h2>
        {entries.map((entry) => (
          <CardService key={entry.found.id} entry={entry} second={speaker} />
        ))}
        <p class="made">
          {t('card.made', { date: date(new Date()) })}
          {speaker && (
            <>
              <br />
              <span lang={speaker.language}>
                {speaker.t('card.made', {
                  date: speaker.date(new Date()),
                })}
              </span>
            </>
          )}
        </p>
      </div>
    </section>
  );
}
