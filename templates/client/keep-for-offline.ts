// Has the service worker keep this page, where there can be one: over HTTPS, and on this machine.

export function keepForOffline(): void {
  if (!('serviceWorker' in navigator) || !isSecureContext) return;
  const { serviceWorker } = navigator;
  serviceWorker.register('/service-worker.js').catch(() => undefined);
  // The first page of all came before there was one.
  if (serviceWorker.controller === null)
    serviceWorker.addEventListener('controllerchange', keepNow, { once: true });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden' && serviceWorker.controller !== null) keepNow();
  });
}

/** It keeps every page that it sees come. */
function keepNow(): void {
  fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' }).catch(() => undefined);
}
