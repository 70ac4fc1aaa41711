import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Config } from '../../config.ts';
import type { DatabaseHealth } from '../../storage/database-health.ts';
import { allWell, type Finding, problem, warning } from './finding.ts';

const CHECK = 'clock';
/** Nothing of this was there before. */
const EARLIEST = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
const SET_IT =
  'Set the clock of this machine, and have it kept right (timedatectl set-ntp true, on most Linux systems).';

/** This machine's clock, against what the database knows of time; without the network. */
export async function checkClock(
  config: Config,
  health: DatabaseHealth | undefined,
  now: number = Date.now(),
): Promise<readonly Finding[]> {
  const time = new Date(now).toISOString();
  if (now < EARLIEST) return [problem(CHECK, `It says ${time}, which is in the past.`, SET_IT)];
  const findings = health === undefined ? [] : [...compare(health, now), ...compareZones(config, health)];
  const isKept = await isSynchronized();
  if (isKept === false) findings.push(warning(CHECK, 'It is not kept right from the network.', SET_IT));
  const known = isKept === true ? ', and is kept right from the network' : '';
  return allWell(CHECK, findings, `It says ${time}${known}.`);
}

function compare({ now: ofDatabase, kept }: DatabaseHealth, now: number): Finding[] {
  const findings: Finding[] = [];
  const apart = Math.round(Math.abs(ofDatabase - now) / 1000);
  if (apart * 1000 > MINUTE_MS) {
    findings.push(warning(CHECK, `It is ${apart} seconds apart from that of the database.`, SET_IT));
  }
  if (kept?.isHeld) {
    const advice = 'If the clock is right, say so: thermograph retention resume. Otherwise set it.';
    findings.push(warning(CHECK, 'It is so far from where it was that nothing expires.', advice));
  } else if (kept !== undefined && now < kept.lookedAt - MINUTE_MS) {
    const says = `It says ${new Date(now).toISOString()}, but was ${new Date(kept.lookedAt).toISOString()} before.`;
    findings.push(warning(CHECK, says, `${SET_IT} Times of receipt go on from where they were.`));
  }
  return findings;
}

function compareZones({ timeZone }: Config, { kept }: DatabaseHealth): Finding[] {
  const before = kept?.timeZone ?? null;
  if (before === null || before === timeZone) return [];
  const says = `TIME_ZONE is ${timeZone} here, and days are rolled up in that of ${before}.`;
  return [
    warning(
      CHECK,
      says,
      'Give this command the TIME_ZONE of the service; if it is another one now, days are made anew by themselves.',
    ),
  ];
}

/** `undefined` where nobody here can tell. */
async function isSynchronized(): Promise<boolean | undefined> {
  try {
    const { stdout } = await promisify(execFile)(
      'timedatectl',
      ['show', '--property=NTPSynchronized', '--value'],
      {
        timeout: 2_000,
      },
    );
    return stdout.trim() === '' ? undefined : stdout.trim() === 'yes';
  } catch {
    return undefined;
  }
}
