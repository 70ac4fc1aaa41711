import { SETTINGS } from '../config.ts';

/** The settings as a Markdown table: those that most owners look for, or all. */
export function settingsTable(which: 'common' | 'all'): string {
  const shown = which === 'all' ? SETTINGS : SETTINGS.filter(({ isCommon }) => isCommon === true);
  const rows = shown.map(
    ({ env, default: value, allowed, description }) =>
      `| \`${env}\` | ${value === '' ? '' : `\`${value}\``} | ${allowed} | ${description} |`,
  );
  return ['| Variable | Default | Allowed | Meaning |', '|---|---|---|---|', ...rows].join('\n');
}

/** The settings as a file of environment variables, all commented out. */
export function envExample(): string {
  const entries = SETTINGS.map(
    ({ env, default: value, allowed, description }) =>
      `# ${plain(description)}\n# Allowed: ${plain(allowed)}\n#${env}=${value}\n`,
  );
  return `# Settings of Thermograph. Copy to .env and start with: set -a; . ./.env; set +a; npm start\n\n${entries.join('\n')}`;
}

function plain(markdown: string): string {
  return markdown.replaceAll('`', '');
}
