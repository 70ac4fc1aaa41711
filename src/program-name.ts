/**
 * How whoever has started this process gives commands: in a checkout, where the package is installed, or for all folders.
 * @param env what npm has put into the environment
 */
export function programName(env: NodeJS.ProcessEnv): string {
  const event = env['npm_lifecycle_event'];
  if (event === 'start' || event === 'thermograph') return 'npm run thermograph --';
  return event === 'npx' ? 'npx thermograph' : 'thermograph';
}
