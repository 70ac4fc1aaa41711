/** Why the bridge could not start; the message tells what to do. */
export class BridgeError extends Error {
  readonly code: 'channels-unreadable' | 'folder-in-use' | 'folder-unusable' | 'port-unusable';

  constructor(code: BridgeError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BridgeError';
    this.code = code;
  }
}
