/* SPDX-License-Identifier: Apache-2.0
 *
 * The question. The form never goes anywhere by itself: its fields have no names, and what
 * is asked leaves by POST in search.ts.
 */
import { useEffect, useState } from 'preact/hooks';

import { t } from '../../i18n';
import { readAge, type Draft } from '../draft';
import { NeedChips } from './NeedChips';
import { PersonFields } from './PersonFields';
import { PlaceField } from './PlaceField';

interface Props {
  draft: Draft;
  onChange: (draft: Draft) => void;
  onSearch: (draft: Draft) => void;
  busy: boolean;
  onStop: () => void;
  onMap: () => void;
}

export function SearchForm({ draft, onChange, onSearch, busy, onStop, onMap }: Props) {
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    if (draft.place !== null) {
      setMissing(false);
    }
  }, [draft.place]);
  const ageWrong = draft.age.trim() !== '' && readAge(draft.age) === null;
  const submit = (e: Event) => {
    e.preventDefault();
    setMissing(draft.place === null);
    if (draft.place !== null && !ageWrong) {
      onSearch({ ...draft, crossBorder: false });
    }
  };
  return (
    <form class="question" autocomplete="off" novalidate onSubmit={submit}>
      <PlaceField
        chosen={draft.place}
        missing={missing}
        onChoose={(place) => onChange({ ...draft, place })}
        onMap={onMap}
      />
      <NeedChips chosen={draft.needs} onChange={(needs) => onChange({ ...draft, needs })} />
      <PersonFields draft={draft} onChange={onChange} />
      <div class="go">
        <button type="submit" class="main" aria-disabled={busy ? 'true' : undefined}>
          {busy ? t('search.busy') : t('search.button')}
        </button>
        {busy && (
          <button type="button" class="plain" onClick={onStop}>
            {t('search.cancel')}
          </button>
        )}
      </div>
    </form>
  );
}
