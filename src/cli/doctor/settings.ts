import type { Config } from '../../config.ts';
import { isLoopback } from '../../transport/loopback.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const CHECK = 'settings';

export function wrongSettings(mistakes: readonly string[]): readonly Finding[] {
  return mistakes.map((mistake) =>
    problem(CHECK, `${mistake}.`, 'Correct it in the environment; docs/settings.md lists what is allowed.'),
  );
}

export function warnOfNames(mistakes: readonly string[]): readonly Finding[] {
  const advice =
    "Correct its name in the environment, unless it is another program's; docs/settings.md lists those that there are.";
  return mistakes.map((mistake) => warning(CHECK, mistake, advice));
}

/** What is allowed, and may not be meant. */
export function checkSettings(config: Config): readonly Finding[] {
  if (config.allowAnonymous && !isLoopback(config.host)) {
    const says = 'Everybody in the network may publish and subscribe without a credential.';
    return [
      warning(
        CHECK,
        says,
        'If that is not meant, unset ALLOW_ANONYMOUS, and give stations: thermograph station add NAME.',
      ),
    ];
  }
  return [ok(CHECK, `They are all understood; times are those of ${config.timeZone}.`)];
}
