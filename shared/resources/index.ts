import { bankAccounts } from './bankAccounts.ts';
import { billLines } from './billLines.ts';
import { billPayments } from './billPayments.ts';
import { bills } from './bills.ts';
import type { AnyResource } from './define.ts';
import { glAccounts } from './glAccounts.ts';
import { leases } from './leases.ts';
import { owners } from './owners.ts';
import { properties } from './properties.ts';
import { tenants } from './tenants.ts';
import { transactions } from './transactions.ts';
import { units } from './units.ts';
import { vendors } from './vendors.ts';

/** Every resource, each after those that its links point to. A new resource is its file and its line here. */
export const RESOURCES: readonly AnyResource[] = [
  glAccounts,
  bankAccounts,
  properties,
  units,
  owners,
  tenants,
  vendors,
  leases,
  bills,
  billLines,
  billPayments,
  transactions,
];

const byName = new Map(RESOURCES.map((resource) => [resource.name, resource]));

/** @throws when no resource has the name: names come from us or were checked at the door. */
export function resourceNamed(name: string): AnyResource {
  const resource = byName.get(name);
  if (!resource) throw new Error(`No resource is named ${name}; they are ${[...byName.keys()].join(', ')}`);
  return resource;
}

export function isResourceName(name: string): boolean {
  return byName.has(name);
}

/** The resources that have lists of their own: what is claimed, swept and shown in the status. */
export const ROOT_RESOURCES: readonly AnyResource[] = RESOURCES.filter((resource) => resource.read !== null);

/** Columns that every synced table has beside its resource's own. */
export const SYNC_COLUMNS = {
  buildiumId: {
    key: 'buildiumId',
    column: 'Buildium ID',
    kind: 'text',
    description: 'Id in Buildium. The sync finds the row by it: leave it as it is.',
  },
  status: {
    key: 'syncStatus',
    column: 'Sync Status',
    kind: 'choice',
    description: 'Whether this row and Buildium agree.',
    choices: [
      { name: 'Synced', color: 'greenLight2' },
      { name: 'Waiting', color: 'yellowLight2' },
      { name: 'Problem', color: 'redLight2' },
      { name: 'Conflict', color: 'orangeLight2' },
      { name: 'Deleted in Buildium', color: 'grayLight2' },
      { name: 'Paused', color: 'purpleLight2' },
    ],
  },
  pause: {
    key: 'pauseSync',
    column: 'Pause sync',
    kind: 'checkbox',
    description:
      'Tick it, and the sync leaves this row alone, in both directions, until it is unticked. The lines and payments of a bill rest with it.',
  },
  note: {
    key: 'syncNote',
    column: 'Sync Note',
    kind: 'longText',
    description: 'What is wrong with this row and what to do about it.',
  },
  lastSynced: {
    key: 'lastSynced',
    column: 'Last Synced',
    kind: 'instant',
    description: 'When the sync last changed this row.',
  },
} as const;
