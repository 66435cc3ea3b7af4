import type { SignInSession } from '../shared/signIn.ts';
import { isSession } from './contract.ts';

/** Where a session outlives a reload of the panel: this frame's own storage in this tab, and nowhere else. */
export type SessionStore = {
  load(): SignInSession | null;
  save(session: SignInSession): void;
  clear(): void;
};

/** Of a browser that gives embedded pages no storage: as long as the panel lives. */
const inMemory = new Map<string, string>();

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const MEMORY: Store = {
  getItem: (key) => inMemory.get(key) ?? null,
  setItem: (key, text) => void inMemory.set(key, text),
  removeItem: (key) => void inMemory.delete(key),
};

/** Null where the browser forbids it to frames of another site, as one that blocks third-party cookies does. */
function ownStorage(): Store | null {
  try {
    window.sessionStorage.getItem('');
    return window.sessionStorage;
  } catch {
    return null;
  }
}

/** Whether a sign-in outlives a reload here. */
export function outlivesReload(): boolean {
  return ownStorage() !== null;
}

export function sessionStore(address: string, baseId: string, now: () => number = Date.now): SessionStore {
  const key = `sync-session:${address}:${baseId}`;
  const store = ownStorage() ?? MEMORY;
  return {
    load: () => {
      const kept = parsed(store.getItem(key));
      return isSession(kept) && Date.parse(kept.refreshUntil) > now() ? kept : null;
    },
    save: (session) => {
      try {
        store.setItem(key, JSON.stringify(session));
      } catch {
        // A full storage costs a sign-in after the next reload, and nothing now.
      }
    },
    clear: () => store.removeItem(key),
  };
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}
