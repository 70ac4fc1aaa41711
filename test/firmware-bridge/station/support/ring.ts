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
        ring.add(ABSOLUTE, 1764000000 + 60 * ring.next, ring.session, (100 * ring.next,))

def values():
    got = []
    while len(ring):
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
