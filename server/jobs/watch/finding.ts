/** What a check found out. A problem needs a person; a note only wants to be known. */
export type Finding = {
  level: 'ok' | 'note' | 'problem';
  /** What was looked at: "Database", "Buildium key"… */
  about: string;
  message: string;
  /** The next step, where there is one. */
  whatToDo: string | null;
};

export function fine(about: string, message: string): Finding {
  return { level: 'ok', about, message, whatToDo: null };
}

export function note(about: string, message: string, whatToDo: string | null = null): Finding {
  return { level: 'note', about, message, whatToDo };
}

export function problem(about: string, message: string, whatToDo: string | null = null): Finding {
  return { level: 'problem', about, message, whatToDo };
}
