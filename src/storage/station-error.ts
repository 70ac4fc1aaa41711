/** What was asked for does not go together with the stations that there are. */
export class StationError extends Error {
  readonly code: 'station-unknown' | 'station-exists' | 'station-busy';
  readonly hint: string;

  constructor(code: StationError['code'], message: string, hint: string) {
    super(message);
    this.name = 'StationError';
    this.code = code;
    this.hint = hint;
  }
}

export function unknownStation(station: string): StationError {
  return new StationError(
    'station-unknown',
    `There is no station with the name ${station}.`,
    'Look for its name with: thermograph station list',
  );
}
