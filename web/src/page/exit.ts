/* SPDX-License-Identifier: Apache-2.0
 *
 * Leaving at once. The page is emptied first, so that nothing is read while the next one
 * loads; then its entry in the history is replaced, so that Back does not come here again.
 * No entry is ever added while somebody uses a page (only replaced), so none is left over.
 *
 * The keys are those that field tests of public services settled on: Shift, three times
 * quickly. Escape alone closes dialogs and stops the loading of pages; three times is what
 * other sites teach, so it works here too.
 */
const TIMES = 3;
const WITHIN_MS = 2000;
const KEYS = ['Shift', 'Escape'];

/* Where to: an empty page unless the build was told another one. */
const target = () =>
  document.querySelector<HTMLAnchorElement>('a[data-exit]')?.href || 'about:blank';

/* The outermost window: where this page is framed, the page around it would tell. */
function outermost(): Window {
  return window.top ?? window;
}

/* Empties the page. What comes back from the browser's memory of pages is empty too. */
export function wipe(): void {
  document.querySelectorAll('form').forEach((form) => form.reset());
  document.title = '\u200b';
  document.querySelectorAll('link[rel~="icon"]').forEach((link) => link.remove());
  document.body.replaceChildren();
}

export function leave(): void {
  const to = target();
  wipe();
  try {
    outermost().location.replace(to);
  } catch {
    window.location.replace(to); /* a frame that may not move the page around it */
  }
}

/* Hears the keys, and sees to it that a page that is left keeps nothing. */
export function listenForExit(): void {
  let pressed: { key: string; at: number }[] = [];
  let clean = true; /* the Shift key was pressed alone, not for a capital */
  document.addEventListener('keydown', (e) => {
    if (!KEYS.includes(e.key)) {
      pressed = [];
      clean = false;
    } else if (!e.repeat) {
      clean = true;
    }
  });
  document.addEventListener('keyup', (e) => {
    if (!KEYS.includes(e.key) || !clean) {
      return;
    }
    const now = performance.now();
    pressed = pressed.filter((p) => p.key === e.key && now - p.at < WITHIN_MS);
    pressed.push({ key: e.key, at: now });
    if (pressed.length >= TIMES) {
      pressed = [];
      leave();
    }
  });
  /* Browsers keep left pages as they were, for Back. */
  window.addEventListener('pagehide', wipe);
  window.addEventListener('pageshow', (e) => {
    if (e.persisted) {
      window.location.reload();
    }
  });
}
