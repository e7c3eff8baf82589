import type { ContactChange, Origin } from './changes.ts';
import { contactElements } from './events.ts';
import type { World } from './world.ts';
import type { XmlElement } from './xml.ts';

/** The elements that every event begins with. */
export function eventHead(world: World, event: string): readonly XmlElement[] {
  return [
    ['ToUserName', world.corp.corpId],
    ['FromUserName', 'sys'],
    ['CreateTime', { bare: Math.floor(world.clock.now() / 1000) }],
    ['MsgType', 'event'],
    ['Event', event],
  ];
}

/** Tells the address of contacts-sync of a change; what the API did itself is not called back. */
export function notifyContacts(world: World, origin: Origin, change: ContactChange): void {
  const { settings, callbacks, corp } = world;
  if (origin === 'api' && !settings.apiWritesEmitEvents) return;
  for (const { clientId, form } of callbacks.list()) {
    if (clientId !== 'contacts' && !settings.appsHearOfContacts) continue;
    const elements = contactElements(corp, change, { form, settings });
    if (elements) callbacks.send(clientId, [...eventHead(world, 'change_contact'), ...elements]);
  }
}
