import * as z from 'zod';
import { role } from '../apiSchemas.ts';
import { endpoint } from '../endpoint.ts';
import { signedInPerson } from '../signIn.ts';

export const peopleEndpoints = {
  signOut: endpoint({
    method: 'POST',
    path: '/sign-in/revoke',
    role: 'viewer',
    tag: 'Sign-in',
    summary: 'Sign out',
    description: 'The token that asks stops working at once, and its session cannot be renewed.',
    response: z.object({ revoked: z.literal(true) }),
  }),
  listPeople: endpoint({
    method: 'GET',
    path: '/people',
    role: 'admin',
    tag: 'Sign-in',
    summary: 'Who has signed in from Airtable',
    description: "With the role that each person's permission level gives and the one that counts.",
    response: z.object({ people: z.array(signedInPerson) }),
  }),
  changePerson: endpoint({
    method: 'PATCH',
    path: '/people/:userId',
    role: 'admin',
    tag: 'Sign-in',
    summary: "Lower or raise a person's role",
    description: 'Takes effect at once. Null follows the permission level in Airtable again.',
    params: z.strictObject({ userId: z.string().min(1).max(100) }),
    body: z.strictObject({ role: role.nullable() }),
    response: z.object({ people: z.array(signedInPerson) }),
    example: { params: { userId: 'usrAbCdEfGhIjKlMn' }, body: { role: 'viewer' } },
  }),
};
