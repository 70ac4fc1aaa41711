import type { Command } from './command.ts';
import { helpOn } from './help.ts';
import { alignColumns } from './table.ts';

/** What commands are for, by the first word of their names. */
const TASKS: readonly (readonly [title: string, words: readonly string[]])[] = [
  ['Running it', ['start', 'doctor']],
  ['Stations and metrics', ['station', 'metric']],
  ['Credentials', ['credentials']],
  ['ThingSpeak channels', ['channels']],
  ['Rejected messages', ['rejected']],
  ['Files', ['export', 'import']],
  ['Backups', ['backup', 'restore']],
];
const OTHERS = 'Looking after what is stored';

/** All commands by task as Markdown: a list, and the help on each. */
export function commandsDocument(commands: readonly Command[]): string {
  const known = new Set(TASKS.flatMap(([, words]) => words));
  const tasks = [
    ...TASKS.map(([title, words]) => ({
      title,
      ofTask: commands.filter((command) => words.includes(firstWord(command))),
    })),
    { title: OTHERS, ofTask: commands.filter((command) => !known.has(firstWord(command))) },
  ];
  return tasks.map(({ title, ofTask }) => taskText(title, ofTask)).join('\n\n');
}

function firstWord({ name }: Command): string {
  return name.split(' ')[0]!;
}

function taskText(title: string, commands: readonly Command[]): string {
  const list = commands.map(({ name, operands, summary }) => [[name, ...operands].join(' '), summary]);
  const helps = commands.map(
    (command) => `### ${command.name}\n\n${fence(helpOn(command, 'thermograph').trimEnd())}`,
  );
  return `## ${title}\n\n${fence(alignColumns(list))}\n\n${helps.join('\n\n')}`;
}

function fence(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}
