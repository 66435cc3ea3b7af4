import { Router } from '@koa/router';
import Koa from 'koa';
import helmet from 'koa-helmet';
import type { RequestListener } from 'node:http';
import { answering } from './http/answering.ts';
import { addApiRoutes } from './http/api/routes.ts';
import { openApiUse } from './http/apiUse.ts';
import type { ApiParts } from './http/api/parts.ts';
import { cors } from './http/cors.ts';
import { addDocsRoutes } from './http/docs.ts';
import { addHealthRoutes } from './http/health.ts';
import { addMetricsRoute } from './http/metricsRoute.ts';
import { requestLimits } from './http/requestLimits.ts';
import { openSpool } from './http/spool.ts';
import { watchFigures } from './jobs/watch/watchedFigures.ts';
import { openIntake } from './http/webhookIntake.ts';
import { webhookNotices } from './http/webhookNotices.ts';
import { addWebhookRoutes } from './http/webhooks.ts';

export type { AppParts, HttpConfig } from './http/appParts.ts';

/** The HTTP server's handler. `close` finishes the webhooks that have arrived; stop listening first. */
export async function createApp(
  parts: ApiParts,
): Promise<{ handler: RequestListener; close(): Promise<void> }> {
  const { database, config, metrics, log, newId } = parts;
  const spool = await openSpool({ folder: config.spoolFolder, maxBytes: config.spoolMaxBytes, log, newId });
  const intake = openIntake({ ...parts, spool });
  const notices = webhookNotices(parts);
  metrics.watch('spoolBytes', () => spool.sizeBytes());
  watchFigures(metrics, parts);

  const webhooks = new Router();
  addWebhookRoutes(webhooks, { ...parts, intake, notices });
  const router = new Router();
  addHealthRoutes(router, { ...parts, spool });
  const limits = requestLimits(database, metrics);
  addMetricsRoute(router, parts, limits);
  await addDocsRoutes(router, config);
  const use = openApiUse(parts);
  addApiRoutes(router, parts, limits, use);

  const app = new Koa({ proxy: config.trustProxy > 0, maxIpsCount: config.trustProxy });
  app.on('error', (error: unknown) => log.warn({ error: String(error) }, 'An answer could not be sent.'));
  app.use(answering(parts));
  // Before everything that only browsers need: a webhook's answer is a few milliseconds.
  app.use(webhooks.routes());
  app.use(helmet({ contentSecurityPolicy: { directives: NOTHING_BUT_ITSELF, useDefaults: false } }));
  app.use(cors(config.corsOrigins));
  app.use(router.routes());
  app.use(router.allowedMethods());
  app.use(webhooks.allowedMethods());
  const callback = app.callback();
  return {
    handler: (request, response) => void callback(request, response),
    close: async () => {
      await intake.close();
      await notices.close();
      await use.close();
    },
  };
}

/** Answers are data, and the documentation page brings all of its parts itself. */
const NOTHING_BUT_ITSELF = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};
