import { defineOwnTable } from './define.ts';
import { ENTERED_STATE } from './entered.ts';

export const paymentPlansTable = defineOwnTable({
  name: 'paymentPlans',
  table: 'Payment Plans',
  description:
    'Instalments agreed with tenants, entered here, one a row: what an instalment will bring is not late until the instalment is.',
  columns: [
    { key: 'name', column: 'Name', kind: 'text', description: 'Any name for the instalment.' },
    {
      key: 'lease',
      column: 'Lease',
      kind: 'link',
      target: 'leases',
      description: 'The lease that pays: one.',
    },
    { key: 'dueOn', column: 'Due', kind: 'date', description: 'The day by which it is to be paid.' },
    { key: 'amount', column: 'Amount', kind: 'money', description: 'More than zero.' },
    ...ENTERED_STATE,
  ],
});
