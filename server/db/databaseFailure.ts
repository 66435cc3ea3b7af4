import { isDatabaseUnavailable } from './database.ts';
import { MigrationError } from './migrate.ts';

/** Why the database keeps a program from starting, in a sentence for its operator; null: it is something else. */
export function databaseFailure(error: unknown): string | null {
  if (error instanceof MigrationError) return error.message;
  if (!isDatabaseUnavailable(error)) return null;
  // Node leaves the message blank where several addresses failed; each of them has its own.
  const { message, errors } = error as { message?: string; errors?: readonly Error[] };
  const reason = message || errors?.map((one) => one.message).join(', ') || String(error);
  return `The database cannot be reached (${reason}). Check DATABASE_URL, and that the server runs and lets this machine in.`;
}
