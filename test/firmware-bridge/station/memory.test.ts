import { expect, test } from 'vitest';
import { loadInterpreter } from './support/interpreter.ts';

/** An interpreter with what a board's firmware brings, and how much of its memory is in use. */
async function measured(): Promise<{ run: (code: string) => void; used: () => number }> {
  const printed: string[] = [];
  const { runPython: run } = await loadInterpreter({ ticks: () => 0 }, (line) => void printed.push(line));
  run('import gc, machine, network, ntptime, socket, onewire, time, binascii, json, struct');
  return {
    run,
    used() {
      // What is no longer needed is only collected between two runs.
      run('gc.collect()');
      run('print(gc.mem_alloc())');
      return Number(printed.at(-1));
    },
  };
}

test('the program and its largest driver take less than 25 KiB of memory, as the README says', async () => {
  const { run, used } = await measured();
  const before = used();
  run('import station');
  run('import drivers.bme280');
  expect(used() - before).toBeLessThan(25 * 1024);
});

test('the index of a full ring takes less than 2 KiB, and a message of its readings less than 1 KiB', async () => {
  const { run, used } = await measured();
  run('import link, message, station');
  run('from ring import Ring\ncolumns = (("temperature", 4), ("pressure", 2), ("humidity", 2))');
  const before = used();
  run(`ring = Ring("/ring", columns, 2880)
for i in range(4000):
    ring.add(0, 1764000000 + i * 60, (-100625, 101325, 4812))`);
  expect(used() - before).toBeLessThan(2 * 1024);
  run('assert 2880 <= len(ring) < 4000');
  run('columns, records, _ = ring.peek(link.BATCH)');
  run('assert 512 < len(message.payload(columns, records, {})) < 1024');
});
