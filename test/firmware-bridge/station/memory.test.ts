import { describe, expect, test } from 'vitest';
import { loadInterpreter } from './support/interpreter.ts';

/** An interpreter with what a board's firmware brings, and how much of its memory is in use. */
async function measured(): Promise<{
  run: (code: string) => void;
  used: () => number;
  printed: readonly string[];
}> {
  const printed: string[] = [];
  const { runPython: run } = await loadInterpreter(
    { ticks: () => 0, wlan_active: () => {} },
    (line) => void printed.push(line),
  );
  run('import gc, machine, network, ntptime, socket, onewire, time, binascii, json, struct');
  return {
    run,
    printed,
    used() {
      // What is no longer needed is only collected between two runs.
      run('gc.collect()');
      run('print(gc.mem_alloc())');
      return Number(printed.at(-1));
    },
  };
}

/** Three metrics, as of a BME280. */
const RING = `from ring import Ring
ring = Ring("/ring", (("temperature", 4), ("pressure", 2), ("humidity", 2)), 2880)
def add(count):
    for i in range(count):
        ring.add(0, 1764000000 + i * 60, (-100625, 101325, 4812))`;

test('the program and its largest driver take less than 26 KiB of memory, as the README says', async () => {
  const { run, used } = await measured();
  const before = used();
  run('import station');
  run('import drivers.bme280');
  expect(used() - before).toBeLessThan(26 * 1024);
});

test('the index of a full ring takes less than 2 KiB, and a message of its readings less than 1 KiB', async () => {
  const { run, used } = await measured();
  run('import link, message, station');
  run(RING.replace('ring = ', 'make = lambda: '));
  const before = used();
  run('ring = make()\nadd(4000)');
  expect(used() - before).toBeLessThan(2 * 1024);
  run('assert 2880 <= len(ring) < 4000');
  run('columns, records, _ = ring.peek(link.BATCH)');
  run('assert 512 < len(message.payload(columns, records, {})) < 1024');
});

test('records, text and packet of a message, the packet twice while it grows, take less than 4 KiB', async () => {
  const { run, used } = await measured();
  run(`import link, message, station\n${RING}\nadd(20)`);
  const before = used();
  // Each in a run of its own, between which its garbage is collected.
  run('columns, records, last = ring.peek(link.BATCH)');
  run('text = message.payload(columns, records, {})');
  run('packet, grown = bytearray(text.encode()), bytearray(text.encode())');
  expect(used() - before).toBeLessThan(4 * 1024);
  expect(used() - before).toBeGreaterThan(2 * 1024);
});

describe('on a board with little memory', () => {
  /** A ring that finds so much memory free, and no folder. */
  const withFree = (bytes: number, writeEvery = 1) => `import sys
class Gc:
    collect = gc.collect
    mem_free = lambda: ${bytes}
sys.modules["gc"] = Gc
import station
${RING.replace('2880)', `2880, ${writeEvery})`)}`;

  test('readings that can not be written take less than 2 KiB of it; the newest are kept, the others counted', async () => {
    const { run, used, printed } = await measured();
    run(`${withFree(9 * 1024)}\nring.has_folder = False`);
    const before = used();
    run('add(400)');
    expect(used() - before).toBeLessThan(2 * 1024);
    run('print(len(ring), ring.dropped, ring.peek(1)[2])');
    const [kept, dropped, oldest] = printed.at(-1)!.split(' ').map(Number);
    expect(kept).toBeGreaterThanOrEqual(25);
    expect([dropped, oldest]).toEqual([400 - kept!, 401 - kept!]);
  });

  test('they are written before there are more, whatever write_every says', async () => {
    const { run, used, printed } = await measured();
    run(withFree(9 * 1024, 1000));
    const before = used();
    run('add(200)');
    expect(used() - before).toBeLessThan(2 * 1024);
    run('print(len(ring), ring.dropped)');
    expect(printed.at(-1)).toBe('200 0');
  });

  test('with more of it, more readings are kept, up to a segment', async () => {
    const { run, printed } = await measured();
    run(
      `${withFree(100 * 1024)}\nring.has_folder = False\nadd(400)\nprint(len(ring) == ring.per_segment, ring.per_segment)`,
    );
    expect(printed.at(-1)).toBe('True 149');
  });
});
