import * as z from 'zod';
import { apiToken, role } from '../apiSchemas.ts';
import { endpoint } from '../endpoint.ts';

export const tokensEndpoints = {
  listTokens: endpoint({
    method: 'GET',
    path: '/tokens',
    role: 'admin',
    tag: 'Tokens',
    summary: 'Who may use this API',
    description: 'Tokens are stored as hashes: none can be shown again.',
    response: z.object({ tokens: z.array(apiToken) }),
  }),
  createToken: endpoint({
    method: 'POST',
    path: '/tokens',
    role: 'admin',
    tag: 'Tokens',
    summary: 'Create a token',
    description: 'The answer holds the token; it is shown this once.',
    body: z.strictObject({
      name: z.string().trim().min(1).max(100).describe('Who or what will use it.'),
      role,
      expiresInDays: z.number().int().min(1).max(3650).optional().describe('Absent: until it is revoked.'),
    }),
    response: z.object({ token: z.string(), created: apiToken }),
    status: 201,
    example: { body: { name: 'Monthly report', role: 'viewer', expiresInDays: 365 } },
  }),
  revokeToken: endpoint({
    method: 'DELETE',
    path: '/tokens/:tokenId',
    role: 'admin',
    tag: 'Tokens',
    summary: 'Revoke a token',
    description: 'It stops working at once and stays listed for a week.',
    params: z.strictObject({ tokenId: z.string().min(1).max(100) }),
    response: z.object({ revoked: z.literal(true) }),
    example: { params: { tokenId: '0193b5f2-7c1e-7d43-9f6a-2f4b8a1c5d10' } },
  }),
};
