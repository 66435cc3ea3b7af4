import { useState, type ReactNode } from 'react';
import type { Role } from '../../shared/endpoint.ts';
import type { SignedInPerson } from '../../shared/signIn.ts';
import type { Backend } from '../backend.ts';
import { Select } from '../components/Field.tsx';
import { Below, Empty, Failed, Section, Skeleton } from '../components/Section.tsx';
import { Trouble } from '../components/Trouble.tsx';
import type { Problem } from '../problem.ts';
import { useNow, useRemote, valueOf } from '../remote.ts';
import { capital } from '../../shared/sentence.ts';
import { ago, plural } from '../words.ts';

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'Viewer: looks',
  operator: 'Operator: also acts',
  admin: 'Admin: also changes settings',
};

/** Follow what Airtable says. */
const AS_AIRTABLE = '';

export function People({ backend, below }: { backend: Backend; below: ReactNode }) {
  const now = useNow(10_000);
  const people = useRemote(() => backend.ask('listPeople'), backend.session.connectionId, 30_000);
  const [problem, setProblem] = useState<Problem | null>(null);
  const known = valueOf(people.remote)?.people ?? null;

  const change = async (person: SignedInPerson, chosen: string): Promise<void> => {
    setProblem(null);
    const role = chosen === AS_AIRTABLE ? null : (chosen as Role);
    const answer = await backend.ask('changePerson', { params: { userId: person.userId }, body: { role } });
    if (answer.ok) people.put(answer.value);
    else setProblem(answer.error);
  };
  return (
    <>
      <Section
        title="People and roles"
        lead="Editors of this base are operators, creators and owners are admins. You can say otherwise; it holds at once."
      >
        <Trouble problem={problem} />
        {known === null && people.remote.state === 'failed' && (
          <Failed problem={people.remote.problem} onRetry={() => void people.reload()} />
        )}
        {known === null && people.remote.state === 'loading' && <Skeleton lines={3} what="the people" />}
        {known?.length === 0 && (
          <Empty title="Nobody yet">Whoever signs in with their Airtable account appears here.</Empty>
        )}
        <ul className="list">
          {known?.map((person) => (
            <li key={person.userId} className="list-item person">
              <div>
                <p className="list-title">{person.email ?? person.userId}</p>
                <p className="muted">
                  last signed in {ago(person.lastSignedInAt, now)}
                  {person.sessions > 0 && `, ${plural(person.sessions, 'session')} open`}
                </p>
              </div>
              <Select
                label={`Role of ${person.email ?? person.userId}`}
                hideLabel
                value={person.chosenRole ?? AS_AIRTABLE}
                disabledReason={
                  person.email === backend.session.name ? 'Another admin changes your role.' : null
                }
                options={[
                  { value: AS_AIRTABLE, label: `As in Airtable (${capital(person.levelRole)})` },
                  ...(Object.keys(ROLE_WORDS) as Role[]).map((role) => ({
                    value: role,
                    label: ROLE_WORDS[role],
                  })),
                ]}
                onChange={(chosen) => void change(person, chosen)}
              />
            </li>
          ))}
        </ul>
      </Section>
      <Below isPlaced={people.remote.state !== 'loading'}>{below}</Below>
    </>
  );
}
