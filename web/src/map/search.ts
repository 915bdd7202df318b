/* SPDX-License-Identifier: Apache-2.0
 *
 * One search at a time: a newer one ends the one before.
 */
import { useEffect, useRef, useState } from 'preact/hooks';

import { ApiError, nearest, type Failure, type NearestAnswer } from '../api';
import { language } from '../i18n';
import { questionOf, type Draft } from './draft';

/* An answer, and the question that it answers. */
export interface Answered {
  draft: Draft;
  answer: NearestAnswer;
  lang: string;
}

export interface Search {
  answer: Answered | null;
  busy: boolean;
  failure: Failure | null;
  asked: Draft | null; /* the latest question, answered or not */
  run: (draft: Draft) => void;
  stop: () => void;
}

export function useSearch(): Search {
  const [answer, setAnswer] = useState<Answered | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [asked, setAsked] = useState<Draft | null>(null);
  const [busy, setBusy] = useState(false);
  const current = useRef<AbortController | null>(null);
  const spoken = language();

  async function ask(draft: Draft) {
    const ends = new AbortController();
    current.current?.abort();
    current.current = ends;
    setAsked(draft);
    setBusy(true);
    setFailure(null);
    try {
      const lang = language();
      const found = await nearest(questionOf(draft, lang), ends.signal);
      if (!ends.signal.aborted) {
        setAnswer({ draft, answer: found, lang });
      }
    } catch (e) {
      if (!ends.signal.aborted) {
        setFailure(e instanceof ApiError ? e.failure : 'failed');
      }
    } finally {
      if (current.current === ends) {
        setBusy(false);
      }
    }
  }
  const stop = () => {
    current.current?.abort();
    setBusy(false);
  };

  /* The language of the page was changed: names come in that one. */
  useEffect(() => {
    if (answer !== null && answer.lang !== spoken) {
      void ask(answer.draft);
    }
  }, [spoken]);
  useEffect(() => stop, []);

  return { answer, busy, failure, asked, run: (draft) => void ask(draft), stop };
}
