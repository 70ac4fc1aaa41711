import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Claim, Effort, Row } from './support/claim.ts';
import { formatTable } from './support/table.ts';
import { throughput } from './throughput.ts';

const CLAIMS: readonly Claim[] = [throughput];
const THOROUGH: Effort = { rounds: 3, warmUpSeconds: 2, seconds: 5 };
const QUICK: Effort = { rounds: 1, warmUpSeconds: 0.5, seconds: 1.5 };
const USAGE = `npm run bench -- [--quick] [--only CLAIM] [--json FILE]

Measures every claim about speed beside a reference in the same run, and prints one table.
  --quick       one short round each: a look, not a result
  --only CLAIM  one of: ${CLAIMS.map(({ name }) => name).join(', ')}
  --json FILE   writes the rows there, too
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || (values.only !== undefined && !CLAIMS.some(({ name }) => name === values.only))) {
  process.stdout.write(USAGE);
  process.exit(values.help ? 0 : 2);
}

const say = (progress: string): void => void process.stderr.write(`${progress}\n`);
const rows: Row[] = [];
for (const claim of CLAIMS) {
  if (values.only !== undefined && claim.name !== values.only) continue;
  rows.push(...(await claim.measure(values.quick ? QUICK : THOROUGH, say)));
}
process.stdout.write(formatTable(rows));
if (values.json !== undefined) {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  writeFileSync(values.json, `${JSON.stringify({ machine, quick: values.quick, rows }, null, 2)}\n`);
}
