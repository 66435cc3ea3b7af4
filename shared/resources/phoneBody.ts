import type { PutBody } from './define.ts';
import type { PhoneNumbers } from './wire.ts';

/** Read types of a phone number and the slot of a write body that each goes to; the others have none. */
const SLOT_OF_TYPE: Readonly<Record<string, string>> = {
  Home: 'Home',
  Office: 'Work',
  Cell: 'Mobile',
  Fax: 'Fax',
};

/** Buildium reads phone numbers as a list and writes them as named slots. */
export function phoneBody(numbers: PhoneNumbers): PutBody {
  const body: PutBody = {};
  for (const { Number: phoneNumber, Type: type } of numbers ?? []) {
    const slot = SLOT_OF_TYPE[type ?? ''];
    if (slot && phoneNumber && body[slot] === undefined) body[slot] = phoneNumber;
  }
  return body;
}

/** Numbers that a PUT would lose, since their type has no slot to be written to. */
export function numbersWithoutSlot(numbers: PhoneNumbers): string[] {
  return (numbers ?? [])
    .filter((entry) => entry.Number && !SLOT_OF_TYPE[entry.Type ?? ''])
    .map((entry) => entry.Type ?? 'NotSet');
}
