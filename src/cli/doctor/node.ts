import { type Finding, ok, problem } from './finding.ts';

const OLDEST = [20, 19] as const;

/** @param version such as `20.19.0` */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  return isNewEnough
    ? ok('Node.js', `It is Node.js ${version}.`)
    : problem('Node.js', `It is Node.js ${version}.`, `Install Node.js ${OLDEST.join('.')} or newer.`);
}
