import { useEffect, useState } from 'react';
import type { MappingChange } from '../../shared/api/mapping.ts';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Skeleton } from '../components/Section.tsx';
import { wishesOf, type Draft } from '../mapping.ts';
import type { Problem } from '../problem.ts';
import { plural } from '../words.ts';

export type Preview =
  | { state: 'loading' }
  | { state: 'ready'; value: MappingChange }
  | { state: 'failed'; problem: Problem };

/** What saving would do, asked of the server after each choice; nothing is changed by asking. */
export function useMappingPreview(backend: Backend, draft: Draft): Preview {
  const [preview, setPreview] = useState<Preview>({ state: 'loading' });
  useEffect(() => {
    setPreview({ state: 'loading' });
    const resources = wishesOf(draft);
    if (resources.length === 0) return undefined;
    let isStale = false;
    void backend.ask('changeMapping', { body: { dryRun: true, resources } }).then((answer) => {
      if (isStale) return;
      setPreview(
        answer.ok ? { state: 'ready', value: answer.value } : { state: 'failed', problem: answer.error },
      );
    });
    return () => void (isStale = true);
  }, [backend, draft]);
  return preview;
}

export function MappingPreview({ preview }: { preview: Preview }) {
  if (preview.state === 'failed') {
    return (
      <Banner tone="error" title={preview.problem.title}>
        {preview.problem.message}
      </Banner>
    );
  }
  if (preview.state === 'loading') return <Skeleton lines={3} what="what saving would do" />;
  const { changes, problems, stopsSync } = preview.value;
  if (problems.length > 0) {
    return (
      <Banner tone="warning" title={`${plural(problems.length, 'choice')} cannot be kept`}>
        <ul>
          {problems.map(({ resource, key, message }) => (
            <li key={`${resource}:${key}`}>{message}</li>
          ))}
        </ul>
      </Banner>
    );
  }
  return (
    <div className="back-test" role="status">
      <p className="list-title">Saving does this</p>
      <ul className="causes">
        {changes.map((change) => (
          <li key={change}>{change}</li>
        ))}
      </ul>
      {stopsSync && (
        <p>
          The sync then waits until the rows of the new table are matched below, so that none is made twice.
          Nothing in either system is deleted.
        </p>
      )}
    </div>
  );
}
