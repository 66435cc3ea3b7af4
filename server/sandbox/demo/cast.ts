import type { BuildiumWorld } from '../buildium/world.ts';

/** The places and people of the seeded story, by the names that its teller gave them. */
export type Cast = {
  /** A unit by the name of its property and its number. */
  unit(propertyName: string, unitNumber: string): { unitId: number; propertyId: number };
  /** The lease whose first tenant is called so. */
  leaseOf(tenantName: string): { leaseId: number; unitId: number; propertyId: number; tenantId: number };
  ownerId(firstName: string): number;
  vendorId(companyName: string): number;
  glAccountId(name: string): number;
  bankAccountId(): number;
};

export function castOf(world: BuildiumWorld): Cast {
  const { records } = world;
  const found = <T>(what: string, value: T | undefined): T => {
    if (value === undefined) throw new Error(`The seeded story has no ${what}`);
    return value;
  };
  return {
    unit: (propertyName, unitNumber) => {
      const property = [...records.properties.values()].find(({ saved }) => saved.Name === propertyName);
      const unit = [...records.units.values()].find(
        ({ saved, propertyId }) => saved.UnitNumber === unitNumber && propertyId === property?.id,
      );
      const { id, propertyId } = found(`unit ${unitNumber} in ${propertyName}`, unit);
      return { unitId: id, propertyId };
    },
    leaseOf: (tenantName) => {
      const tenant = [...records.tenants.values()].find(
        ({ saved }) => `${saved.FirstName ?? ''} ${saved.LastName ?? ''}` === tenantName,
      );
      const lease = [...records.leases.values()].find(({ tenants }) => tenants[0]?.tenantId === tenant?.id);
      const { id, saved } = found(`lease of ${tenantName}`, lease);
      const unit = found(`unit ${saved.UnitId}`, records.units.get(saved.UnitId));
      return { leaseId: id, unitId: unit.id, propertyId: unit.propertyId, tenantId: tenant?.id ?? 0 };
    },
    ownerId: (firstName) =>
      found(
        `owner ${firstName}`,
        [...records.owners.values()].find(({ saved }) => saved.FirstName === firstName),
      ).id,
    vendorId: (companyName) =>
      found(
        `vendor ${companyName}`,
        [...records.vendors.values()].find(({ saved }) => saved.CompanyName === companyName),
      ).id,
    glAccountId: (name) =>
      found(
        `GL account ${name}`,
        [...records.glAccounts.values()].find(({ saved }) => saved.Name === name),
      ).id,
    bankAccountId: () => found('bank account', [...records.bankAccounts.keys()][0]),
  };
}
