import { dateOf, instantFromMs } from '../shared/dates.ts';
import type { CallSide } from './callFailure.ts';
import { addApiCalls, type ApiCalls } from './db/apiCalls.ts';
import type { Queryable } from './db/database.ts';

/** One attempt on the wire. `waitMs` is the time spent waiting for the rate budget, which no deadline counts. */
export type CallRecord = {
  connectionId: string;
  side: CallSide;
  kind: string;
  call: string;
  /** null when no answer came. */
  status: number | null;
  waitMs: number;
  callMs: number;
};

export type StatusClass = '2xx' | '3xx' | '4xx' | '429' | '5xx' | 'none';

/** Since this process started, for metrics. */
export type CallCounter = {
  connectionId: string;
  side: CallSide;
  kind: string;
  statusClass: StatusClass;
  calls: number;
  waitMs: number;
  callMs: number;
};

export type CallCounts = {
  add(record: CallRecord, nowMs: number): void;
  counters(): CallCounter[];
  /** Writes what is new since the last flush; what could not be written is kept for the next. */
  flush(database: Queryable): Promise<void>;
};

export function createCallCounts(): CallCounts {
  const counters = new Map<string, CallCounter>();
  let unwritten = new Map<string, ApiCalls>();
  return {
    add: (record, nowMs) => {
      addToCounters(counters, record);
      // Only the two services have quotas to keep an eye on.
      if (record.side === 'receiver') return;
      addToDay(unwritten, {
        connectionId: record.connectionId,
        side: record.side,
        kind: record.kind,
        day: dateOf(instantFromMs(nowMs)),
        calls: 1,
        refused: statusClassOf(record.status) === '2xx' ? 0 : 1,
      });
    },
    counters: () => [...counters.values()].map((counter) => ({ ...counter })),
    flush: async (database) => {
      const leaving = unwritten;
      unwritten = new Map();
      try {
        await addApiCalls(database, [...leaving.values()]);
      } catch (error) {
        for (const count of leaving.values()) addToDay(unwritten, count);
        throw error;
      }
    },
  };
}

function addToCounters(counters: Map<string, CallCounter>, record: CallRecord): void {
  const { connectionId, side, kind, waitMs, callMs } = record;
  const statusClass = statusClassOf(record.status);
  const name = [connectionId, side, kind, statusClass].join('\n');
  const counter = counters.get(name) ?? {
    connectionId,
    side,
    kind,
    statusClass,
    calls: 0,
    waitMs: 0,
    callMs: 0,
  };
  counters.set(name, {
    ...counter,
    calls: counter.calls + 1,
    waitMs: counter.waitMs + waitMs,
    callMs: counter.callMs + callMs,
  });
}

function addToDay(days: Map<string, ApiCalls>, count: ApiCalls): void {
  const name = [count.connectionId, count.side, count.kind, count.day].join('\n');
  const known = days.get(name);
  days.set(
    name,
    known ? { ...known, calls: known.calls + count.calls, refused: known.refused + count.refused } : count,
  );
}

function statusClassOf(status: number | null): StatusClass {
  if (status === null) return 'none';
  if (status === 429) return '429';
  if (status >= 500) return '5xx';
  if (status >= 400) return '4xx';
  return status >= 300 ? '3xx' : '2xx';
}
