import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { AccountResolver } from './account/account.resolver.ts';
import { applyRules } from './authorisation.ts';
import { MachineClientResolver } from './machine-clients/machine-client.resolver.ts';
import { OrgUnitResolver } from './org-unit/org-unit.resolver.ts';
import { RoleResolver } from './roles/role.resolver.ts';
import { SessionResolver } from './sign-in/session.resolver.ts';
import { SignInResolver } from './sign-in/sign-in.resolver.ts';

/** All resolver classes; a new one is listed here. */
const RESOLVERS = [
  AccountResolver,
  OrgUnitResolver,
  SignInResolver,
  SessionResolver,
  RoleResolver,
  MachineClientResolver,
] as const;

/** The executable schema with the rules of authorisation in front of its fields. */
export const buildMusterSchema = (): GraphQLSchema => {
  const schema = buildSchemaSync({ resolvers: [...RESOLVERS], validate: false, authChecker: () => false });
  applyRules(schema);
  return schema;
};
