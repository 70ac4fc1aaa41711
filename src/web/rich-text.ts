import { fillIn, type Values } from './words.ts';

/**
 * A text of ours as HTML: `code` between backticks, and [links](name), whose addresses are among the values. All else in it, and
 * every value, is escaped.
 */
export function richText(text: string, values: Values): string {
  const escaped = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, escapeHtml(String(value))]),
  );
  const html = escapeHtml(text)
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll(/\[([^\]]+)\]\((\w+)\)/g, '<a href="{$2}">$1</a>');
  return fillIn(html, escaped);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
