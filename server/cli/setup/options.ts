import { CONNECTION_OPTION, type Command } from '../command.ts';

/** Every flag of `setup`. Secrets are better given by the environment: flags stand in the list of processes. */
export const SETUP_OPTIONS: Command['options'] = {
  ...CONNECTION_OPTION,
  name: { type: 'string', help: 'A name for the connection, such as the company.' },
  'buildium-environment': {
    type: 'string',
    value: 'production|sandbox|url',
    help: 'Which Buildium. (BUILDIUM_ENVIRONMENT)',
  },
  'buildium-client-id': { type: 'string', help: "The API key's client id. (BUILDIUM_CLIENT_ID)" },
  'buildium-client-secret': { type: 'string', help: "The API key's secret. (BUILDIUM_CLIENT_SECRET)" },
  'buildium-token-url': {
    type: 'string',
    value: 'url',
    help: 'Only for a gateway that wants OAuth2 client credentials: where its tokens are. (BUILDIUM_TOKEN_URL)',
  },
  'airtable-token': { type: 'string', help: 'A personal access token. (AIRTABLE_TOKEN)' },
  'airtable-base': {
    type: 'string',
    value: 'app…',
    help: 'The base; asked for where absent. (AIRTABLE_BASE_ID)',
  },
  'airtable-url': {
    type: 'string',
    value: 'url',
    help: 'Another address of the API, for tests. (AIRTABLE_URL)',
  },
  'airtable-plan': {
    type: 'string',
    value: 'free|team|business|enterprise',
    help: 'For the forecasts; team where absent.',
  },
  'time-zone': {
    type: 'string',
    value: 'America/New_York',
    help: "Where the books are kept; this machine's where absent.",
  },
  'history-months': {
    type: 'string',
    value: 'number',
    help: 'How far back Buildium is read; 24 where absent.',
  },
  'keep-months': {
    type: 'string',
    value: 'number',
    help: 'How long transactions and bills stand in Airtable; 13 where absent.',
  },
  'webhook-secret': {
    type: 'string',
    value: 'secret|-',
    help: "The secret of Buildium's webhook, to add to a connection; - asks for it. (BUILDIUM_WEBHOOK_SECRET)",
  },
  'pair-min-score': {
    type: 'string',
    value: '0-100',
    help: 'Approve pairs with rows that are there already from this score on.',
  },
  'no-wait': { type: 'boolean', help: 'Leave the first sync to the server instead of watching it.' },
};
