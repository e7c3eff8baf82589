import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { PasswordPolicy, TenantId } from '../../domain/index.ts';
import { changedAt, createdAt, version } from './columns.ts';

/** Settings of a tenant. Its quota is also locked by every new account: that is SQL. */
export const TenantEntity = defineEntity({
  name: 'Tenant',
  tableName: 'tenant',
  schema: 'muster',
  properties: {
    id: p.uuid().$type<TenantId>().primary(),
    code: p.text(),
    name: p.text(),
    accountQuota: p.integer().strictNullable(),
    passwordPolicy: p.json().$type<PasswordPolicy>(),
    version: version(),
    createdAt: createdAt(),
    changedAt: changedAt(),
  },
});

export type TenantRecord = InferEntity<typeof TenantEntity>;
