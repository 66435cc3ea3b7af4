import type { AnyResource } from '../../shared/resources/define.ts';
import type { Result } from '../../shared/result.ts';
import { readPages, type ListScope, type Page } from '../buildium/read.ts';
import type { CallFailure } from '../callFailure.ts';
import { currentGeneration } from '../db/marks.ts';
import type { Job } from './job.ts';
import { isOfList } from './listFailures.ts';

/** A page, and the number before which everything that it shows had been marked when it was read. */
export type PageRead = { page: Result<Page, CallFailure>; readAtGeneration: number };

/** A resource's pages, each read when it is asked for. */
export async function* pagesOf(
  job: Job,
  resource: AnyResource,
  scope: ListScope,
): AsyncGenerator<PageRead, void> {
  let readAtGeneration = await currentGeneration(job.database);
  for await (const page of readPages(job.buildium, resource, scope, { priority: 'sweep' })) {
    yield { page, readAtGeneration };
    readAtGeneration = await currentGeneration(job.database);
  }
}

/** Entities that wait to be looked at; more would only fill the memory. */
const WAITING_AT_MOST = 2_000;

export type ReadAhead = {
  /** A resource's pages, those that were read already first. The reading begins with the first. They are asked for in the order given, or skipped. */
  pages(resource: AnyResource): AsyncGenerator<PageRead, void>;
  /** A resource that nobody will ask for any more. */
  skip(resource: AnyResource): void;
  /** Nothing more is read. */
  stop(): void;
};

type Shelf = { read: PageRead[]; isWhole: boolean; isSkipped: boolean };

/**
 * Reads resources one after the other while the rows of earlier ones are being written, so that Airtable, whose
 * limit decides how long a first sync takes, never waits for Buildium. What a page shows may be minutes old when
 * its turn comes: whatever changed meanwhile was marked with a later number than the page's and is left to its mark.
 */
export function readAhead(job: Job, resources: readonly AnyResource[], scope: ListScope): ReadAhead {
  const shelves = new Map<string, Shelf>(
    resources.map(({ name }) => [name, { read: [], isWhole: false, isSkipped: false }]),
  );
  const bell = createBell();
  let isStopped = false;
  let failure: unknown = new Error('The reading ahead was stopped before this resource was read.');

  const waiting = (): number =>
    [...shelves.values()]
      .flatMap((shelf) => shelf.read)
      .reduce((sum, { page }) => sum + (page.ok ? page.value.wires.length : 0), 0);

  async function fill(resource: AnyResource, shelf: Shelf): Promise<void> {
    for await (const read of pagesOf(job, resource, scope)) {
      if (shelf.isSkipped) return;
      shelf.read.push(read);
      bell.ring();
      // What failed is the last page of its list; unless that alone is refused, whoever takes it ends the run.
      if (!read.page.ok && !isOfList(read.page.error)) isStopped = true;
      while (!isStopped && waiting() >= WAITING_AT_MOST) await bell.rung();
      if (isStopped) return;
    }
    shelf.isWhole = true;
    bell.ring();
  }

  async function fillAll(): Promise<void> {
    for (const resource of resources) {
      const shelf = shelves.get(resource.name);
      if (shelf && !shelf.isSkipped && !isStopped) await fill(resource, shelf);
    }
  }

  let isStarted = false;
  const start = (): void => {
    if (isStarted) return;
    isStarted = true;
    void fillAll()
      .catch((error: unknown) => (failure = error))
      .finally(() => {
        isStopped = true;
        bell.ring();
      });
  };
  return {
    pages: async function* (resource) {
      start();
      const shelf = shelves.get(resource.name);
      while (shelf) {
        const next = shelf.read.shift();
        if (next) {
          bell.ring();
          yield next;
        } else if (shelf.isWhole) return;
        // An end that comes too early must not pass for a whole list: what is missing from one is marked as gone.
        else if (isStopped) throw failure;
        else await bell.rung();
      }
    },
    skip: ({ name }) => {
      const shelf = shelves.get(name);
      if (shelf) Object.assign(shelf, { isSkipped: true, read: [] });
      bell.ring();
    },
    stop: () => {
      isStopped = true;
      bell.ring();
    },
  };
}

type Bell = { ring(): void; rung(): Promise<void> };

function createBell(): Bell {
  let listeners: (() => void)[] = [];
  return {
    ring: () => {
      const heard = listeners;
      listeners = [];
      for (const wake of heard) wake();
    },
    rung: () => new Promise((resolve) => listeners.push(resolve)),
  };
}
