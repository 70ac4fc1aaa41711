# Bosch BME280: a BMP280 that measures humidity, too; see there.
from drivers import bmp280


class Sensor(bmp280.Sensor):
    METRICS = bmp280.Sensor.METRICS + (("humidity", 2),)

    def is_bme(self, options):
        return True
