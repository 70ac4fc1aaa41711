/** What has been acquired, and how to give it back. */
export interface Releasers {
  push(release: () => Promise<void> | void): void;
  /** Releases everything, the last first; goes on after an error and then throws the first one. Safe to call twice. */
  release(): Promise<void>;
}

export function createReleasers(): Releasers {
  const stack: (() => Promise<void> | void)[] = [];
  let releasing: Promise<void> | undefined;
  async function releaseAll(): Promise<void> {
    const errors: unknown[] = [];
    for (let release = stack.pop(); release !== undefined; release = stack.pop()) {
      try {
        await release();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
  return {
    push: (release) => void stack.push(release),
    release: () => (releasing ??= releaseAll()),
  };
}
