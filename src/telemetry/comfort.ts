/*
 * What follows from temperature, humidity and wind. All in °C, % and m/s; results are °C.
 */

/**
 * The temperature at which the air would be saturated, over water: the Magnus formula with the coefficients of Alduchov and
 * Eskridge, "Improved Magnus Form Approximation of Saturation Vapor Pressure", Journal of Applied Meteorology 35 (1996), (21);
 * within 0.4 % of vapour pressure from -40 to 50 °C.
 * @param humidity relative, in %
 * @returns `undefined` where there is none: without any water in the air
 */
export function dewPoint(temperature: number, humidity: number): number | undefined {
  if (!(humidity > 0) || humidity > 100) return undefined;
  const gamma = Math.log(humidity / 100) + (MAGNUS_A * temperature) / (MAGNUS_B + temperature);
  return (MAGNUS_B * gamma) / (MAGNUS_A - gamma);
}

const MAGNUS_A = 17.625;
const MAGNUS_B = 243.04;

/**
 * Wind chill of the US National Weather Service and Environment Canada (2001), for at most 10 °C and more than 3 mph; the wind is
 * meant at 10 m above ground.
 * @returns `undefined` outside of these
 */
export function windChill(temperature: number, windSpeed: number): number | undefined {
  const f = toFahrenheit(temperature);
  const mph = windSpeed / METRES_PER_SECOND_A_MPH;
  if (temperature > 10 || mph <= 3) return undefined;
  const v = mph ** 0.16;
  return toCelsius(35.74 + 0.6215 * f - 35.75 * v + 0.4275 * f * v);
}

/**
 * Heat index of the US National Weather Service: Steadman's simple form, and from 80 °F on Rothfusz' regression (Technical
 * Attachment SR 90-23, 1990) with its two adjustments, as wpc.ncep.noaa.gov/html/heatindex_equation.shtml has it.
 * @returns `undefined` below 80 °F, where it says nothing
 */
export function heatIndex(temperature: number, humidity: number): number | undefined {
  const f = toFahrenheit(temperature);
  if (f < 80 || humidity < 0 || humidity > 100) return undefined;
  const simple = 0.5 * (f + 61 + (f - 68) * 1.2 + humidity * 0.094);
  const mean = (simple + f) / 2;
  if (mean < 80) return toCelsius(mean);
  return toCelsius(rothfusz(f, humidity) + adjustment(f, humidity));
}

function rothfusz(f: number, rh: number): number {
  return (
    -42.379 +
    2.04901523 * f +
    10.14333127 * rh -
    0.22475541 * f * rh -
    0.00683783 * f * f -
    0.05481717 * rh * rh +
    0.00122874 * f * f * rh +
    0.00085282 * f * rh * rh -
    0.00000199 * f * f * rh * rh
  );
}

function adjustment(f: number, rh: number): number {
  if (rh < 13 && f <= 112) return -((13 - rh) / 4) * Math.sqrt((17 - Math.abs(f - 95)) / 17);
  if (rh > 85 && f <= 87) return ((rh - 85) / 10) * ((87 - f) / 5);
  return 0;
}

/**
 * How warm it feels: wind chill where it is cold and windy, heat index where it is hot, and the temperature itself between.
 * @returns `undefined` where what would tell is not measured: wind in the cold, humidity in the heat
 */
export function feelsLike(
  temperature: number,
  { humidity, windSpeed }: { readonly humidity: number | undefined; readonly windSpeed: number | undefined },
): number | undefined {
  if (temperature <= 10) {
    return windSpeed === undefined ? undefined : (windChill(temperature, windSpeed) ?? temperature);
  }
  if (humidity === undefined) return undefined;
  return heatIndex(temperature, humidity) ?? temperature;
}

const METRES_PER_SECOND_A_MPH = 0.44704;

function toFahrenheit(celsius: number): number {
  return (celsius * 9) / 5 + 32;
}

function toCelsius(fahrenheit: number): number {
  return ((fahrenheit - 32) * 5) / 9;
}
