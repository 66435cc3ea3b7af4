import { describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../../server/cli/commands.ts';
import { runCli, spawnCli } from './runCli.ts';

test('without a command, and with --help, it lists every command', async () => {
  for (const args of [[], ['--help']]) {
    const { code, stdout } = await spawnCli(args);
    expect(code).toBe(0);
    for (const { name, summary } of COMMANDS) {
      expect(stdout).toContain(name);
      expect(stdout).toContain(summary);
    }
  }
});

test('every command explains its flags without a database or a configuration', async () => {
  const answers = await Promise.all(COMMANDS.map(({ name }) => runCli([name, '--help'])));
  for (const [index, command] of COMMANDS.entries()) {
    expect(answers[index]?.code).toBe(0);
    for (const flag of Object.keys(command.options)) expect(answers[index]?.stdout).toContain(`--${flag}`);
  }
});

describe('wrong use ends with 2 and a sentence', () => {
  test.each([
    [['nonsense'], 'There is no command "nonsense"'],
    [['status', '--nonsense'], "Unknown option '--nonsense'"],
    [['status', 'too', 'many'], 'Usage: npm run cli -- status'],
    [['sweep', 'houses'], 'There is no resource "houses". They are: glAccounts'],
    [['keys', 'burn'], 'Usage: npm run cli -- keys rotate'],
    [['status'], 'ENCRYPTION_KEYS is missing'],
  ])('%j', async (args, sentence) => {
    const { code, stderr, stdout } = await runCli(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
  });
});

test('a database that does not answer is named, and its password is not', async () => {
  const { code, stderr } = await spawnCli(['status'], {
    DATABASE_URL: 'postgres://sync:hidden-password@127.0.0.1:1/sync',
    ENCRYPTION_KEYS: `k:${Buffer.alloc(32).toString('base64')}`,
  });
  expect(code).toBe(1);
  expect(stderr).toContain('The database cannot be reached');
  expect(stderr).toContain('DATABASE_URL');
  expect(stderr).not.toContain('hidden-password');
});
