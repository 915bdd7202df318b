/* SPDX-License-Identifier: Apache-2.0
 *
 * A service in the list: enough to decide whom to call; the rest opens in place.
 */
import { useEffect, useId, useRef, useState } from 'preact/hooks';

import type { Found } from '../../api';
import { isKey, label, list, t } from '../../i18n';
import { Icon, iconOfNeed } from '../../page/icons';
import { topOf } from '../form/NeedChips';
import { languageOf, organizationName } from '../names';
import { Details } from './Details';
import {
  distanceText,
  geoOf,
  isExact,
  openText,
  precisionText,
  statusText,
  verifiedText,
} from './facts';
import { Phones } from './Phones';

interface Props {
  found: Found;
  number?: number | undefined; /* on the map */
  sure: boolean;
  selected: boolean;
  fromMap: boolean; /* it was chosen there: come into view */
  picked: boolean;
  onSelect: () => void;
  onPick: (on: boolean) => void;
}

/* What is asked by telephone, once a question: two criteria may need the same one. */
function Ask({ found }: { found: Found }) {
  const keys = found.ask.map((criterion) => `ask.${criterion}`).filter(isKey);
  const questions = [...new Set(keys.map((key) => t(key)))];
  return questions.length === 0 ? null : (
    <div class="ask">
      <h5>{t('ask.title')}</h5>
      <ul>
        {questions.map((question) => (
          <li key={question}>{question}</li>
        ))}
      </ul>
    </div>
  );
}

function Fit({ found }: { found: Found }) {
  const asked = Object.entries(found.fit).filter(([criterion]) => criterion !== 'status');
  const lines = asked.flatMap(([criterion, answer]) => {
    const key = `criterion.${criterion}`;
    return isKey(key) ? [{ key, answer, name: t(key) }] : [];
  });
  return lines.length === 0 ? null : (
    <ul class="fit" aria-label={t('fit.title')}>
      {lines.map(({ key, answer, name }) => (
        <li key={key} class={`fit-${answer}`}>
          {t('fit.line', { criterion: name, answer: t(`fit.${answer}`) })}
        </li>
      ))}
    </ul>
  );
}

function Where({ found }: { found: Found }) {
  const far = distanceText(found);
  const exact = isExact(found);
  const inside = found.point?.place_name;
  const words = [
    far,
    inside ? t('service.in', { place: inside }) : null,
    exact ? t('service.exact') : precisionText(found),
  ].filter((w) => w !== null);
  return words.length === 0 ? null : <p class="where">{words.join(' · ')}</p>;
}

/* A district's point is no place to go to: only an exact one gets directions. */
function Directions({ found }: { found: Found }) {
  const geo = isExact(found) ? geoOf(found) : null;
  return geo === null ? null : (
    <a class="plain" href={geo} title={t('service.directions_hint')}>
      <Icon name="direction" size={20} /> {t('service.directions')}
    </a>
  );
}

function Heading({ found, number, id }: Pick<Props, 'found' | 'number'> & { id: string }) {
  const organization = organizationName(found);
  return (
    <>
      <h4>
        {number !== undefined && (
          <span class="number" aria-label={t('service.number', { number })} role="img">
            {number}
          </span>
        )}
        <span id={id} lang={languageOf(found.name)}>
          {found.name}
        </span>
      </h4>
      {organization !== null && organization !== found.name && (
        <p class="organization" lang={languageOf(organization)}>
          {organization}
        </p>
      )}
    </>
  );
}

function State({ found }: { found: Found }) {
  const open = found.open !== undefined && found.open.state !== 'unknown';
  /* What was written down years ago says so once, as a warning. */
  const old = found.warnings.includes('historical');
  return old && !open ? null : (
    <p class="state">
      <span class={open ? `is-${found.open?.state}` : undefined}>{openText(found)}</span>
      {!old && ` · ${statusText(found)} · ${verifiedText(found)}`}
    </p>
  );
}

export function ServiceItem(props: Props) {
  const { found, number, sure, selected, fromMap, picked, onSelect, onPick } = props;
  const [open, setOpen] = useState(false);
  const item = useRef<HTMLLIElement>(null);
  const id = useId();
  /* What is read aloud: what the button says, and of which service. */
  const named = (part: string) => ({ 'aria-labelledby': `${id}-${part} ${id}-name` });
  useEffect(() => {
    if (selected && fromMap) {
      item.current?.scrollIntoView({ block: 'nearest' });
      item.current?.focus({ preventScroll: true });
    }
  }, [selected, fromMap]);
  return (
    <li
      ref={item}
      tabIndex={-1}
      class={`service ${sure ? 'sure' : 'unsure'}${selected ? ' selected' : ''}`}
      aria-current={selected ? 'true' : undefined}
    >
      <Heading found={found} number={number} id={`${id}-name`} />
      <p class="offers">
        <span class="pictograms">
          {[...new Set(found.needs.map(topOf))].map((need) => (
            <Icon key={need} name={iconOfNeed(need)} />
          ))}
        </span>
        {list(found.needs.map((need) => label('need', need)))}
      </p>
      <Where found={found} />
      <State found={found} />
      <Fit found={found} />
      <Phones service={found} />
      <Ask found={found} />
      <div class="actions">
        <Directions found={found} />
        {number !== undefined && (
          <button
            type="button"
            class="plain"
            id={`${id}-map`}
            {...named('map')}
            aria-pressed={selected}
            onClick={onSelect}
          >
            <Icon name="map" size={20} /> {t('service.on_map')}
          </button>
        )}
        <button
          type="button"
          class="plain"
          id={`${id}-details`}
          {...named('details')}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {t(open ? 'service.close' : 'service.details')}
        </button>
        <label class="pick">
          <input
            type="checkbox"
            autocomplete="off"
            checked={picked}
            {...named('pick')}
            onChange={(e) => onPick(e.currentTarget.checked)}
          />
          <span id={`${id}-pick`}>{t('service.pick')}</span>
        </label>
      </div>
      {open && <Details id={found.id} />}
    </li>
  );
}
