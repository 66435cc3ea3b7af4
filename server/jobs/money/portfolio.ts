import * as z from 'zod';
import { ok, type Result } from '../../../shared/result.ts';
import type { CallFailure } from '../../callFailure.ts';
import type { PropertyOnFile } from './cashPosition.ts';
import type { Job } from '../job.ts';
import { centsAt, LEDGER_CALLS, parse } from '../ledger/ledgerSource.ts';

const rentals = z.array(
  z.looseObject({
    Id: z.number(),
    Name: z.string().nullish(),
    OperatingBankAccountId: z.number().nullish(),
    Reserve: z.number().nullish(),
  }),
);
const owners = z.array(
  z.looseObject({
    Id: z.number(),
    PropertyIds: z.array(z.number()).nullish(),
    ManagementAgreementStartDate: z.string().nullish(),
    ManagementAgreementEndDate: z.string().nullish(),
  }),
);
const leases = z.array(
  z.looseObject({
    Id: z.number(),
    PropertyId: z.number(),
    UnitId: z.number().nullish(),
    UnitNumber: z.string().nullish(),
    LeaseFromDate: z.string(),
    Tenants: z.array(z.unknown()).nullish(),
  }),
);

/** Who and what the run is about, read from Buildium as it is now. */
export type Portfolio = {
  propertyIds: number[];
  names: ReadonlyMap<number, string>;
  onFile: PropertyOnFile[];
  owners: z.infer<typeof owners>;
  leases: z.infer<typeof leases>;
};

export async function readPortfolio(
  job: Pick<Job, 'buildium'>,
  request: { propertyIds?: readonly number[] },
): Promise<Result<Portfolio, CallFailure>> {
  const read = async <S extends z.ZodType>(path: string, schema: S, query = {}) => {
    const list = await job.buildium.list(path, query, LEDGER_CALLS);
    return list.ok ? parse(path, schema, list.value.items) : list;
  };
  const properties = await read('/v1/rentals', rentals);
  if (!properties.ok) return properties;
  const people = await read('/v1/rentals/owners', owners);
  if (!people.ok) return people;
  const active = await read('/v1/leases', leases, { leasestatuses: ['Active'] });
  if (!active.ok) return active;
  const wanted = request.propertyIds && new Set(request.propertyIds);
  const chosen = properties.value.filter(({ Id }) => wanted?.has(Id) ?? true).sort((a, b) => a.Id - b.Id);
  const onFile: PropertyOnFile[] = [];
  for (const { Id, OperatingBankAccountId, Reserve } of chosen) {
    const reserve = centsAt('/v1/rentals', `property ${Id}: its reserve`, Reserve ?? 0);
    if (!reserve.ok) return reserve;
    onFile.push({
      propertyId: Id,
      operatingBankAccountId: OperatingBankAccountId ?? null,
      reserveCents: reserve.value,
    });
  }
  return ok({
    propertyIds: chosen.map(({ Id }) => Id),
    names: namesOf(properties.value, chosen),
    onFile,
    owners: people.value,
    leases: active.value,
  });
}

/** With the id only where two properties share a name, in whatever the request asks for. */
function namesOf(all: z.infer<typeof rentals>, chosen: z.infer<typeof rentals>): ReadonlyMap<number, string> {
  const sharing = Map.groupBy(all, ({ Name }) => Name ?? '');
  const nameOf = ({ Id, Name }: (typeof chosen)[number]): string => {
    if (!Name) return `Property ${Id}`;
    return (sharing.get(Name)?.length ?? 0) > 1 ? `${Name} (${Id})` : Name;
  };
  return new Map(chosen.map((property) => [property.Id, nameOf(property)]));
}
