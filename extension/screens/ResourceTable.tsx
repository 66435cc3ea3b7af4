import type { ResourceStatus } from '../../shared/syncStatus.ts';
import { Pill } from '../components/Section.tsx';
import { capital } from '../../shared/sentence.ts';
import { ago, duration, whole } from '../words.ts';

export type ResourceTableProps = { resources: readonly ResourceStatus[]; now: number; isWide: boolean };

export function ResourceTable({ resources, now, isWide }: ResourceTableProps) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Resource</th>
          <th scope="col" className="number">
            Rows
          </th>
          <th scope="col">State</th>
          {isWide && (
            <>
              <th scope="col">Last read</th>
              <th scope="col" className="number">
                Usual delay
              </th>
              <th scope="col" className="number">
                95 of 100
              </th>
            </>
          )}
        </tr>
      </thead>
      <tbody>
        {resources.map((resource) => (
          <tr key={resource.resource} className={resource.enabled ? undefined : 'is-off'}>
            <th scope="row">
              {capital(resource.label)}
              {!isWide && resource.lastSweepAt !== null && (
                <span className="muted sub">read {ago(resource.lastSweepAt, now)}</span>
              )}
            </th>
            <td className="number">{whole(resource.linked)}</td>
            <td>
              <State resource={resource} />
            </td>
            {isWide && (
              <>
                <td className="muted">
                  {resource.lastSweepAt === null ? 'never' : ago(resource.lastSweepAt, now)}
                </td>
                <td className="number">{delay(resource.delayP50Ms)}</td>
                <td className="number">{delay(resource.delayP95Ms)}</td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function State({ resource }: { resource: ResourceStatus }) {
  const { enabled, problem, parked, dirty, waiting, unpaired } = resource;
  if (!enabled) return <Pill tone="quiet">Off</Pill>;
  const pills = [
    problem !== null && (
      <span key="problem" title={problem}>
        <Pill tone="error">Problem</Pill>
      </span>
    ),
    parked > 0 && (
      <Pill key="parked" tone="warning">
        {whole(parked)} parked
      </Pill>
    ),
    dirty > waiting && (
      <Pill key="dirty" tone="info">
        {whole(dirty - waiting)} on the way
      </Pill>
    ),
    waiting > 0 && (
      <Pill key="waiting" tone="quiet">
        {whole(waiting)} waiting
      </Pill>
    ),
    unpaired > 0 && (
      <Pill key="unpaired" tone="quiet">
        {whole(unpaired)} to come
      </Pill>
    ),
  ].filter(Boolean);
  return <span className="pills">{pills.length > 0 ? pills : <Pill tone="good">In sync</Pill>}</span>;
}

function delay(ms: number | null): string {
  return ms === null ? '–' : duration(ms);
}
