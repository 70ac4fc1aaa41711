import { createBuses } from './buses.ts';
import type { DeviceSpec } from './devices.ts';
import { loadInterpreter } from './interpreter.ts';

/**
 * What Python on a board says: each expression's value, by way of JSON. Tuples come as arrays.
 * @param bridge what the program needs beside sensors and a clock that stands still
 */
export async function evaluate(
  imports: string,
  expressions: readonly string[],
  devices: readonly DeviceSpec[] = [],
  bridge: object = {},
): Promise<readonly unknown[]> {
  const printed: string[] = [];
  const buses = createBuses(devices, { now: () => 0, measured: () => {} });
  const { runPython } = await loadInterpreter(
    { ...buses.bridge, sleep: () => {}, ticks: () => 0, ...bridge },
    (line) => void printed.push(line),
  );
  runPython(`import json\n${imports}`);
  return expressions.map((expression) => {
    runPython(`print(json.dumps(${expression}))`);
    return JSON.parse(printed.at(-1)!) as unknown;
  });
}
