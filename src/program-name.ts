/**
 * How whoever has started this process gives commands: in a checkout, where the package is installed, or for all folders.
 * @param env what npm has put into the environment
 */
export function programName(env: NodeJS.ProcessEnv): string {
  switch (env['npm_lifecycle_event'] ?? '') {
    case 'start':
    case 'thermograph':
      return 'npm run thermograph --';
    case 'npx':
      return 'npx thermograph';
    default:
      return 'thermograph';
  }
}
