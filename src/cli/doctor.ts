import { type Command, JSON_OPTION } from './command.ts';
import { examine } from './doctor/examine.ts';
import type { Finding } from './doctor/finding.ts';
import { alignColumns } from './table.ts';

const OPTIONS = { json: JSON_OPTION } as const;

/** Something needs a hand. */
class ProblemsError extends Error {
  readonly code = 'problems-found';
  readonly hint = 'What to do stands behind each; docs/troubleshooting.md says more.';
}

export const doctor: Command<typeof OPTIONS> = {
  name: 'doctor',
  operands: [],
  summary: 'Looks whether all is well with settings, disk, database, clock, ports, backups and the service',
  details: `Give it the settings of the service. It looks at Node.js, settings, the disk of DATA_DIR, the database, the clock, ports,
certificates, the spool, scheduled backups, and at the service itself if it runs. It changes nothing, starts nothing, and asks
nobody outside.

Each finding is ok, a warning (it works, and may not for long or not as meant) or a problem, with what to do. It exits with 0 when there
is no problem, and with 1 when there is one.

With --json: {"isWell","checks":[{"check","state","says","advice"}]}; advice is null where nothing is to be done.`,
  options: OPTIONS,
  judgesSettings: true,
  async run(context) {
    const findings = await examine(() => context.config, context.env);
    const problems = findings.filter(({ state }) => state === 'problem').length;
    context.print(
      context.options.json
        ? JSON.stringify({ isWell: problems === 0, checks: findings })
        : context.asGiven(findings.map((finding) => textOf(finding)).join('\n')),
    );
    if (problems > 0)
      throw new ProblemsError(problems === 1 ? 'There is a problem.' : `There are ${problems} problems.`);
  },
};

function textOf({ check, state, says, advice }: Finding): string {
  const columns = [state.padEnd('warning'.length), check.padEnd('certificate'.length)];
  const lines = [
    [...columns, says],
    ...(advice === null
      ? []
      : [['', '', advice].map((cell, index) => cell.padEnd(columns[index]?.length ?? 0))]),
  ];
  return alignColumns(lines);
}
