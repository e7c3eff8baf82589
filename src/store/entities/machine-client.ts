import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { MachineClientId, Scope } from '../../domain/index.ts';
import { createdAt, tenantId, textArray, version } from './columns.ts';

/** A program that signs in with a secret, of which only the digest is kept. */
export const MachineClientEntity = defineEntity({
  name: 'MachineClient',
  tableName: 'machine_client',
  schema: 'muster',
  properties: {
    tenantId: tenantId(),
    id: p.uuid().$type<MachineClientId>().primary(),
    name: p.text(),
    secretDigest: p.blob(),
    scopes: textArray().$type<readonly Scope[]>(),
    enabled: p.boolean(),
    createdAt: createdAt(),
    /** Written by the SQL that issues tokens. */
    lastUsedAt: p.datetime().columnType('timestamptz').strictNullable(),
    version: version(),
  },
});

export type MachineClientRecord = InferEntity<typeof MachineClientEntity>;
