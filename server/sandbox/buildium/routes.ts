import { administrationRoutes } from './resources/administration.ts';
import { amenityRoutes } from './resources/amenities.ts';
import { appliedDepositRoutes } from './resources/appliedDeposits.ts';
import { bankAccountRoutes } from './resources/bankAccounts.ts';
import { bankRegisterRoutes } from './resources/bankRegister.ts';
import { billPaymentRoutes } from './resources/billPayments.ts';
import { billRoutes } from './resources/bills.ts';
import { chargeRoutes } from './resources/charges.ts';
import { checkRoutes } from './resources/checks.ts';
import { creditRoutes } from './resources/credits.ts';
import { depositRoutes } from './resources/deposits.ts';
import { generalLedgerRoutes } from './resources/generalLedger.ts';
import { glAccountRoutes } from './resources/glAccounts.ts';
import { glTransactionRoutes } from './resources/glTransactions.ts';
import { journalEntryRoutes } from './resources/journalEntries.ts';
import { leaseRoutes } from './resources/leases.ts';
import { leaseTransactionRoutes } from './resources/leaseTransactions.ts';
import { moveOutRoutes } from './resources/moveOuts.ts';
import { outstandingBalanceRoutes } from './resources/outstandingBalances.ts';
import { ownerRoutes } from './resources/owners.ts';
import { paymentRoutes } from './resources/payments.ts';
import { quickDepositRoutes } from './resources/quickDeposits.ts';
import { refundRoutes } from './resources/refunds.ts';
import { rentalRoutes } from './resources/rentals.ts';
import { rentRoutes } from './resources/rents.ts';
import { reversalRoutes } from './resources/reversals.ts';
import { tenantRoutes } from './resources/tenants.ts';
import { unitRoutes } from './resources/units.ts';
import { vendorCategoryRoutes } from './resources/vendorCategories.ts';
import { vendorRoutes } from './resources/vendors.ts';
import { vendorTransactionRoutes } from './resources/vendorTransactions.ts';
import { routeTable, type Route } from './router.ts';

/** Every endpoint of the simulator. */
export const ROUTES: readonly Route[] = [
  rentalRoutes,
  unitRoutes,
  amenityRoutes,
  ownerRoutes,
  tenantRoutes,
  leaseRoutes,
  moveOutRoutes,
  rentRoutes,
  outstandingBalanceRoutes,
  leaseTransactionRoutes,
  chargeRoutes,
  paymentRoutes,
  reversalRoutes,
  creditRoutes,
  refundRoutes,
  appliedDepositRoutes,
  billRoutes,
  billPaymentRoutes,
  vendorRoutes,
  vendorCategoryRoutes,
  vendorTransactionRoutes,
  glAccountRoutes,
  generalLedgerRoutes,
  glTransactionRoutes,
  journalEntryRoutes,
  bankAccountRoutes,
  bankRegisterRoutes,
  checkRoutes,
  depositRoutes,
  quickDepositRoutes,
  administrationRoutes,
].flat();

export const findRoute = routeTable(ROUTES);
