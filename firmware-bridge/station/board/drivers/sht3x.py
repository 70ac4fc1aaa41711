# Sensirion SHT30, SHT31, SHT35: "Datasheet SHT3x-DIS", version 6.
import time

from micropython import const

MEASURE = b"\x24\x00"  # single shot, high repeatability, no clock stretching: section 4.3, table 9
DURATION_MS = const(16)  # t_MEAS,h is 15.5 ms at most: section 2.2, table 4


class Sensor:
    METRICS = (("temperature", 2), ("humidity", 2))

    def __init__(self, bus, options):
        self.i2c = bus.i2c()
        self.address = options.get("address", 0x44)

    def read(self):
        self.i2c.writeto(self.address, MEASURE)
        time.sleep_ms(DURATION_MS)
        raw = self.i2c.readfrom(self.address, 6)
        if crc8(raw[0:2]) != raw[2] or crc8(raw[3:5]) != raw[5]:
            raise OSError("an SHT3x's checksum is wrong")
        return temperature(raw[0] << 8 | raw[1]), humidity(raw[3] << 8 | raw[4])


# Section 4.13: T = -45 + 175 * S / (2^16 - 1), in 1/100 °C.
def temperature(s):
    return (17500 * s + 32767) // 65535 - 4500


# Section 4.13: RH = 100 * S / (2^16 - 1), in 1/100 %.
def humidity(s):
    return (10000 * s + 32767) // 65535


# Section 4.12, table 20: polynomial 0x31, begins with 0xFF; 0xBEEF gives 0x92.
def crc8(data):
    crc = 0xFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x31 if crc & 0x80 else crc << 1) & 0xFF
    return crc
