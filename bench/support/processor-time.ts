import { readdirSync, readFileSync } from 'node:fs';

/** Of Linux on all architectures that Node runs on: what the times of processes are counted in. */
const TICKS_A_SECOND = 100;

interface Process {
  readonly parent: number;
  readonly seconds: number;
}

/** Processor time that a process and all that it has started have taken so far, in seconds; what has ended is left out. */
export function processorSeconds(root: number): number {
  const processes = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    const found = /^\d+$/.test(name) ? read(Number(name)) : undefined;
    if (found !== undefined) processes.set(Number(name), found);
  }
  let seconds = 0;
  for (const [pid, process] of processes) if (descends(pid, root, processes)) seconds += process.seconds;
  return seconds;
}

function descends(pid: number, root: number, processes: ReadonlyMap<number, Process>): boolean {
  let at: number | undefined = pid;
  while (at !== undefined && at !== root) at = processes.get(at)?.parent;
  return at === root;
}

/** `undefined`: it has ended meanwhile. */
function read(pid: number): Process | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name, in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number);
    return { parent: parent!, seconds: (user! + system!) / TICKS_A_SECOND };
  } catch {
    return undefined;
  }
}
