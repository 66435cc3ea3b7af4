import { ok } from '../answers.ts';
import { get, type Route } from '../router.ts';

export const administrationRoutes: readonly Route[] = [
  get('/v1/administration/account', 'Administration > Account Information', ({ world }) =>
    ok({
      Id: world.accountId,
      CompanyName: world.companyName,
      Url: 'https://harborline.managebuilding.example/manager',
      Contact: {
        FirstName: 'Priya',
        LastName: 'Raman',
        Address: {
          AddressLine1: '200 State Street',
          AddressLine2: null,
          AddressLine3: null,
          City: 'Boston',
          State: 'MA',
          PostalCode: '02109',
          Country: 'UnitedStates',
        },
        PhoneNumber: '(617) 555-0100',
      },
      AccountingSettings: {
        AccountingBookId: 1,
        DefaultBankAccountId: [...world.bankAccounts.keys()][0] ?? null,
        DefaultAccountingBasis: 'Cash',
        TrustAccountWarning: 'ByProperty',
        FiscalYearEndMonth: 12,
        FiscalYearEndDay: 31,
      },
    }),
  ),
  // Read-only: a lock date is set in Buildium's own settings.
  get('/v1/administration/accountinglockperiod', 'Administration > Application Settings', ({ world }) =>
    ok({
      Global: world.lock.globalDate === null ? null : { LockDate: world.lock.globalDate },
      Overrides: [...world.lock.propertyDates].map(([propertyId, lockDate]) => ({
        Property: { Id: propertyId, Type: 'Rental', Href: `/v1/rentals/${propertyId}` },
        LockDate: lockDate,
      })),
      FinancialAdministratorUserIds: [...world.staff.keys()].slice(0, 1),
    }),
  ),
];
