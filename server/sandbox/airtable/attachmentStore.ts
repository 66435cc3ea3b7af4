import { createHash } from 'node:crypto';
import type { Attachment } from './model.ts';
import type { ApiAnswer, ApiRequest } from './operation.ts';

const URL_LIFE_MS = 2 * 3_600_000;
/** Links change at most this often, so that two reads in a row show the same link. */
const URL_STEP_MS = 60_000;
const PREFIX = '/attachments/';

/** Hands out links to attached files that end after two hours, and answers them. */
export class AttachmentStore {
  readonly #files = new Map<string, { file: Attachment; key: string }>();
  /** Where the links lead; the HTTP server puts its own address here. */
  origin = 'https://v5.airtableusercontent.com';

  url(file: Attachment, nowMs: number): string {
    let held = this.#files.get(file.id);
    if (!held) {
      // A read must not use up chance, or the ids after it would hang on who looked.
      const key = createHash('sha256').update(file.id).digest('hex').slice(0, 32);
      this.#files.set(file.id, (held = { file, key }));
    }
    const expiresMs = Math.floor(nowMs / URL_STEP_MS) * URL_STEP_MS + URL_LIFE_MS;
    const name = encodeURIComponent(file.filename);
    return `${this.origin}${PREFIX}${file.id}/${expiresMs}/${held.key}/${name}`;
  }

  /** Answers a link of ours; null for any other path. */
  answer(request: ApiRequest, nowMs: number): ApiAnswer | null {
    if (!request.path.startsWith(PREFIX) || request.method !== 'GET') return null;
    const [id = '', expires = '', key] = request.path.slice(PREFIX.length).split('/');
    const held = this.#files.get(id);
    if (!held || held.key !== key) return { status: 404, headers: {}, body: undefined };
    if (nowMs > Number(expires)) return { status: 410, headers: {}, body: undefined };
    const { bytes, type, sourceUrl } = held.file;
    const content = bytes ?? new TextEncoder().encode(`copy of ${sourceUrl ?? held.file.filename}`);
    return { status: 200, headers: { 'content-type': type }, body: content };
  }
}
