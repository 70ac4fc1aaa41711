# Maxim (Analog Devices) DS18B20, 19-7487. Temperature in steps of 1/16 °C, over 1-Wire.
import time
from binascii import unhexlify

from micropython import const

SKIP_ROM = const(0xCC)  # "ROM commands"
CONVERT_T = const(0x44)  # "Function commands"
READ_SCRATCHPAD = const(0xBE)
CONVERSION_MS = const(750)  # t_CONV at 12 bits, "AC electrical characteristics"
POWER_ON = const(0x0550)  # +85 °C: "Operation - measuring temperature"


class Sensor:
    METRICS = (("temperature", 4),)

    # Options: pin, and with several on one pin the rom of each (16 hexadecimal digits).
    def __init__(self, bus, options):
        self.wire = bus.onewire(options["pin"])
        self.rom = unhexlify(options["rom"]) if "rom" in options else None

    def _select(self):
        # Without a device the line stays high.
        if not self.wire.reset():
            raise OSError("nothing answers on the 1-Wire line")
        if self.rom:
            self.wire.select_rom(self.rom)
        else:
            self.wire.writebyte(SKIP_ROM)

    def read(self):
        self._select()
        self.wire.writebyte(CONVERT_T)
        time.sleep_ms(CONVERSION_MS)
        self._select()
        self.wire.writebyte(READ_SCRATCHPAD)
        scratchpad = bytearray(9)
        self.wire.readinto(scratchpad)
        # "CRC generation": over all nine bytes it is 0. A line that is held low reads as zeros, which would pass.
        if self.wire.crc8(scratchpad) or not any(scratchpad):
            raise OSError("a DS18B20's checksum is wrong")
        raw = scratchpad[1] << 8 | scratchpad[0]
        if raw == POWER_ON:
            raise OSError("a DS18B20 has lost its power and measured nothing")
        return (convert(raw),)


# Table 1 and figure 4: two's complement, in 1/10000 °C.
def convert(register):
    return (register - 0x10000 if register & 0x8000 else register) * 625
