import type { Command } from './command.ts';

/**
 * Commands in a text, which are written as `thermograph station list` wherever they are named, as whoever reads it gives them: an error
 * does not know how the program was started.
 */
export function asGiven(text: string, commands: readonly Command[], program: string): string {
  const words = new Set(commands.map(({ name }) => name.split(' ')[0]));
  return text.replace(/\bthermograph ([a-z]+)\b/g, (whole, word: string) =>
    words.has(word) ? `${program} ${word}` : whole,
  );
}
