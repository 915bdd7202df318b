/* SPDX-License-Identifier: Apache-2.0
 *
 * A link to a search, made only when somebody presses for it. The address of the page stays
 * as it is.
 */
import { useEffect, useRef, useState } from 'preact/hooks';

import { t } from '../i18n';
import { Icon } from '../page/icons';
import type { Draft } from './draft';
import { linkOf } from './shared_link';

export function ShareLink({ draft }: { draft: Draft }) {
  const [open, setOpen] = useState(false);
  const [copied, setCopied] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const link = open ? linkOf(draft, window.location.origin) : null;
  useEffect(() => {
    setOpen(false);
    setCopied(false);
  }, [draft]);
  useEffect(() => field.current?.select(), [open]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link ?? '');
      setCopied(true);
    } catch {
      field.current?.select(); /* not allowed: it is selected, to be copied by hand */
    }
  };
  return (
    <div class="share">
      <button type="button" class="plain" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="share" size={20} /> {t('share.button')}
      </button>
      {open && (
        <div class="share-link">
          {link === null ? (
            <p>{t('share.only_named')}</p>
          ) : (
            <>
              <label>
                {t('share.label')}
                <input ref={field} type="text" readonly value={link} autocomplete="off" />
              </label>
              <button type="button" class="plain" onClick={() => void copy()}>
                {t('share.copy')}
              </button>
              <p class="hint" role="status">
                {copied ? t('share.copied') : t('share.hint')}
              </p>
            </>
          )}
        </div>
      )}
    </div>
  );
}
