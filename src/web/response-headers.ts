/** Go with every answer, until a route says otherwise. */
export const HEADERS = {
  // Pages hold no inline script or style, so that whatever slips through the escaping can't run.
  'content-security-policy': "default-src 'self'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};
