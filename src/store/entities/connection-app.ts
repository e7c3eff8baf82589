import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { ConnectionAppId, ConnectionId, EventSource } from '../../domain/index.ts';
import { changedAt, createdAt, tenantId, version } from './columns.ts';

/** An app of a connection (row W-DD-06). */
export const ConnectionAppEntity = defineEntity({
  name: 'ConnectionApp',
  tableName: 'connection_app',
  schema: 'muster',
  properties: {
    tenantId: tenantId(),
    id: p.uuid().$type<ConnectionAppId>().primary(),
    connectionId: p.uuid().$type<ConnectionId>(),
    name: p.text(),
    agentId: p.text().strictNullable(),
    settings: p.json().$type<Readonly<Record<string, string>>>(),
    /** Ciphertexts by name of the setting. */
    secrets: p.json().$type<Readonly<Record<string, string>>>(),
    homeAddress: p.text().strictNullable(),
    /** Opaque part of the callback address; names the app and gives no right. */
    callbackKey: p.text(),
    eventSource: p.text().$type<EventSource>(),
    version: version(),
    createdAt: createdAt(),
    changedAt: changedAt(),
  },
});

export type ConnectionAppRecord = InferEntity<typeof ConnectionAppEntity>;
