import { RESOURCES, resourceNamed } from '../../../../shared/resources/index.ts';
import type { AuditEntry } from '../../../db/audit.ts';
import type { DeliveryLogEntry } from '../../buildium/webhooks.ts';
import type { Activity } from './view.ts';
import { changesInWords, entityInWords, reasonInWords } from './words.ts';

/** One thing that happened and what became of it. Its keys name the entities that it is about: `units:2001`. */
type Item = { -readonly [Key in keyof Activity]: Activity[Key] } & {
  keys: Set<string>;
  /** When this one's row is written, the change has arrived. */
  mainKey: string | null;
  /** A person's click on the page began it. */
  isClicked: boolean;
  steps: { afterMs: number; text: string }[];
  /** A side did not answer meanwhile: how long it took says nothing about an ordinary day. */
  isHeldUp: boolean;
};

export type Beginning = {
  kind: Activity['kind'];
  title: string;
  detail?: string | null;
  keys?: readonly string[];
  state?: Activity['state'];
  /** When the click came; now when absent. */
  atMs?: number;
};

export type Written = { resource: string; entityId: string; name: string; tableId: string; recordId: string };

const KEPT = 80;

/** An entity is taken to be about an item that is no older than this. */
const RELATED_MS = 90_000;

/** Rows that nobody clicked for and that come so close together are told as one. */
const TOGETHER_MS = 1_500;

/** What an edit in Airtable can come to. */
const ENDS_AN_EDIT: ReadonlySet<string> = new Set(['buildiumUpdated', 'putBack', 'conflictDecided']);

const IN_CONFLICT = 'Both sides changed this field: a conflict, to be settled in the extension.';

/** Buildium's event name → the resource and the id field of the payload that names it. */
const EVENTS = new Map(
  RESOURCES.flatMap((resource) =>
    Object.entries(resource.events).map(
      ([event, idField]) => [event, { resource: resource.name, idField }] as const,
    ),
  ),
);

/** What the page tells of the sync: clicks, webhooks, looks, written rows and reasons, brought together by entity. */
export class ActivityLog {
  readonly #now: () => number;
  #items: Item[] = [];
  #changed = new Set<Item>();
  #lastId = 0;
  #latencies: number[] = [];
  /** Rows of the first sync are counted, not told one by one. */
  quiet = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Latencies of the changes that people clicked, oldest first. */
  get latencies(): readonly number[] {
    return this.#latencies;
  }

  get waiting(): number {
    const from = this.#now() - RELATED_MS;
    return this.#items.filter((item) => item.state === 'waiting' && item.atMs >= from).length;
  }

  all(): Activity[] {
    return this.#items.map(shown);
  }

  takeChanged(): Activity[] {
    const changed = [...this.#changed].map(shown);
    this.#changed.clear();
    return changed;
  }

  begin({ kind, title, detail = null, keys = [], state = 'waiting', atMs = this.#now() }: Beginning): number {
    return this.#add({ kind, title, detail, keys, state, atMs }, true).id;
  }

  /** Says more about an item, or that it is over. */
  tell(id: number, change: Partial<Pick<Activity, 'title' | 'detail' | 'state'>>, step?: string): void {
    const item = this.#items.find((candidate) => candidate.id === id);
    if (!item) return;
    Object.assign(item, change);
    if (step !== undefined) this.#step(item, step, this.#now());
    this.#changed.add(item);
  }

  /** A delivery of Buildium's webhook, or what became of it. */
  heard(entry: DeliveryLogEntry): void {
    const key = keyOfEvent(entry);
    const item = key === null ? null : this.#about(key);
    // Told after the row was written, but delivered before it: it is part of the story.
    const isLater = item?.latencyMs != null && entry.atMs > item.atMs + item.latencyMs;
    if (!item || isLater) return;
    if (entry.outcome === 'delivered') this.#step(item, `webhook ${entry.eventName}`, entry.atMs);
    else if (entry.outcome === 'failed')
      this.#step(item, `webhook refused (${entry.status ?? 'no answer'}); Buildium tries again`, entry.atMs);
    else this.#step(item, `webhook ${entry.eventName} was lost`, entry.atMs);
  }

  /** A call of the server to Buildium about a single entity. */
  looked(call: string, callMs: number): void {
    const key = keyOfLook(call);
    const item = key === null ? null : this.#about(key);
    if (item?.state !== 'waiting' || item.isHeldUp) return;
    this.#step(item, `looked at Buildium (${callMs} ms)`, this.#now());
  }

  /** A side did not answer: everything that is on its way waits, and is told so once. */
  unanswered(name: string): void {
    for (const item of this.#items) {
      if (item.state !== 'waiting' || item.isHeldUp || item.steps.length === 0) continue;
      item.isHeldUp = true;
      this.#step(item, `${name} did not answer; tried again until it does`, this.#now());
    }
  }

  /** Rows that the sync wrote in one transaction of Airtable's. */
  written(rows: readonly Written[], atMs: number): void {
    for (const row of rows) {
      const key = `${row.resource}:${row.entityId}`;
      const { tableId, recordId } = row;
      const known = this.#about(key);
      if (!known && this.quiet) continue;
      const item = known ?? this.#addWritten(row, atMs);
      item.place ??= { tableId, recordId };
      if (item.state === 'waiting' && key === item.mainKey) this.#done(item, atMs);
      this.#changed.add(item);
    }
  }

  /** Both sides have changed the same field: what was on its way there waits for a person. */
  inConflict(key: string, sinceMs: number): void {
    const item = this.#about(key);
    const newest = item?.isClicked && item.detail === null ? [item] : [];
    for (const one of [...this.#waitingFor(key), ...newest]) {
      if (one.atMs > sinceMs) continue;
      Object.assign(one, { state: 'note', detail: IN_CONFLICT });
      this.#changed.add(one);
    }
  }

  audited(entry: AuditEntry): void {
    if (entry.resource === null || entry.entityId === null) return this.#auditedSchema(entry);
    const key = `${entry.resource}:${entry.entityId}`;
    // One look is the answer to every edit of its row, whatever Buildium announced since.
    const edits = ENDS_AN_EDIT.has(entry.action)
      ? this.#waitingFor(key).filter(({ kind }) => kind === 'edit')
      : [];
    if (edits.length > 0) for (const edit of edits) this.#tellOf(edit, key, entry);
    else this.#tellOf(this.#about(key), key, entry);
  }

  #tellOf(item: Item | null, key: string, entry: AuditEntry): void {
    if (!item || (item.isClicked && key !== item.mainKey)) return;
    if (entry.action === 'parked') Object.assign(item, { state: 'problem', detail: entry.why });
    else if (item.keys.size > 1 && !item.isClicked) item.detail = reasonInWords(entry.why);
    else if (entry.action === 'buildiumUpdated' && item.kind === 'edit') this.#carried(item, entry);
    else if (entry.action === 'putBack') this.#putBack(item, entry);
    else item.detail = [changesInWords(entry), reasonInWords(entry.why)].filter((part) => part).join(' — ');
    this.#changed.add(item);
  }

  #waitingFor(key: string): Item[] {
    return this.#items.filter(({ state, mainKey }) => state === 'waiting' && mainKey === key);
  }

  #putBack(item: Item, { why }: AuditEntry): void {
    item.detail = reasonInWords(why);
    if (item.kind === 'edit' && item.state === 'waiting') this.#done(item, this.#now());
  }

