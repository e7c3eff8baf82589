import { type EntitySchema, LockMode } from '@mikro-orm/core';
import { AttributeDefinitionEntity } from './attribute-definition.ts';
import { ConnectionEntity } from './connection.ts';
import { ConnectionAppEntity } from './connection-app.ts';
import { MachineClientEntity } from './machine-client.ts';
import { TenantEntity } from './tenant.ts';

export {
  AttributeDefinitionEntity,
  ConnectionAppEntity,
  ConnectionEntity,
  LockMode,
  MachineClientEntity,
  TenantEntity,
};

/** Nouns that are written one at a time and seldom. Accounts, units and all that imports write in bulk are SQL. */
export const ENTITIES: readonly EntitySchema[] = [
  TenantEntity,
  AttributeDefinitionEntity,
  ConnectionEntity,
  ConnectionAppEntity,
  MachineClientEntity,
];
