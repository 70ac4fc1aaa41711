/** Each request shows its own key, which is no credential of the service; and some boards send no Host. */
export const CONFIG = { access: 'open', isHostOptional: true, hasOwnErrors: true } as const;
