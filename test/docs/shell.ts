import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readProjectFile } from '../packaging/files.ts';
import type { Program } from '../support/program.ts';

/** Runs the commands of the documentation against a service. */
export interface Shell {
  /** Resolves with what went wrong; `undefined` if every command ended with 0. */
  run(script: string): Promise<string | undefined>;
}

const LIMIT_MS = 60_000;
/** What else may be called. Nothing that the documentation says should change the machine that the test runs on. */
const HARMLESS = 'cat cp date grep gunzip gzip head ls mkdir psql sed sleep sort tail wc zcat'.split(' ');

function pathOf(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':');
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}

/**
 * What stands for the programs that the documentation calls: the same ones, but the service is where the test has it, a subscriber
 * ends with its first message, and npm does not build anew each time.
 */
function standIns(
  root: string,
  { httpPort, mqttPort }: Pick<Program, 'httpPort' | 'mqttPort'>,
): Record<string, string> {
  const { bin } = JSON.parse(readProjectFile('package.json')) as { bin: { thermograph: string } };
  const thermograph = `exec '${process.execPath}' '${join(root, bin.thermograph)}' "$@"`;
  const broker = `-h 127.0.0.1 -p ${mqttPort}`;
  const real = (name: string): string => `exec '${pathOf(name) ?? name}'`;
  return {
    thermograph,
    npm: `[ "$1" = run ] && shift
[ "$1" = --silent ] && shift
[ "$1" = thermograph ] || { echo "npm $1 is not run here: mark it" >&2; exit 64; }
shift; [ "$1" = -- ] && shift
${thermograph}`,
    npx: `[ "$1" = mqtt ] || { echo "npx $1 is not run here: mark it" >&2; exit 64; }
shift
'${process.execPath}' '${join(root, 'node_modules/.bin/mqtt')}' "$@" ${broker}`,
    curl: `arguments=("\${@//http:\\/\\/localhost:3000/http://127.0.0.1:${httpPort}}")
for argument in "\${arguments[@]}"; do
  case $argument in http://127.0.0.1:*) ;; http*) echo "$argument is not asked here: mark it" >&2; exit 64 ;; esac
done
${real('curl')} --silent --show-error --fail --max-time 30 "\${arguments[@]}"`,
    mosquitto_pub: `${real('mosquitto_pub')} "$@" ${broker}`,
    mosquitto_sub: `${real('mosquitto_sub')} "$@" ${broker} -C 1 -W 30`,
  };
}

/** @param folder where commands are run; the service has its data in `data` below it */
export async function createShell(
  folder: string,
  service: Pick<Program, 'httpPort' | 'mqttPort'>,
): Promise<Shell> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  for (const [name, script] of Object.entries(standIns(process.cwd(), service))) {
    await writeFile(join(bin, name), `#!/bin/bash\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  for (const name of HARMLESS) {
    const file = pathOf(name);
    if (file !== undefined) await symlink(file, join(bin, name));
  }
  const env = { PATH: bin, HOME: folder, LANG: 'C.UTF-8' };
  return {
    run: (script) =>
      new Promise((resolve) => {
        const options = { cwd: folder, env, timeout: LIMIT_MS };
        execFile(
          '/bin/bash',
          ['--norc', '-euo', 'pipefail', '-c', script],
          options,
          (error, stdout, stderr) =>
            resolve(error === null ? undefined : `${error.message.split('\n', 1)[0]}\n${stdout}${stderr}`),
        );
      }),
  };
}
