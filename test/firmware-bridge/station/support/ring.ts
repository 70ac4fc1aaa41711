import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFlash } from './flash.ts';
import { evaluate } from './python.ts';

/** The calls on files that can be made to fail. */
export type FlashCall = 'open' | 'stat' | 'remove' | 'ilistdir';

/** Python that lets these calls end with EIO for files whose names end so, and for the folder, which is ''. */
export function breaking(broken: Readonly<Partial<Record<FlashCall, string>>>): string {
  const lines = Object.entries(broken).map(([call, end]) => `fail("${call}", "${end}")`);
  return `from flash import Flash

def fail(call, end):
    works = getattr(Flash, call)
    def fails(self, path, *more):
        if path.endswith(end):
            raise OSError(5)
        return works(self, path, *more)
    setattr(Flash, call, fails)

${lines.join('\n')}`;
}

/** A start of a board: its ring, of one metric, as `ring`, made after the line of `before`. */
export interface RingStart {
  readonly before?: string;
  readonly program?: string;
  readonly expressions: readonly string[];
}

const TOOLS = `import vfs
from flash import Flash
from record import ABSOLUTE, BASE, RELATIVE
from ring import Ring

vfs.mount(Flash(), "/ring")

def add(count):
    for i in range(count):
        ring.add(ABSOLUTE, 1764000000 + 60 * ring.next, (100 * ring.next,))

def values():
    got = []
    # Rather than for ever, as long as anything waits.
    for _ in range(100):
        if not len(ring):
            break
        _, records, last = ring.peek(10)
        got += [record[3][0] // 100 for record in records]
        ring.acknowledge(last)
    return got
`;

/**
 * What is said of a ring in this folder. In Python, `add(n)` puts n readings of a known time into it, whose values are their
 * sequence numbers, and `values()` takes all of them out as sending does.
 */
export async function startRing(
  folder: string,
  { before = '', program = '', expressions }: RingStart,
): Promise<readonly unknown[]> {
  const flash = createFlash(folder, {}, () => {
    throw new Error('nobody cuts the power');
  });
  const make = 'ring = Ring("/ring", (("temperature", 2),), 1000)';
  return evaluate([TOOLS, before, make, program].join('\n'), expressions, [], flash.bridge);
}

/** The names of what lies in the ring's folder beside the notes, the oldest first. */
export async function segmentsIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name !== 'notes').toSorted();
}

/** Makes the checksum of the `nth` record of a segment wrong, counted from 0; or from -1, the newest, backwards. */
export async function damageRecord(folder: string, name: string, nth: number): Promise<void> {
  const bytes = await readFile(join(folder, name));
  const recordBytes = Number(bytes.toString('latin1').split(' ')[2]);
  const from = nth < 0 ? bytes.length : bytes.indexOf('\n') + 1;
  bytes[from + nth * recordBytes + 12]! ^= 1;
  await writeFile(join(folder, name), bytes);
}
