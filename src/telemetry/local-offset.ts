const DAY_MS = 86_400_000;

/**
 * What the clocks of a zone are ahead of UTC, in milliseconds, at a time in milliseconds since 1970.
 * @param timeZone an IANA name
 */
export function createLocalOffset(timeZone: string): (timeMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return (timeMs) => {
    const second = Math.floor(timeMs / 1000) * 1000;
    // `28, 14:30:00`; taken apart by Intl itself it would take three times as long.
    const [day = 1, hour = 0, minute = 0, seconds = 0] = (format.format(second).match(/\d+/g) ?? []).map(
      Number,
    );
    const clock = ((hour * 60 + minute) * 60 + seconds) * 1000;
    const date = new Date(second).getUTCDate();
    const isTomorrow = day === date + 1 || (day === 1 && date >= 28);
    const days = day === date ? 0 : isTomorrow ? 1 : -1;
    return days * DAY_MS + clock - modulo(second, DAY_MS);
  };
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
