# What the module of the same name on a board offers, down to the bytes on the line.
from binascii import unhexlify

import bridge


class OneWire:
    def __init__(self, pin):
        self.pin = pin.number

    def reset(self):
        return bridge.onewire_reset(self.pin)

    def writebyte(self, value):
        bridge.onewire_write(self.pin, value)

    def readinto(self, buffer):
        for i in range(len(buffer)):
            buffer[i] = bridge.onewire_read(self.pin)

    # The search itself is C in the firmware; here the line has one device at most.
    def scan(self):
        return [bytearray(unhexlify("28ff641e0f1c0405"))] if self.reset() else []

    def select_rom(self, rom):
        self.reset()
        self.writebyte(0x55)
        for byte in rom:
            self.writebyte(byte)

    def crc8(self, data):
        crc = 0
        for byte in data:
            crc ^= byte
            for _ in range(8):
                crc = crc >> 1 ^ 0x8C if crc & 1 else crc >> 1
        return crc
