import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { asGiven } from '../../src/cli/as-given.ts';
import { commandsDocument } from '../../src/cli/command-docs.ts';
import { commands } from '../../src/cli/commands.ts';
import { helpOn } from '../../src/cli/help.ts';
import { runCli, runHere } from '../support/cli.ts';
import { useFolder } from '../support/program.ts';

/** A file: no database can be there. */
const NOWHERE = { DATA_DIR: 'package.json' };

test.each(commands.map((command) => [command.name, command] as const))(
  '%s --help tells its use, its options and its JSON, and opens nothing',
  async (name, command) => {
    const { code, stdout, stderr } = await runHere([...name.split(' '), '--help'], NOWHERE);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(helpOn(command, 'thermograph'));
    expect(stdout).toContain(`Usage: thermograph ${[name, ...command.operands].join(' ')}`);
    for (const option of [...Object.keys(command.options), 'help']) expect(stdout).toContain(`  --${option}`);
    if ('json' in command.options) expect(stdout).toContain('With --json: {"');
    else expect(name).toBe('start');
  },
);

test.each(commands.map((command) => [command.name, command] as const))(
  '%s refuses an option that it does not have, and opens nothing',
  async (name, { operands }) => {
    const args = [...name.split(' '), ...operands, '--nonsense'];
    const { code, stdout, stderr } = await runHere(args, NOWHERE);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^There is no option --nonsense here\.[^]*\nUsage: thermograph /);
    expect(stderr).not.toContain('    at ');
  },
);

test('docs/command-line.md says what the commands say of themselves', () => {
  // `npm run docs` writes it.
  expect(readFileSync('docs/command-line.md', 'utf8')).toContain(commandsDocument(commands));
});

describe('help', () => {
  test.each([[['--help']], [['-h']], [['help']]])('%j names every command', async (args) => {
    const { code, stdout } = await runHere(args, NOWHERE);
    expect(code).toBe(0);
    for (const { name, summary } of commands) expect(stdout).toMatch(new RegExp(`${name}.* ${summary}\n`));
  });

  test.each([
    [['credentials', '--help'], 'credentials rotate NAME', 'station list'],
    [['help', 'credentials', 'add'], 'credentials add admin NAME', 'credentials rotate'],
    [['--help', 'station', 'add'], 'Usage: thermograph station add NAME', 'station list'],
    [['station', 'add', 'outside', '-h'], 'Usage: thermograph station add NAME', 'station list'],
  ])('%j is about that alone', async (args, told, untold) => {
    const { code, stdout } = await runHere(args, NOWHERE);
    expect(code).toBe(0);
    expect(stdout).toContain(told);
    expect(stdout).not.toContain(untold);
  });

  test('--version prints the version alone', async () => {
    expect(await runCli(['--version'], NOWHERE)).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });
});

