import { createMetrics } from '../http/metrics.ts';
import { openSpool } from '../http/spool.ts';
import { openIntake } from '../http/webhookIntake.ts';
import type { Command } from './command.ts';
import { CliProblem, EXIT } from './problem.ts';
import { withContext } from './withContext.ts';

/** The server replays by itself every second; so long must do for whatever a person may have copied here. */
const REPLAY_WITHIN_MS = 60_000;

const LOOK_EVERY_MS = 50;

export const replayCommand: Command = {
  name: 'replay',
  usage: '',
  summary: 'Store the webhooks that wait in the spool folder, for example one copied from a lost machine.',
  notes: [
    'A running server replays its own spool by itself; an event that is stored already is passed over.',
  ],
  options: {},
  run: (invocation) =>
    withContext(invocation, async (context) => {
      const { config, log, newId, clock } = context;
      const spool = await openSpool({
        folder: config.spoolFolder,
        maxBytes: config.spoolMaxBytes,
        log,
        newId,
      });
      const bytes = spool.sizeBytes();
      const intake = openIntake({ ...context, metrics: createMetrics(), spool });
      try {
        const giveUpAt = clock.nowMs() + REPLAY_WITHIN_MS;
        while (spool.sizeBytes() > 0 && clock.nowMs() < giveUpAt) await clock.sleep(LOOK_EVERY_MS);
        if (spool.sizeBytes() > 0)
          throw new CliProblem(
            `${spool.sizeBytes()} bytes still wait in ${config.spoolFolder}: look into the server's log for what cannot be stored.`,
          );
      } finally {
        await intake.close();
      }
      if (invocation.wantsJson) invocation.terminal.json({ replayedBytes: bytes });
      else if (bytes === 0) invocation.terminal.say(`Nothing waits in ${config.spoolFolder}.`);
      else invocation.terminal.say(`${bytes} bytes of webhooks from ${config.spoolFolder} are stored.`);
      return EXIT.done;
    }),
};
