import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { backlog } from './backlog.ts';
import { charts } from './charts.ts';
import { durable } from './durable.ts';
import { exporting } from './exporting.ts';
import { growth } from './growth.ts';
import { history } from './history.ts';
import { latency } from './latency.ts';
import { live } from './live.ts';
import { memory } from './memory.ts';
import { pages } from './pages.ts';
import { reading } from './reading.ts';
import { rollups } from './rollups.ts';
import type { Claim, Effort, Row } from './support/claim.ts';
import { formatTable } from './support/table.ts';
import { startThermograph, type Thermograph } from './support/thermograph.ts';
import { throughput } from './throughput.ts';
import { viewers } from './viewers.ts';

const CLAIMS: readonly Claim[] = [
  throughput,
  durable,
  latency,
  backlog,
  growth,
  memory,
  live,
  viewers,
  reading,
  pages,
  charts,
  exporting,
  rollups,
  history,
];
const THOROUGH = { isQuick: false, rounds: 3, warmUpSeconds: 2, seconds: 5, series: 10, years: 5 };
const QUICK = { isQuick: true, rounds: 1, warmUpSeconds: 0.2, seconds: 0.4, series: 2, years: 5 };
const USAGE = `npm run bench -- [--quick] [--only CLAIM,…] [--series N] [--years N] [--json FILE]

Measures every claim about speed beside a reference in the same run, and prints one table.
  --quick       one short round each: a look, not a result
  --only CLAIM  some of: ${CLAIMS.map(({ name }) => name).join(', ')}
  --series N    how many series of one reading a minute \`history\` is about (${THOROUGH.series}); a hundred of five years take 30 GB
  --years N     and how many years (${THOROUGH.years})
  --json FILE   writes the rows there, too
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    series: { type: 'string' },
    years: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const only = values.only?.split(',');
const unknown = only?.filter((name) => !CLAIMS.some((claim) => claim.name === name)) ?? [];
const usual: Effort = values.quick ? QUICK : THOROUGH;
const effort = {
  ...usual,
  series: Number(values.series ?? usual.series),
  years: Number(values.years ?? usual.years),
};
const isPossible = Number.isInteger(effort.series) && effort.series > 0 && effort.years > 0;
if (values.help || unknown.length > 0 || !isPossible) {
  if (!isPossible) process.stderr.write('--series and --years are to be numbers above 0.\n\n');
  if (unknown.length > 0) process.stderr.write(`There is no claim ${unknown.join(', ')}.\n\n`);
  process.stdout.write(USAGE);
  process.exit(values.help ? 0 : 2);
}

const startedAt = performance.now();
const say = (progress: string): void => {
  const seconds = String(Math.round((performance.now() - startedAt) / 1000)).padStart(4);
  process.stderr.write(`${seconds} s  ${progress}\n`);
};
let started: Promise<Thermograph> | undefined;
const bench = {
  effort,
  say,
  thermograph: () => (started ??= startThermograph()),
};
const rows: Row[] = [];
try {
  for (const claim of CLAIMS) {
    if (only !== undefined && !only.includes(claim.name)) continue;
    rows.push(...(await claim.measure(bench)));
  }
} finally {
  await (await started)?.close();
}
process.stdout.write(formatTable(rows));
if (values.json !== undefined) {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const run = { at: new Date().toISOString(), machine, isQuick: values.quick, rows };
  writeFileSync(values.json, `${JSON.stringify(run, null, 2)}\n`);
}
