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

/** Numbers of a type without a slot would be lost by a PUT that nobody meant to touch them. */
export function phonesLost(numbers: PhoneNumbers): string | null {
  const types = (numbers ?? [])
    .filter((entry) => entry.Number && !SLOT_OF_TYPE[entry.Type ?? ''])
    .map((entry) => entry.Type ?? 'NotSet');
  if (types.length === 0) return null;
  return `Buildium holds a phone number of type ${types.join(', ')}, which its API cannot write back: saving would lose it. Give it the type Home, Office, Cell or Fax in Buildium first`;
}