  #auditedSchema(entry: AuditEntry): void {
    const isBad = entry.action === 'fieldQuarantined';
    if (isBad || entry.action === 'fieldRepaired')
      this.#add(
        {
          kind: 'sync',
          title: entry.why,
          detail: null,
          keys: [],
          state: isBad ? 'problem' : 'done',
          atMs: this.#now(),
        },
        false,
      );
  }

  #about(key: string): Item | null {
    const from = this.#now() - RELATED_MS;
    return this.#items.find((item) => item.atMs >= from && item.keys.has(key)) ?? null;
  }

  #addWritten(row: Written, atMs: number): Item {
    const resource = resourceNamed(row.resource);
    const [last] = this.#items;
    const key = `${row.resource}:${row.entityId}`;
    const isSame =
      last && !last.isClicked && [...last.keys].every((known) => known.startsWith(`${row.resource}:`));
    if (isSame && last.keys.size > 0 && atMs - last.atMs < TOGETHER_MS) {
      last.keys.add(key);
      last.title = `${last.keys.size} ${resource.label.many} brought up to date`;
      return last;
    }
    const title = entityInWords(resource, row.name, row.entityId);
    return this.#add({ kind: 'sync', title, detail: null, keys: [key], state: 'done', atMs }, false);
  }

  #done(item: Item, atMs: number): void {
    item.state = 'done';
    item.latencyMs = Math.max(0, Math.round(atMs - item.atMs));
    this.#step(item, item.kind === 'edit' ? "Buildium's value put back" : 'row written in Airtable', atMs);
    if (item.kind === 'change' && !item.isHeldUp) this.#latencies.push(item.latencyMs);
  }

  /** An edit in Airtable has arrived in Buildium. */
  #carried(item: Item, entry: AuditEntry): void {
    const atMs = this.#now();
    if (item.state === 'waiting') item.latencyMs = Math.max(0, Math.round(atMs - item.atMs));
    Object.assign(item, { state: 'done', detail: `In Buildium: ${changesInWords(entry)}` });
    this.#step(item, 'carried into Buildium', atMs);
  }

  #step(item: Item, text: string, atMs: number): void {
    // Deliveries are told a little later than they happened.
    item.steps = [...item.steps, { afterMs: Math.max(0, Math.round(atMs - item.atMs)), text }].sort(
      (a, b) => a.afterMs - b.afterMs,
    );
    this.#changed.add(item);
  }

  #add(begun: Required<Beginning>, isClicked: boolean): Item {
    this.#lastId += 1;
    const { keys, ...rest } = begun;
    const item: Item = {
      id: this.#lastId,
      ...rest,
      keys: new Set(keys),
      mainKey: keys[0] ?? null,
      isClicked,
      steps: [],
      isHeldUp: false,
      latencyMs: null,
      place: null,
    };
    this.#items = [item, ...this.#items].slice(0, KEPT);
    this.#changed.add(item);
    return item;
  }
}

function shown({
  keys: _keys,
  mainKey: _mainKey,
  isClicked: _isClicked,
  isHeldUp: _isHeldUp,
  ...item
}: Item): Activity {
  return { ...item, steps: [...item.steps] };
}

function keyOfEvent({ eventName, body }: DeliveryLogEntry): string | null {
  const event = EVENTS.get(eventName);
  if (!event) return null;
  const id = (JSON.parse(body) as Record<string, unknown>)[event.idField];
  const first: unknown = Array.isArray(id) ? id[0] : id;
  return typeof first === 'number' ? `${event.resource}:${first}` : null;
}

/** `GET /v1/leases/3001` → `leases:3001`. */
function keyOfLook(call: string): string | null {
  const id = /^GET \S*\/(\d+)$/.exec(call)?.[1];
  if (id === undefined) return null;
  const resource = RESOURCES.find((candidate) => candidate.read?.one(id) === call.slice('GET '.length));
  return resource ? `${resource.name}:${id}` : null;
}
