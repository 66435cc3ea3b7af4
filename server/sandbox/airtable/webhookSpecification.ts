import * as z from 'zod';

const fieldIds = z.array(z.string().regex(/^fld\w{14}$/));

export const webhookSpecification = z.strictObject({
  options: z.strictObject({
    filters: z.strictObject({
      dataTypes: z.array(z.enum(['tableData', 'tableFields', 'tableMetadata'])).min(1),
      recordChangeScope: z
        .string()
        .regex(/^(tbl|viw)\w{14}$/)
        .optional(),
      changeTypes: z.array(z.enum(['add', 'remove', 'update'])).optional(),
      fromSources: z
        .array(
          z.enum([
            'client',
            'publicApi',
            'formSubmission',
            'formPageSubmission',
            'automation',
            'system',
            'sync',
            'anonymousUser',
            'unknown',
          ]),
        )
        .optional(),
      sourceOptions: z.looseObject({}).optional(),
      watchDataInFieldIds: fieldIds.optional(),
      watchSchemasOfFieldIds: fieldIds.optional(),
    }),
    includes: z
      .strictObject({
        includeCellValuesInFieldIds: z.union([fieldIds, z.literal('all')]).optional(),
        includePreviousCellValues: z.boolean().optional(),
        includePreviousFieldDefinitions: z.boolean().optional(),
      })
      .optional(),
  }),
});

export type WebhookSpecification = z.infer<typeof webhookSpecification>;
export type WebhookFilters = WebhookSpecification['options']['filters'];

export const newWebhook = z.strictObject({
  notificationUrl: z.url({ protocol: /^https?$/ }).nullish(),
  specification: webhookSpecification,
});
