# Bosch BMP280, BST-BMP280-DS001, and BME280, BST-BME280-DS002, which measures humidity, too. One measurement is made when one is
# asked for ("forced mode"), with the oversampling that both datasheets recommend for weather monitoring: x1 each.
import struct
import time

from micropython import const

CALIB_00 = const(0x88)  # dig_T1 … dig_P9: BMP280 3.11.2, table 17
CALIB_25 = const(0xA1)  # dig_H1: BME280 4.2.2, table 16
CHIP_ID = const(0xD0)  # BMP280 4.3.1, BME280 5.4.1
CALIB_26 = const(0xE1)  # dig_H2 … dig_H6: BME280 4.2.2, table 16
CTRL_HUM = const(0xF2)  # BME280 5.4.3
STATUS = const(0xF3)  # BMP280 4.3.3
CTRL_MEAS = const(0xF4)  # BMP280 4.3.4
DATA = const(0xF7)  # press, temp, hum: BMP280 4.3.6, BME280 5.4.7

BME280 = const(0x60)
# 0x58 is the BMP280; 0x56 and 0x57 are its samples.
CHIPS = (0x56, 0x57, 0x58, BME280)
MEASURING = const(0x08)
ONCE_EACH_FORCED = b"\x25"  # osrs_t x1, osrs_p x1, mode 01
HUMIDITY_ONCE = b"\x01"


class Sensor:
    METRICS = (("temperature", 2), ("pressure", 2))

    def __init__(self, bus, options):
        self.i2c = bus.i2c()
        self.address = options.get("address", 0x76)
        chip = self._read(CHIP_ID, 1)[0]
        if chip not in CHIPS or self.is_bme(options) != (chip == BME280):
            raise OSError("the chip at 0x%02x is 0x%02x" % (self.address, chip))
        self.calibration = struct.unpack("<Hhh Hhhhhhhhh".replace(" ", ""), self._read(CALIB_00, 24))
        self.humidity = None
        if chip == BME280:
            self.humidity = humidity_calibration(self._read(CALIB_25, 1), self._read(CALIB_26, 7))

    def is_bme(self, options):
        return False

    def _read(self, register, size):
        return self.i2c.readfrom_mem(self.address, register, size)

    def read(self):
        if self.humidity:
            # It takes effect with the write to ctrl_meas.
            self.i2c.writeto_mem(self.address, CTRL_HUM, HUMIDITY_ONCE)
        self.i2c.writeto_mem(self.address, CTRL_MEAS, ONCE_EACH_FORCED)
        # 9.3 ms at most with all three: BME280 9.1.
        for _ in range(10):
            time.sleep_ms(10)
            if not self._read(STATUS, 1)[0] & MEASURING:
                break
        else:
            raise OSError("a measurement takes too long")
        raw = self._read(DATA, 8 if self.humidity else 6)
        t_fine = fine_temperature(raw[3] << 12 | raw[4] << 4 | raw[5] >> 4, self.calibration)
        p = pressure(raw[0] << 12 | raw[1] << 4 | raw[2] >> 4, t_fine, self.calibration)
        # Pressure in whole pascals, which are hundredths of a hectopascal.
        values = (temperature(t_fine), (p + 128) >> 8)
        if self.humidity:
            h = humidity(raw[6] << 8 | raw[7], t_fine, self.humidity)
            values += ((h * 100 + 512) >> 10,)
        return values


# BMP280 3.11.3, "compensate_T_int32".
def fine_temperature(adc_t, c):
    t1, t2, t3 = c[:3]
    var1 = (((adc_t >> 3) - (t1 << 1)) * t2) >> 11
    var2 = (((((adc_t >> 4) - t1) * ((adc_t >> 4) - t1)) >> 12) * t3) >> 14
    return var1 + var2


# In 1/100 °C.
def temperature(t_fine):
    return (t_fine * 5 + 128) >> 8


# BMP280 3.11.3, "compensate_P_int64": in 1/256 Pa.
def pressure(adc_p, t_fine, c):
    p1, p2, p3, p4, p5, p6, p7, p8, p9 = c[3:]
    var1 = t_fine - 128000
    var2 = var1 * var1 * p6 + ((var1 * p5) << 17) + (p4 << 35)
    var1 = ((var1 * var1 * p3) >> 8) + ((var1 * p2) << 12)
    var1 = (((1 << 47) + var1) * p1) >> 33
    if var1 == 0:
        raise OSError("the calibration is empty")
    p = ((((1048576 - adc_p) << 31) - var2) * 3125) // var1
    var1 = (p9 * (p >> 13) * (p >> 13)) >> 25
    var2 = (p8 * p) >> 19
    return ((p + var1 + var2) >> 8) + (p7 << 4)


# BME280 4.2.2, table 16: dig_H4 and dig_H5 share the byte at 0xE5.
def humidity_calibration(calib_25, calib_26):
    h2, h3, e4, e5, e6, h6 = struct.unpack("<hBbBbb", calib_26)
    return calib_25[0], h2, h3, e4 * 16 + (e5 & 15), e6 * 16 + (e5 >> 4), h6


# BME280 4.2.3, "compensate_H_int32": in 1/1024 %.
def humidity(adc_h, t_fine, c):
    h1, h2, h3, h4, h5, h6 = c
    v = t_fine - 76800
    x = ((adc_h << 14) - (h4 << 20) - h5 * v + 16384) >> 15
    y = ((((((v * h6) >> 10) * (((v * h3) >> 11) + 32768)) >> 10) + 2097152) * h2 + 8192) >> 14
    v = x * y
    v -= ((((v >> 15) * (v >> 15)) >> 7) * h1) >> 4
    return max(0, min(v, 419430400)) >> 12
