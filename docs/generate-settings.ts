import { readFileSync, writeFileSync } from 'node:fs';
import { envExample, settingsTable } from '../src/settings/documentation.ts';

// Writes what src/config.ts says of the settings into README.md, docs/settings.md and .env.example; `npm run docs` runs it.
const TABLE = /(<!-- settings: begin -->\n)[^]*(<!-- settings: end -->)/;

for (const [file, which] of [
  ['README.md', 'common'],
  ['docs/settings.md', 'all'],
] as const) {
  const text = readFileSync(file, 'utf8');
  const table = settingsTable(which);
  writeFileSync(
    file,
    text.replace(TABLE, (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`),
  );
}
writeFileSync('.env.example', envExample());
