/* SPDX-License-Identifier: Apache-2.0
 *
 * What is needed: one chip with a pictogram for each need of the first level.
 */
import { codes, label, t } from '../../i18n';
import { Icon, iconOfNeed } from '../../page/icons';

interface Props {
  chosen: string[];
  onChange: (needs: string[]) => void;
}

/* The need of the first level that a code is, or lies under. */
export const topOf = (need: string): string => need.split('.', 1)[0] as string;

export function NeedChips({ chosen, onChange }: Props) {
  const first = codes('need').filter((code) => !code.includes('.'));
  /* A link, or an advice, may have asked for one of a finer level. */
  const finer = chosen.filter((code) => code.includes('.'));
  return (
    <fieldset class="needs">
      <legend>{t('need.label')}</legend>
      <p class="hint">{t('need.hint')}</p>
      <div class="chips">
        {[...first, ...finer].map((code) => (
          <label key={code} class="chip">
            <input
              type="checkbox"
              autocomplete="off"
              checked={chosen.includes(code)}
              onChange={(e) => {
                const others = chosen.filter((c) => c !== code);
                onChange(e.currentTarget.checked ? [...others, code] : others);
              }}
            />
            <Icon name={iconOfNeed(code)} />
            <span>{label('need', code)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
