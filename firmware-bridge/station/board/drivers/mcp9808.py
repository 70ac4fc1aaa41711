# Microchip MCP9808, DS25095A. Temperature in steps of 1/16 °C.
from micropython import const

T_A = const(0x05)  # ambient temperature, section 5.1.3
MANUFACTURER_ID = const(0x06)  # section 5.1.4
RESOLUTION = const(0x08)  # section 5.1.6
MICROCHIP = const(0x0054)
SIXTEENTHS = b"\x03"  # +0.0625 °C; a conversion takes 250 ms, and they follow each other


class Sensor:
    METRICS = (("temperature", 4),)

    def __init__(self, bus, options):
        self.i2c = bus.i2c()
        self.address = options.get("address", 0x18)
        found = self.i2c.readfrom_mem(self.address, MANUFACTURER_ID, 2)
        if found[0] << 8 | found[1] != MICROCHIP:
            raise OSError("no MCP9808 at 0x%02x" % self.address)
        self.i2c.writeto_mem(self.address, RESOLUTION, SIXTEENTHS)

    def read(self):
        raw = self.i2c.readfrom_mem(self.address, T_A, 2)
        return (convert(raw[0] << 8 | raw[1]),)


# Section 5.1.3.1, equation 5-1: bits 12 to 0 are two's complement, those above are alert flags. In 1/10000 °C.
def convert(register):
    sixteenths = register & 0x0FFF
    if register & 0x1000:
        sixteenths -= 0x1000
    return sixteenths * 625
