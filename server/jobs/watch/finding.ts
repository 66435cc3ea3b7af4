import type { Finding } from '../../../shared/syncStatus.ts';

export type { Finding } from '../../../shared/syncStatus.ts';

export function fine(about: string, message: string): Finding {
  return { level: 'ok', about, message, whatToDo: null };
}

export function note(about: string, message: string, whatToDo: string | null = null): Finding {
  return { level: 'note', about, message, whatToDo };
}

export function problem(about: string, message: string, whatToDo: string | null = null): Finding {
  return { level: 'problem', about, message, whatToDo };
}
