-- The undo of a push takes a deposited payment back by Buildium's own reversal.

alter table intents drop constraint intents_kind_known;
alter table intents add constraint intents_kind_known check (kind in
  ('leaseCharge', 'leasePayment', 'leaseCredit', 'leaseRefund', 'bill', 'journalEntry', 'paymentReversal'));
