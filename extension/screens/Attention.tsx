import type { Finding } from '../../shared/syncStatus.ts';
import { needsPerson } from '../attention.ts';
import { Icon } from '../components/Icon.tsx';
import { Prose } from '../components/Prose.tsx';
import { Section } from '../components/Section.tsx';
import type { Answer } from '../contract.ts';
import { ago } from '../words.ts';
import { RowProse } from './RowProse.tsx';

const NOTICES_SHOWN = 5;

/** What needs a person, in the server's own sentences, each with its next step. */
export function Attention({ findings }: { findings: readonly Finding[] }) {
  const problems = findings.filter(needsPerson);
  if (problems.length === 0) return null;
  return (
    <Section title="What to do">
      <ul className="list">
        {problems.map((finding) => (
          <Sentence key={finding.message} finding={finding} />
        ))}
      </ul>
    </Section>
  );
}

type WorthKnowingProps = {
  findings: readonly Finding[];
  notices: Answer<'listNotices'>['notices'];
  now: number;
};

/** What nobody has to do anything about. */
export function WorthKnowing({ findings, notices, now }: WorthKnowingProps) {
  const notes = findings.filter((finding) => !needsPerson(finding));
  if (notes.length + notices.length === 0) return null;
  return (
    <Section title="Worth knowing">
      <ul className="list">
        {notes.map((finding) => (
          <Sentence key={finding.message} finding={finding} />
        ))}
        {notices.slice(0, NOTICES_SHOWN).map((notice) => (
          <li key={notice.noticeId} className="list-item">
            <Icon name="info" />
            <div>
              <p>
                <RowProse text={notice.message} resource={notice.resource} />
              </p>
              <p className="muted">{ago(notice.at, now)}</p>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Sentence({ finding }: { finding: Finding }) {
  const { about, message, whatToDo } = finding;
  const isProblem = needsPerson(finding);
  return (
    <li className="list-item">
      <span className={isProblem ? 'mark-warning' : 'mark-quiet'}>
        <Icon name={isProblem ? 'warning' : 'info'} />
      </span>
      <div>
        <p className="list-title">{about}</p>
        <p>
          <Prose text={message} />
        </p>
        {whatToDo !== null && (
          <p className="muted">
            <Prose text={whatToDo} />
          </p>
        )}
      </div>
    </li>
  );
}
