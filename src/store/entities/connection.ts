import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { ConnectionId, ConnectionMode, PullRules, PushRules } from '../../domain/index.ts';
import { changedAt, createdAt, tenantId, version } from './columns.ts';

/** What is typed into a connection's form; what imports remember of it is written by their SQL. */
export const ConnectionEntity = defineEntity({
  name: 'Connection',
  tableName: 'connection',
  schema: 'muster',
  properties: {
    tenantId: tenantId(),
    id: p.uuid().$type<ConnectionId>().primary(),
    platform: p.text(),
    name: p.text(),
    enabled: p.boolean(),
    mode: p.text().$type<ConnectionMode>(),
    settings: p.json().$type<Readonly<Record<string, string>>>(),
    /** Ciphertexts by name of the setting. */
    secrets: p.json().$type<Readonly<Record<string, string>>>(),
    allowPrivateNetwork: p.boolean(),
    pullRules: p.json().$type<PullRules>(),
    pushRules: p.json().$type<PushRules>(),
    defaultPassword: p.text().strictNullable(),
    version: version(),
    createdAt: createdAt(),
    changedAt: changedAt(),
  },
});

export type ConnectionRecord = InferEntity<typeof ConnectionEntity>;