describe('wrong use ends with 2, prints no result, and says', () => {
  test.each([
    [[], 'A command is missing'],
    [['statoin', 'add', 'x'], 'Did you mean "station add"?'],
    [['station', 'lst'], 'Did you mean "station list"?'],
    [['credentials', 'rotat', 'x'], 'Did you mean "credentials rotate"?'],
    [['station', 'frobnicate', 'plug'], 'no command "station frobnicate". Those that begin with "station":'],
    [['station', 'frobnicate', 'plug'], 'station list'],
    [['frobnicate'], 'no command "frobnicate".'],
    [['frobnicate', '--help'], 'no command "frobnicate".'],
    [['credentials'], 'credentials revoke NAME'],
    [['credentials', 'add'], 'credentials add integrator NAME'],
    [['--json', 'station', 'list'], 'options follow the command'],
    [['station', 'add'], 'NAME is missing'],
    [['metric', 'edit'], 'STATION and METRIC are missing'],
    [['station', 'add', 'a', 'b'], 'Nothing is known to do with "b"'],
    [['station', 'add', 'a', '--jsn'], 'Did you mean --json?'],
    [['station', 'add', 'a', '--constructor'], 'no option --constructor'],
    [['station', 'add', 'a', '-x'], 'no option -x'],
    [['station', 'add', 'a', '--json=yes'], '--json takes no value'],
    [['station', 'add', 'a', '--filter', 'live/#'], 'no option --filter'],
    [['station', 'add', 'a', '--config', '--json'], '--config and --json exclude each other'],
    [['station', 'add', 'a/b'], 'letters, digits'],
    [['station', 'add', 'a/b', '--config'], 'letters, digits'],
    [['station', 'add', '--config', 'a'], 'NAME is missing'],
    [['station', 'add', 'a', '--config', 'x', '--config'], '--config is given more than once'],
    [['station', 'add', '--', '-a'], '"-a" can not be the name'],
    [['station', 'add', ''], '"" can not be the name'],
    [['credentials', 'add', 'admin', 'x'.repeat(65)], 'can not be the name of an admin'],
    [['credentials', 'add', 'integrator', 'a', '--filter'], '--filter needs a value'],
    [['credentials', 'add', 'integrator', 'a', '--filter', '--json'], '--filter needs a value'],
    [['credentials', 'add', 'integrator', 'a', '--filter', '$SYS/#'], 'begins with $'],
    [['credentials', 'add', 'integrator', 'a', '--filter', 'live/#/x'], '# must be the last'],
  ])('%j: %s', async (args, told) => {
    const { code, stdout, stderr } = await runHere(args, NOWHERE);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(told);
    expect(stderr).not.toContain('    at ');
  });

  test('as the program does', async () => {
    const { code, stdout, stderr } = await runCli(['station', 'add'], NOWHERE);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe('NAME is missing.\nUsage: thermograph station add NAME [--config [FILE]] [--json]\n');
  });

  test('every mistake at once', async () => {
    const args = ['credentials', 'add', 'integrator', '--jsn', '--filter'];
    const { stderr } = await runHere(args, NOWHERE);
    expect(stderr).toMatch(
      /--jsn[^]*--filter needs a value[^]*NAME is missing[^]*Usage: thermograph credentials add/,
    );
  });

  test('what is wrong with the settings', async () => {
    const { code, stderr } = await runHere(['station', 'list'], { MQTT_PORT: 'x', UNITS: 'y' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/MQTT_PORT[^]*UNITS/);
  });
});

describe('an option before the -- of npm', () => {
  const BY_NPM = { ...NOWHERE, npm_lifecycle_event: 'thermograph' };

  test.each([
    [['station', 'list'], { npm_config_json: 'true' }, 'thermograph station list --json'],
    [['retention'], { npm_config_dry_run: 'true' }, 'thermograph retention --dry-run'],
    [['export', 'x', 'Z'], { npm_config_from: 'true' }, 'thermograph export FILE --from …'],
    [['station', 'add', 'x'], { npm_config_config: 'x.json' }, 'thermograph station add NAME --config'],
  ])('%j with %j is refused, and how it is written is told', async (args, env, told) => {
    const { code, stdout, stderr } = await runHere(args, { ...BY_NPM, ...env });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^npm has --[\w-]+ for itself/);
    expect(stderr.endsWith(`\n  ${told}`)).toBe(true);
    // Not by npm; of another script; and one that no command here has.
    const refused = '^npm has';
    expect((await runHere(args, { ...NOWHERE, ...env })).stderr).not.toMatch(refused);
    expect((await runHere(args, { ...BY_NPM, npm_config_loglevel: 'x' })).stderr).not.toMatch(refused);
  });

  test('is not one that npm has from its settings, nor one that came behind it, too', async () => {
    const folder = await useFolder();
    const env = { ...BY_NPM, npm_config_json: 'true' };
    await writeFile(join(folder, '.npmrc'), 'fund=false\njson = true\n');
    const set = await runHere(['station', 'list'], { ...env, npm_config_local_prefix: folder });
    expect(set.stderr).not.toContain('npm has');
    expect((await runHere(['station', 'list', '--json'], env)).stderr).not.toContain('npm has');
  });

  test('is told and no more where it is --yes, which machines set for npm', async () => {
    const { stderr } = await runHere(['station', 'remove', 'x'], { ...BY_NPM, npm_config_yes: 'true' });
    expect(stderr).toMatch(/^npm has --yes for itself[^]*then say --yes/);
  });

  test('is seen where npm itself runs the command', async () => {
    const run = promisify(execFile);
    const refused = run('npm', ['run', '--silent', 'thermograph', 'station', 'list', '--json']);
    await expect(refused).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('\n  npm run thermograph -- station list --json\n'),
    });
  });
});

test('commands that messages name are given as the one was that says them', async () => {
  const told = async (env: Record<string, string>): Promise<string> =>
    (await runCli(['rejected', 'show', 'x'], { ...NOWHERE, ...env })).stderr;
  expect(await told({})).toContain('see thermograph rejected list.');
  expect(await told({ npm_lifecycle_event: 'npx' })).toContain('see npx thermograph rejected list.');
  expect(asGiven('thermograph station list, of the thermograph that thermograph says', commands, 'T')).toBe(
    'T station list, of the thermograph that thermograph says',
  );
});

test('npm run --silent thermograph prints the result alone, and help for npm', async () => {
  const run = promisify(execFile);
  const version = await run('npm', ['run', '--silent', 'thermograph', '--', '--version']);
  expect(version.stdout).toBe('0.1.0\n');
  const help = await run('npm', ['run', '--silent', 'thermograph', '--', 'station', 'add', '--help']);
  expect(help.stdout).toContain('Usage: npm run thermograph -- station add NAME');
});
