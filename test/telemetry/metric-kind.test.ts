import { describe, expect, test } from 'vitest';
import { metricKind } from '../../src/telemetry/metric-kind.ts';

describe('what a metric is', () => {
  test.each([
    'wind_dir',
    'wind_direction',
    'winddir',
    'wind_gust_dir',
    'wind_gust_direction',
    'wind_dir_avg10m',
    'wind_dir.2',
  ])('%s is a direction in degrees, also where nobody has said so', (metric) => {
    expect(metricKind(metric, '°')).toBe('direction');
    expect(metricKind(metric, null)).toBe('direction');
    expect(metricKind(metric, 'm/s')).toBe('plain');
  });

  test('what ends in _direction is one if it is in degrees', () => {
    expect(metricKind('current_direction', '°')).toBe('direction');
    expect(metricKind('current_direction', null)).toBe('plain');
    expect(metricKind('roof_tilt', '°')).toBe('plain');
    expect(metricKind('wind_directness', '°')).toBe('plain');
  });

  test.each([
    'rain_counter',
    'rain_total',
    'total_rain',
    'rain_today',
    'rain_day',
    'rain_daily',
    'daily_rain',
    'rain_day_piezo',
    'rain_event',
    'rain_week',
    'rain_month',
    'rain_year',
    'rainfall_total',
    'rain_day.roof',
  ])('%s is a counter', (metric) => {
    for (const unit of ['mm', 'in', null, 'tips']) expect(metricKind(metric, unit)).toBe('counter');
    expect(metricKind(metric, 'mm/h')).toBe('plain');
  });

  test('rain is an increment', () => {
    expect(metricKind('rain', 'mm')).toBe('increment');
    expect(metricKind('rain.2', 'in')).toBe('increment');
    expect(metricKind('rain', 'mm/h')).toBe('plain');
  });

  test.each([
    'rain_hour',
    'rain_24h',
    'rain_rate',
    'rain_day_max',
    'raining',
    'train_total',
    'total',
    'constructor',
  ])('%s is neither', (metric) => {
    expect(metricKind(metric, 'mm')).toBe('plain');
  });
});
