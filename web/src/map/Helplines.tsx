/* SPDX-License-Identifier: Apache-2.0
 *
 * Where to call, above everything else: those of the answer; before there is one, those of
 * the directory, of the chosen place's country as soon as a place is chosen. Only what has
 * a number to call: the list of an answer shows the others.
 */
import { useEffect, useState } from 'preact/hooks';

import { helplines, type Service } from '../api';
import { label, language, t } from '../i18n';
import { Phones } from './answer/Phones';
import type { Chosen } from './draft';
import { languageOf, organizationName } from './names';
import type { Answered } from './search';

const SHOWN = 3;

interface Props {
  place: Chosen | null;
  answer: Answered | null;
}

/* The helplines of the whole directory; null until they are known. */
function useRegion(wanted: boolean): Service[] | null {
  const [known, setKnown] = useState<Service[] | null>(null);
  const spoken = language();
  useEffect(() => {
    if (!wanted) {
      return undefined;
    }
    const ends = new AbortController();
    helplines(spoken, ends.signal)
      .then(({ services }) => setKnown(services))
      .catch(() => undefined); /* the list says what is wrong with the line */
    return () => ends.abort();
  }, [wanted, spoken]);
  return known;
}

function Helpline({ line, country }: { line: Service; country: boolean }) {
  const organization = organizationName(line);
  return (
    <li class="helpline">
      <p class="helpline-name">
        <strong lang={languageOf(line.name)}>{line.name}</strong>
        {organization !== null && organization !== line.name && (
          <span class="organization" lang={languageOf(organization)}>
            {organization}
          </span>
        )}
        {country && <span class="hint"> {label('country', line.country)}</span>}
      </p>
      <Phones service={line} />
    </li>
  );
}

export function Helplines({ place, answer }: Props) {
  const [all, setAll] = useState(false);
  const region = useRegion(answer === null);
  const country = place?.kind === 'named' ? place.place.country : null;
  const lines = (answer?.answer.helplines ?? region ?? [])
    .filter((s) => s.phones.length > 0)
    .filter((s) => answer !== null || country === null || s.country === country);
  const shown = all ? lines : lines.slice(0, SHOWN);
  const countries = new Set(lines.map((s) => s.country)).size > 1;
  const known = answer !== null || region !== null;
  return (
    <section class="helplines" aria-labelledby="helplines-title" aria-busy={!known}>
      <h2 id="helplines-title">{t('helpline.title')}</h2>
      {known && lines.length === 0 && <p>{t('helpline.none')}</p>}
      {lines.length > 0 && (
        <ul>
          {shown.map((line) => (
            <Helpline key={line.id} line={line} country={countries} />
          ))}
        </ul>
      )}
      {shown.length < lines.length && (
        <button type="button" class="plain" onClick={() => setAll(true)}>
          {t('helpline.all', { count: lines.length - shown.length })}
        </button>
      )}
    </section>
  );
}
