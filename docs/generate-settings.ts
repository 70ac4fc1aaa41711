import { readFileSync, writeFileSync } from 'node:fs';
import { envExample, settingsTable } from '../src/settings-docs.ts';

// Writes what src/config.ts says of the settings into README.md and .env.example; `npm run docs` runs it.
const TABLE = /(<!-- settings: begin -->\n)[^]*(<!-- settings: end -->)/;

const readme = readFileSync('README.md', 'utf8');
writeFileSync(
  'README.md',
  readme.replace(TABLE, (_, begin: string, end: string) => `${begin}\n${settingsTable()}\n\n${end}`),
);
writeFileSync('.env.example', envExample());
