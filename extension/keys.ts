import { useEffect, useLayoutEffect, useRef } from 'react';

export type Keys = Readonly<Record<string, () => void>>;

/** Keys for the whole screen, but never while somebody types. */
export function useKeys(keys: Keys): void {
  const newest = useRef(keys);
  // At once and not after the paint: two keys in a hurry must both meet what the first one changed.
  useLayoutEffect(() => {
    newest.current = keys;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.metaKey || event.ctrlKey || event.altKey) return;
      const target = event.target instanceof Element ? event.target : document.body;
      if (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return;
      // A focused button has its own Enter; a tab or a choice that has the focus is chosen already.
      if (event.key === 'Enter' && target.matches('button:not([role=tab], [role=radio]), summary, a')) return;
      const act = newest.current[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
