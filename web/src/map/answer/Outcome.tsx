/* SPDX-License-Identifier: Apache-2.0
 *
 * What came out, in plain words, and what else may help.
 */
import { distance, isKey, label, list, t } from '../../i18n';
import { Icon, iconOfNeed } from '../../page/icons';
import type { Draft } from '../draft';
import type { Answered } from '../search';

function outcomeText({ answer }: Answered): string | null {
  const { outcome } = answer.summary;
  if (outcome === 'not_published' && !answer.helplines.some((s) => s.phones.length > 0)) {
    return t('outcome.not_published_no_line');
  }
  const key = `outcome.${outcome}`;
  return isKey(key) ? t(key) : null; /* what was found speaks for itself */
}

function Country({ answered }: { answered: Answered }) {
  const { country } = answered.answer;
  if (country.rule === 'none') {
    return <p class="note">{t('country.none')}</p>;
  }
  if (!country.uncertain) {
    return null;
  }
  const named = (country.candidates ?? []).map((code) => label('country', code));
  return (
    <p class="note">
      {t('country.uncertain', { countries: list(named) })} {t('country.unsafe')}
    </p>
  );
}

/* Searches that would find something: never one that changes who the person is. */
function Relaxed({ answered, onAsk }: { answered: Answered; onAsk: (d: Draft) => void }) {
  const { relax } = answered.answer.summary;
  return (
    <>
      {relax.map(({ parameter, found, nearest_m: m }) => {
        const key = `relax.${parameter}`;
        if (!isKey(key)) {
          return null;
        }
        const text = t(key, { found, distance: distance(m) });
        const changed = changedBy(parameter, answered.draft);
        return (
          <li key={parameter}>
            {changed === null ? (
              text
            ) : (
              <button type="button" class="plain" onClick={() => onAsk(changed)}>
                {text}
              </button>
            )}
          </li>
        );
      })}
    </>
  );
}

function changedBy(parameter: string, draft: Draft): Draft | null {
  const changes: Record<string, Partial<Draft>> = {
    cross_border: { crossBorder: true },
    language: { spoken: '' },
  };
  const change = changes[parameter];
  return change ? { ...draft, ...change } : null;
}

export function Outcome({ answered }: { answered: Answered }) {
  const text = outcomeText(answered);
  return (
    <>
      {text !== null && <p class="outcome">{text}</p>}
      <Country answered={answered} />
    </>
  );
}

/* After the lists: what is there goes before what might be. */
export function Instead({ answered, onAsk }: {
  answered: Answered;
  onAsk: (draft: Draft) => void;
}) {
  const { instead, relax } = answered.answer.summary;
  return instead.length === 0 && relax.length === 0 ? null : (
    <section class="instead" aria-labelledby="instead-title">
      <h3 id="instead-title">{t('instead.title')}</h3>
      <ul>
        <Relaxed answered={answered} onAsk={onAsk} />
        {instead.map((need) => (
          <li key={need}>
            <button
              type="button"
              class="plain"
              onClick={() => onAsk({ ...answered.draft, needs: [need] })}
            >
              <Icon name={iconOfNeed(need)} />
              {t('instead.need', { need: label('need', need) })}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
