import { readFileSync, writeFileSync } from 'node:fs';
import { commandsDocument } from '../src/cli/command-docs.ts';
import { commands } from '../src/cli/commands.ts';

// Writes what the commands say of themselves into docs/command-line.md; `npm run docs` runs it.
const FILE = 'docs/command-line.md';
const PART = /(<!-- commands: begin -->\n)[^]*(<!-- commands: end -->)/;

const text = readFileSync(FILE, 'utf8');
const document = commandsDocument(commands);
writeFileSync(
  FILE,
  text.replace(PART, (_, begin: string, end: string) => `${begin}\n${document}\n\n${end}`),
);
