import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { AccountMutations } from './account/account.mutations.ts';
import { AccountResolver } from './account/account.resolver.ts';
import { AttributeResolver } from './attribute/attribute.resolver.ts';
import { AuditResolver } from './audit/audit.resolver.ts';
import { applyRules } from './authorisation.ts';
import { ConnectionMutations } from './connection/connection.mutations.ts';
import { ConnectionResolver } from './connection/connection.resolver.ts';
import { EventMutations } from './event/event.mutations.ts';
import { AppEventsResolver, ConnectionEventsResolver, EventResolver } from './event/event.resolver.ts';
import { HistoryResolver } from './history/history.resolver.ts';
import { ImportMutations } from './import/import.mutations.ts';
import { ImportResolver } from './import/import.resolver.ts';
import { RemoteAccountResolver } from './import/remote-account.resolver.ts';
import { StagedAccountResolver } from './import/row.resolver.ts';
import { RunCountsResolver, RunResolver } from './import/run.resolver.ts';
import { StagedResolver } from './import/staged.resolver.ts';
import { LinkResolver } from './link/link.resolver.ts';
import { UnitLinkResolver } from './link/unit-link.resolver.ts';
import { MachineClientResolver } from './machine-clients/machine-client.resolver.ts';
import { OrgUnitMutations } from './org-unit/org-unit.mutations.ts';
import { OrgUnitResolver } from './org-unit/org-unit.resolver.ts';
import { RoleResolver } from './roles/role.resolver.ts';
import { SessionResolver } from './sign-in/session.resolver.ts';
import { SignInResolver } from './sign-in/sign-in.resolver.ts';
import { ExplainResolver } from './sync/explain.resolver.ts';
import { OperationResolver } from './sync/operation.resolver.ts';
import { PlanMutations } from './sync/plan.mutations.ts';
import { PlanResolver } from './sync/plan.resolver.ts';
import { PlanDiffResolver } from './sync/plan-diff.resolver.ts';
import { QuarantinePayloadResolver, SyncRunMutations, UndoMutations } from './sync/run.mutations.ts';
import { SyncRunResolver } from './sync/run.resolver.ts';
import { TenantResolver } from './tenant/tenant.resolver.ts';

/** All resolver classes; a new one is listed here. */
const RESOLVERS = [
  AccountResolver,
  AccountMutations,
  AttributeResolver,
  AuditResolver,
  ConnectionResolver,
  ConnectionMutations,
  EventResolver,
  EventMutations,
  ConnectionEventsResolver,
  AppEventsResolver,
  HistoryResolver,
  ImportResolver,
  RunResolver,
  RunCountsResolver,
  StagedAccountResolver,
  StagedResolver,
  RemoteAccountResolver,
  LinkResolver,
  UnitLinkResolver,
  ImportMutations,
  OrgUnitResolver,
  OrgUnitMutations,
  PlanResolver,
  OperationResolver,
  PlanDiffResolver,
  ExplainResolver,
  PlanMutations,
  SyncRunResolver,
  SyncRunMutations,
  QuarantinePayloadResolver,
  UndoMutations,
  TenantResolver,
  SignInResolver,
  SessionResolver,
  RoleResolver,
  MachineClientResolver,
] as const;

/** The executable schema with the rules of authorisation in front of its fields. */
export const buildMusterSchema = (): GraphQLSchema => {
  const schema = buildSchemaSync({
    resolvers: [...RESOLVERS],
    validate: false,
    authChecker: () => false,
    // The check runs a whole introspection, which tells a start nothing that the tests of the schema have not told.
    skipCheck: true,
  });
  applyRules(schema);
  return schema;
};
