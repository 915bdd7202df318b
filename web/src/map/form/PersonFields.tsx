/* SPDX-License-Identifier: Apache-2.0
 *
 * What may be told of the person: nothing of it has to be, and nothing of it is kept.
 */
import { useId } from 'preact/hooks';

import { codes, label, t } from '../../i18n';
import { readAge, type Draft } from '../draft';

/* Those that most callers speak come first. */
const HERE = ['km', 'lo', 'my', 'th', 'vi', 'zh', 'id', 'en', 'shn', 'ksw', 'hmn', 'kac'];

interface Props {
  draft: Draft;
  onChange: (draft: Draft) => void;
}

function Spoken({ draft, onChange }: Props) {
  const id = useId();
  const known = codes('language');
  const here = HERE.filter((code) => known.includes(code));
  const others = known.filter((code) => !here.includes(code));
  const option = (code: string) => (
    <option key={code} value={code}>
      {label('language', code)}
    </option>
  );
  return (
    <p class="field">
      <label for={id}>{t('person.language')}</label>
      <select
        id={id}
        autocomplete="off"
        value={draft.spoken}
        onChange={(e) => onChange({ ...draft, spoken: e.currentTarget.value })}
      >
        <option value="">{t('person.any')}</option>
        <optgroup label={t('person.languages_here')}>{here.map(option)}</optgroup>
        <optgroup label={t('person.languages_other')}>{others.map(option)}</optgroup>
      </select>
    </p>
  );
}

function Gender({ draft, onChange }: Props) {
  const name = useId();
  return (
    <fieldset class="gender">
      <legend>{t('person.gender')}</legend>
      <div class="chips">
        {['', ...codes('gender')].map((code) => (
          <label key={code} class="chip">
            <input
              type="radio"
              name={name}
              autocomplete="off"
              checked={draft.gender === code}
              onChange={() => onChange({ ...draft, gender: code })}
            />
            <span>{code === '' ? t('person.any') : label('gender', code)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Age({ draft, onChange }: Props) {
  const id = useId();
  const wrong = draft.age.trim() !== '' && readAge(draft.age) === null;
  return (
    <div class="field">
      <label for={id}>{t('person.age')}</label>
      <input
        id={id}
        type="text"
        inputmode="text"
        autocomplete="off"
        maxLength={9}
        class="age"
        value={draft.age}
        aria-describedby={`${id}-hint`}
        aria-invalid={wrong ? 'true' : undefined}
        onInput={(e) => onChange({ ...draft, age: e.currentTarget.value })}
      />
      <p class={wrong ? 'fault' : 'hint'} id={`${id}-hint`}>
        {t(wrong ? 'person.age_wrong' : 'person.age_hint')}
      </p>
    </div>
  );
}

export function PersonFields(props: Props) {
  return (
    <details class="person">
      <summary>
        {t('person.label')} <span class="hint">({t('person.optional')})</span>
      </summary>
      <p class="hint">{t('person.private')}</p>
      <Gender {...props} />
      <Age {...props} />
      <Spoken {...props} />
    </details>
  );
}
