/** What visitors may use, and programs that ask; each is a setting, and described there. */
export interface WebLimits {
  readonly httpMaxConnections: number;
  readonly httpMaxConnectionsPerAddress: number;
  readonly httpMaxConnectsPerSecond: number;
  readonly maxStreamsPerAddress: number;
  readonly maxExports: number;
  readonly httpMaxHeaderBytes: number;
  readonly httpHeadersTimeoutMs: number;
  readonly httpRequestTimeoutMs: number;
}

/** What a client may take of the server before there is a request; see `http.createServer` of Node. */
export interface HttpLimits {
  /** All of the request's head; more is answered by 431. */
  readonly maxHeaderSize: number;
  /** For the head of a request. One that trickles in (a slow loris) is answered by 408, and its connection closed. */
  readonly headersTimeout: number;
  /** For all of a request, in milliseconds. */
  readonly requestTimeout: number;
  /** How often both are looked at. */
  readonly connectionsCheckingInterval: number;
}

export function httpLimits(
  limits: Pick<WebLimits, 'httpMaxHeaderBytes' | 'httpHeadersTimeoutMs' | 'httpRequestTimeoutMs'>,
): HttpLimits {
  const requestTimeout = limits.httpRequestTimeoutMs;
  // The head is part of the request: Node refuses a longer time for it.
  const headersTimeout = Math.min(limits.httpHeadersTimeoutMs, requestTimeout);
  return {
    maxHeaderSize: limits.httpMaxHeaderBytes,
    headersTimeout,
    requestTimeout,
    connectionsCheckingInterval: headersTimeout / 2,
  };
}
