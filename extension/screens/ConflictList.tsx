import type { ResourceStatus } from '../../shared/syncStatus.ts';
import { formatCents } from '../../shared/money.ts';
import { Button } from '../components/Button.tsx';
import { Select } from '../components/Field.tsx';
import { Empty, Section } from '../components/Section.tsx';
import { VirtualList } from '../components/VirtualList.tsx';
import type { ConflictGroup } from '../conflicts.ts';
import { capital } from '../../shared/sentence.ts';
import { ago, entityWords, plural, whole } from '../words.ts';
import { tableOf } from './Conflicts.tsx';
import { RowName } from './RowName.tsx';
import type { ConflictFilter, ConflictSort } from './useConflictPages.ts';

const ROW_PX = 64;

const SORTS: readonly { value: ConflictSort; label: string }[] = [
  { value: 'stakes', label: 'Most money' },
  { value: 'oldest', label: 'Oldest first' },
  { value: 'newest', label: 'Newest first' },
];

export type ConflictListProps = {
  groups: readonly ConflictGroup[];
  total: number;
  index: number;
  now: number;
  isWide: boolean;
  filter: ConflictFilter;
  resources: readonly ResourceStatus[];
  onFilter: (filter: ConflictFilter) => void;
  onOpen: (key: string) => void;
  onBulk: () => void;
  onMore?: () => void;
};

export function ConflictList(props: ConflictListProps) {
  const { groups, total, index, now, isWide, filter, resources, onFilter, onOpen, onBulk, onMore } = props;
  const stakes = groups.reduce((sum, group) => sum + (group.stakesCents ?? 0), 0);
  return (
    <Section
      title={plural(total, 'conflict')}
      aside={
        total > 1 && (
          <Button variant="quiet" onClick={onBulk}>
            Settle all {whole(total)}
          </Button>
        )
      }
      lead={
        <>
          {stakes > 0 && <>{formatCents(stakes)} at stake. </>}
          <kbd>J</kbd> <kbd>K</kbd> move, <kbd>1</kbd> <kbd>2</kbd> choose, <kbd>Enter</kbd> settles.
        </>
      }
    >
      <div className="pick-tools">
        <Select
          label="Resource"
          hideLabel
          value={filter.resource}
          options={[
            { value: '', label: 'All resources' },
            ...resources.map(({ resource, label }) => ({ value: resource, label: capital(label) })),
          ]}
          onChange={(resource) => onFilter({ ...filter, resource })}
        />
        <Select
          label="Order"
          hideLabel
          value={filter.sort}
          options={SORTS}
          onChange={(sort) => onFilter({ ...filter, sort: sort as ConflictSort })}
        />
      </div>
      {groups.length === 0 && <Empty title="None of these">Choose another resource.</Empty>}
      <VirtualList
        label="Conflicts"
        items={groups}
        rowPx={ROW_PX}
        keyOf={({ key }) => key}
        maxPx={isWide ? 520 : 460}
        {...(index >= 0 ? { activeIndex: index } : {})}
      >
        {(group, place) => (
          <button
            type="button"
            className="pick"
            aria-current={place === index ? 'true' : undefined}
            onClick={() => onOpen(group.key)}
          >
            <span className="pick-main">
              <RowName
                tableName={tableOf(resources, group.resource)}
                recordId={group.airtableRecordId}
                otherwise={entityWords(group.resource, group.entityId)}
              />
              <span className="muted">
                {fieldsOf(group)} · {ago(group.openedAt, now)}
              </span>
            </span>
            {group.stakesCents !== null && (
              <span className="pick-stakes">{formatCents(group.stakesCents)}</span>
            )}
          </button>
        )}
      </VirtualList>
      {onMore && (
        <div className="more">
          <Button onClick={onMore}>Show more</Button>
        </div>
      )}
    </Section>
  );
}

function fieldsOf({ conflicts }: ConflictGroup): string {
  const [first, ...others] = conflicts;
  return others.length === 0 ? (first?.field.column ?? '') : plural(conflicts.length, 'field');
}
