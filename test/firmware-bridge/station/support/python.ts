import { createBuses } from './buses.ts';
import type { DeviceSpec } from './devices.ts';
import { loadInterpreter } from './interpreter.ts';

/** What Python on a board says: each expression's value, by way of JSON. Tuples come as arrays. */
export async function evaluate(
  imports: string,
  expressions: readonly string[],
  devices: readonly DeviceSpec[] = [],
): Promise<readonly unknown[]> {
  const printed: string[] = [];
  const buses = createBuses(devices, { now: () => 0, measured: () => {} });
  const bridge = { ...buses.bridge, sleep: () => {}, ticks: () => 0 };
  const { runPython } = await loadInterpreter(bridge, (line) => void printed.push(line));
  runPython(`import json\n${imports}`);
  for (const expression of expressions) runPython(`print(json.dumps(${expression}))`);
  return printed.slice(-expressions.length).map((line) => JSON.parse(line) as unknown);
}
