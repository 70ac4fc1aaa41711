import { parentPort } from 'node:worker_threads';
import { createBuses } from './buses.ts';
import { createChip } from './chip.ts';
import { createAsking, type End, type ThreadData, type Told } from './exchange.ts';
import { createFlash } from './flash.ts';
import { loadInterpreter } from './interpreter.ts';

/** Ends the interpreter wherever it is, as a power cut does. */
class PowerOff {
  readonly end: End;

  constructor(end: End) {
    this.end = end;
  }
}

// One thread serves the runs of a board one after the other: starting it takes longer than most of them.
parentPort!.on('message', (data: ThreadData) => void power(data));

async function power(data: ThreadData): Promise<void> {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
  const tell = (told: Told): void => data.port.postMessage(told);
  const stop = (end: End): never => {
    // oxlint-disable-next-line typescript/only-throw-error -- no error: the interpreter must not take it for one
    throw new PowerOff(end);
  };
  const chip = createChip(data, createAsking(data), stop);
  const flash = createFlash(data.ringFolder, data, () => stop({ kind: 'cut' }));
  const buses = createBuses(data.devices, {
    now: () => chip.nowMs() / 1000,
    measured: (measurement) => tell({ tell: 'measured', measurement }),
  });
  const boot = async (): Promise<End> => {
    const bridge = { ...chip.bridge, ...flash.bridge, ...buses.bridge };
    const micropython = await loadInterpreter(bridge, (line) => tell({ tell: 'log', line }));
    micropython.FS.writeFile('/board/config.json', data.config);
    const program = `import start\n${data.program ?? 'import main'}`;
    return untilItEnds(() => micropython.runPython(program)) ?? { kind: 'returned' };
  };
  let end = await boot();
  while (end.kind === 'asleep') {
    const { forMs } = end;
    end = untilItEnds(() => chip.wake(forMs)) ?? (await boot());
  }
  tell({ tell: 'end', end, nowMs: chip.nowMs() });
}

function untilItEnds(run: () => void): End | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof PowerOff ? error.end : { kind: 'failed', message: String(error) };
  }
}
