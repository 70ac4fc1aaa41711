/** A payload as JSON has it: as text where it is valid UTF-8, or else in base64, so that nothing of it is lost. */
export function showPayload(payload: Buffer): { text: string } | { base64: string } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload) };
  } catch {
    return { base64: payload.toString('base64') };
  }
}
