# Makes this interpreter a board, and starts its program. ticks, gc and the rest are MicroPython's own.
import gc
import sys

import bridge
import vfs
from flash import Flash

vfs.mount(Flash(), "/ring")


class System:
    platform = bridge.platform()
    print_exception = sys.print_exception
    modules = sys.modules


sys.modules["sys"] = System
