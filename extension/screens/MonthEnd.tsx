import { useState } from 'react';
import { Select, Switch } from '../components/Field.tsx';
import { Section } from '../components/Section.tsx';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import type { SettingsPart } from './Settings.tsx';

/** How the month's money is calculated when nobody says otherwise. */
export function MonthEnd({ backend, connection, save }: SettingsPart) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const reason = whyNot(backend.session.role, 'admin');
  const { accountingBasis, monthEndRuns, approvalBySecondPerson, capitalAboveTheLine } = connection.settings;
  const change = async (settings: Parameters<typeof save>[0]['settings']): Promise<void> => {
    setProblem(null);
    const answer = await save({ settings });
    if (!answer.ok) setProblem(answer.error);
  };
  return (
    <Section title="Month-end">
      <Trouble problem={problem} />
      <Select
        label="Basis"
        value={accountingBasis}
        disabledReason={reason}
        options={[
          { value: 'cash', label: 'Cash' },
          { value: 'accrual', label: 'Accrual' },
        ]}
        onChange={(value) => void change({ accountingBasis: value as 'cash' | 'accrual' })}
      />
      <Switch
        label="Calculate by itself"
        hint="On the last evening of each month, in the time zone of this connection."
        isOn={monthEndRuns}
        disabledReason={reason}
        onChange={(isOn) => void change({ monthEndRuns: isOn })}
      />
      <Switch
        label="Approval by a second person"
        hint="Whoever asked for a calculation cannot approve its draws."
        isOn={approvalBySecondPerson}
        disabledReason={reason}
        onChange={(isOn) => void change({ approvalBySecondPerson: isOn })}
      />
      <Switch
        label="Count capital items against income"
        isOn={capitalAboveTheLine}
        disabledReason={reason}
        onChange={(isOn) => void change({ capitalAboveTheLine: isOn })}
      />
    </Section>
  );
}
