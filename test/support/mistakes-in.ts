import { ConfigError, readConfig } from '../../src/config.ts';

/** What is wrong with settings. */
export function mistakesIn(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}
