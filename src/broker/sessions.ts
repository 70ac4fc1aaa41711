import type { Aedes } from 'aedes';
import { createPresence, type Presence } from './presence.ts';
import { createRedeliveries, type Redeliveries } from './redelivery.ts';
import type { SessionStore } from './state/session-store.ts';

/** What is known of clients beyond a single message. */
export interface Sessions {
  readonly presence: Presence;
  readonly redeliveries: Redeliveries;
}

/** Keeps in step with the clients that come and go. */
export function followSessions(
  aedes: Aedes,
  sessions: SessionStore,
  onPresence: (station: string, online: boolean) => void,
): Sessions {
  const presence = createPresence(onPresence);
  const redeliveries = createRedeliveries();
  aedes.on('client', (client) => {
    sessions.connected(client);
    // A clean session begins with nothing of an earlier one [MQTT-3.1.2-6].
    if (client.clean) redeliveries.forget(client.id);
    else redeliveries.resume(client.id);
  });
  aedes.on('clientDisconnect', (client) => {
    sessions.left(client);
    presence.left(client);
    if (client.clean) redeliveries.forget(client.id);
    else redeliveries.pause(client.id);
  });
  return { presence, redeliveries };
}
