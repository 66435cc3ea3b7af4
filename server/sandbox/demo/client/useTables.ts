import { useEffect, useRef, useState } from 'react';
import type { DemoState, ShownTable } from './state.ts';
import type { Side } from '../page/view.ts';
import type { Tab } from './Tabs.tsx';

/** A side's tables, the one that is open, and in which others something has changed since they were open. */
export function useTables(
  state: DemoState,
  side: Side,
): { tabs: Tab[]; table: ShownTable | null; open(id: string): void } {
  const [chosen, choose] = useState('');
  const seen = useRef<Record<string, number>>({});
  const tables = state.order[side].flatMap((id) => state.tables[side][id] ?? []);
  const table = tables.find(({ id }) => id === chosen) ?? tables[0] ?? null;
  useEffect(() => {
    if (table) seen.current[table.id] = table.news;
  });
  const isFirstSync =
    state.status?.state !== undefined && ['preparing', 'firstSync'].includes(state.status.state);
  const tabs = tables.map((one) => {
    if (isFirstSync) seen.current[one.id] = one.news;
    const isNew = one.id !== table?.id && one.news > (seen.current[one.id] ?? 0);
    return { id: one.id, name: one.name, count: one.rows.length, isNew };
  });
  return { tabs, table, open: choose };
}
