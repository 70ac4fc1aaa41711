import { readdirSync, readFileSync } from 'node:fs';
import { loadMicroPython, type MicroPython } from '@micropython/micropython-webassembly-pyscript';

const BOARD = new URL('../../../../firmware-bridge/station/board/', import.meta.url);
const MODULES = new URL('modules/', import.meta.url);

/**
 * MicroPython with the board's files, and with `bridge` below the modules that stand in for hardware. Its words have 32 bits, as a
 * board's have.
 * @param told is given each line that is printed
 */
export async function loadInterpreter(bridge: object, told: (line: string) => void): Promise<MicroPython> {
  const micropython = await loadMicroPython({ heapsize: 64 * 1024, linebuffer: true, stdout: told });
  install(micropython, BOARD, '/board');
  install(micropython, new URL('drivers/', BOARD), '/board/drivers');
  install(micropython, MODULES, '/modules');
  micropython.registerJsModule('bridge', bridge);
  micropython.runPython('import sys, os\nsys.path[:] = ["/modules", "/board"]\nos.chdir("/board")');
  return micropython;
}

function install({ FS }: MicroPython, from: URL, to: string): void {
  FS.mkdir(to);
  for (const name of readdirSync(from).filter((file) => file.endsWith('.py')))
    FS.writeFile(`${to}/${name}`, readFileSync(new URL(name, from), 'utf8'));
}
