import type { PlainDate } from '../../../shared/dates.ts';
import type { Cents } from '../../../shared/money.ts';
import type { Ledger } from './ledger.ts';
import type { SaveBankAccount } from './resources/bankAccounts.ts';
import type { SaveGlAccount } from './resources/glAccounts.ts';
import type { SaveLease } from './resources/leases.ts';
import type { SaveRent } from './resources/rents.ts';
import type { SaveOwner } from './resources/owners.ts';
import type { SaveRental } from './resources/rentals.ts';
import type { SaveTenant } from './resources/tenants.ts';
import type { SaveUnit } from './resources/units.ts';
import type { SaveVendor } from './resources/vendors.ts';
import type { Transaction } from './transactions.ts';

/** `updatedMs` feeds `lastupdatedfrom`; most answers never show it. */
export type Stamped = { id: number; createdMs: number; updatedMs: number };

/**
 * A record holds in `saved` what was last written to it, whole: what a PUT leaves out is gone.
 * Beside it stands what Buildium keeps for itself.
 */
export type Property = Stamped & {
  saved: SaveRental;
  isActive: boolean;
  features: string[];
  includedInRent: string[];
};
export type Unit = Stamped & { saved: SaveUnit; propertyId: number; isActive: boolean; features: string[] };
export type Owner = Stamped & { saved: SaveOwner; isActive: boolean; tax: OwnerTax | null };
export type OwnerTax = { idType: 'SSN' | 'EIN'; taxId: string; name1: string | null; includeIn1099: boolean };
export type Tenant = Stamped & { saved: SaveTenant };

export type MoveOut = { tenantId: number; moveOutDate: PlainDate; noticeGivenDate: PlainDate | null };
export type Lease = Stamped & {
  saved: SaveLease;
  tenants: { tenantId: number; moveInDate: PlainDate | null }[];
  moveOuts: MoveOut[];
  cosigners: unknown[];
  securityDepositCents: Cents | null;
  paymentDueDay: number;
  /** The day on which the lease was ended, by hand or with its last tenant's move-out. */
  endedOn: PlainDate | null;
  evictionPendingDate: PlainDate | null;
};
export type Rent = Stamped & {
  saved: SaveRent;
  leaseId: number;
  startDate: PlainDate;
  endDate: PlainDate | null;
  /** Buildium fills the field only for rents modified after May 2025: null until the first update. */
  modifiedMs: number | null;
  chargeIds: number[];
};
export type Vendor = Stamped & { saved: SaveVendor; isActive: boolean };
export type VendorCategory = { id: number; name: string; isSystem: boolean };
export type GlAccount = Stamped & {
  saved: SaveGlAccount;
  isActive: boolean;
  defaultAccountName: string | null;
  isBankAccount: boolean;
};
export type BankAccount = Stamped & { saved: SaveBankAccount; glAccountId: number; isActive: boolean };
export type StaffMember = { id: number; firstName: string; lastName: string; email: string };

export type LockPeriod = { globalDate: PlainDate | null; propertyDates: Map<number, PlainDate> };

/** One event for the webhook; ids only, as Buildium sends them. */
export type WorldEvent = { name: string; ids: Record<string, unknown> };

export type World = {
  accountId: number;
  /** The company's own accounting entity. Buildium has no endpoint that tells it. */
  companyEntityId: number;
  companyName: string;
  properties: Map<number, Property>;
  units: Map<number, Unit>;
  owners: Map<number, Owner>;
  tenants: Map<number, Tenant>;
  leases: Map<number, Lease>;
  rents: Map<number, Rent>;
  vendors: Map<number, Vendor>;
  vendorCategories: Map<number, VendorCategory>;
  glAccounts: Map<number, GlAccount>;
  bankAccounts: Map<number, BankAccount>;
  staff: Map<number, StaffMember>;
  transactions: Map<number, Transaction>;
  /** Indexes, kept where units, leases and rents are written. */
  unitsByProperty: Map<number, Unit[]>;
  leasesByUnit: Map<number, Set<Lease>>;
  rentsByLease: Map<number, Rent[]>;
  lock: LockPeriod;
  ledger: Ledger;
  /** The next id of a kind of record; each kind starts elsewhere, so that a mixed-up id is not found. */
  nextId(kind: IdKind): number;
  emit(event: WorldEvent): void;
};

export const FIRST_IDS = {
  property: 1001,
  unit: 2001,
  lease: 3001,
  tenant: 40_001,
  owner: 5001,
  vendor: 6001,
  vendorCategory: 71,
  rent: 8001,
  rentCharge: 9001,
  bankAccount: 701,
  glAccount: 101,
  staff: 301,
  transaction: 100_001,
  line: 500_001,
} as const;
export type IdKind = keyof typeof FIRST_IDS;
