# The board's clock as the simulation has it: only sleeping, and waiting for the network, lets time pass.
import bridge

import machine


def sleep_ms(ms):
    bridge.sleep(ms)
    machine.run_timers()


def sleep(seconds):
    sleep_ms(int(seconds * 1000))


# Ticks wrap as they do on a board.
def ticks_ms():
    return bridge.ticks()


def ticks_diff(end, start):
    return ((end - start + 0x20000000) & 0x3FFFFFFF) - 0x20000000


# The chip's own clock: seconds since the port's epoch, which is that of 2000 on some.
def time():
    return bridge.chip_time()


def gmtime(seconds):
    if seconds != 0:
        raise NotImplementedError
    return (bridge.epoch_year(), 1, 1, 0, 0, 0, 5, 1)
