import { connectionPatch, connectionView } from '../apiSchemas.ts';
import { endpoint } from '../endpoint.ts';

export const connectionEndpoints = {
  readConnection: endpoint({
    method: 'GET',
    path: '/connection',
    role: 'viewer',
    tag: 'Connection',
    summary: 'The connection and its settings',
    description: 'Without anything that opens either side.',
    response: connectionView,
  }),
  changeConnection: endpoint({
    method: 'PATCH',
    path: '/connection',
    role: 'admin',
    tag: 'Connection',
    summary: 'Change settings, pause or resume',
    description: 'What is absent stays as it is. Every change is in the audit.',
    body: connectionPatch,
    response: connectionView,
    example: { body: { settings: { resources: { vendors: { enabled: false } }, keepMonthsInAirtable: 24 } } },
  }),
};
