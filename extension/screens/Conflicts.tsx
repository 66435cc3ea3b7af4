import { useState } from 'react';
import type { ResourceStatus } from '../../shared/syncStatus.ts';
import type { Backend } from '../backend.ts';
import { Tabs, type Tab } from '../components/Tabs.tsx';
import { OpenConflicts } from './OpenConflicts.tsx';
import { SettledConflicts } from './SettledConflicts.tsx';

type Which = 'open' | 'settled';

export type ConflictsProps = {
  backend: Backend;
  resources: readonly ResourceStatus[];
  /** Something was settled or brought back: how many are open is another number now. */
  onChanged: () => void;
};

const TABS: readonly Tab<Which>[] = [
  { id: 'open', label: 'Open' },
  { id: 'settled', label: 'Settled' },
];

export function Conflicts(props: ConflictsProps) {
  const [which, setWhich] = useState<Which>('open');
  return (
    <>
      <Tabs label="Which conflicts" look="inner" tabs={TABS} current={which} onChange={setWhich} />
      <div role="tabpanel" id={`panel-${which}`} aria-labelledby={`tab-${which}`}>
        {which === 'open' ? <OpenConflicts {...props} /> : <SettledConflicts {...props} />}
      </div>
    </>
  );
}

/** The table's name when it was made; `sdk.ts` finds it whatever it is called now. */
export function tableOf(resources: readonly ResourceStatus[], name: string): string | null {
  return resources.find(({ resource }) => resource === name)?.table ?? null;
}
