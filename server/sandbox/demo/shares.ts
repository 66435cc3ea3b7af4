import { ownershipTable } from '../../../shared/tables/ownership.ts';
import { rowsOf } from './rows.ts';
import type { Stage } from './stage.ts';

/** What the first owner of a property has; the others share the rest. */
const FIRST_SHARE = 0.6;

/** Who owns how much is not in Buildium's API: somebody enters it where a property has more than one owner. */
export async function enterShares({ network, people }: Pick<Stage, 'network' | 'people'>): Promise<void> {
  const { properties, owners } = network.buildium.world.records;
  const records = [...properties.values()].flatMap((property) => {
    const its = [...owners.values()].filter(({ saved }) => saved.PropertyIds.includes(property.id));
    if (its.length < 2) return [];
    const [propertyRow] = rowsOf(network, 'properties', property.id);
    return its.map((owner, index) => ({
      fields: {
        Name: `${property.saved.Name}: ${owner.saved.FirstName ?? `owner ${owner.id}`}`,
        Property: [propertyRow?.recordId],
        Owner: [rowsOf(network, 'owners', owner.id)[0]?.recordId],
        Percent: index === 0 ? FIRST_SHARE : (1 - FIRST_SHARE) / (its.length - 1),
      },
    }));
  });
  if (records.length > 0) await people.inAirtable('createRecords', { table: ownershipTable.table, records });
}
