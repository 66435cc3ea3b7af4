import type { SignInSession } from '../shared/signIn.ts';
import { isSession } from './contract.ts';

/** Where a session outlives a reload of the panel: this frame's own storage in this tab, and nowhere else. */
export type SessionStore = {
  load(): SignInSession | null;
  save(session: SignInSession): void;
  clear(): void;
};

/** Storage may be forbidden to frames: then the session lives as long as the panel. */
export function sessionStore(address: string, baseId: string, now: () => number = Date.now): SessionStore {
  const key = `sync-session:${address}:${baseId}`;
  const quietly = <T>(work: () => T, otherwise: T): T => {
    try {
      return work();
    } catch {
      return otherwise;
    }
  };
  return {
    load: () =>
      quietly(() => {
        const kept: unknown = JSON.parse(window.sessionStorage.getItem(key) ?? 'null');
        return isSession(kept) && Date.parse(kept.refreshUntil) > now() ? kept : null;
      }, null),
    save: (session) => quietly(() => window.sessionStorage.setItem(key, JSON.stringify(session)), undefined),
    clear: () => quietly(() => window.sessionStorage.removeItem(key), undefined),
  };
}
