import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { AppError, type Principal, type Role, type Scope } from '../src/domain/index.ts';
import type { GraphqlContext } from './context.ts';
import { thrown } from './errors.ts';
import { OBJECT_RULES, ROOT_RULES } from './rules.ts';

/** Who may use a field. Whatever is not named here may not. */
export interface Rule {
  /** Strangers as well: signing in. */
  readonly anyone?: true;
  /** Accounts with one of these roles; every signed-in account is at least a MEMBER. */
  readonly roles: readonly Role[];
  /** Machine clients with one of these scopes. */
  readonly scopes: readonly Scope[];
  /** A DIRECTORY_ADMIN who is limited to a subtree is not enough: the field reaches beyond any subtree. */
  readonly wholeTenant?: true;
  /** What a role or scope does not settle, and the flow therefore does; said in the documentation. */
  readonly also?: string;
}

/** True when somebody may use a field with that rule. */
export const permits = (rule: Rule, principal: Principal | null): boolean => {
  if (rule.anyone === true) return true;
  if (principal === null || principal.kind === 'SYSTEM') return false;
  if (principal.kind === 'MACHINE') return principal.scopes.some((scope) => rule.scopes.includes(scope));
  if (rule.roles.includes('MEMBER')) return true;
  return principal.roles.some(
    (role) =>
      rule.roles.includes(role) &&
      !(role === 'DIRECTORY_ADMIN' && rule.wholeTenant === true && principal.subtree !== null),
  );
};

const require = (rule: Rule, context: GraphqlContext, action: string): void => {
  if (permits(rule, context.principal)) return;
  if (context.principal === null) throw new AppError('UNAUTHENTICATED');
  throw new AppError('FORBIDDEN', { details: { action } });
};

type Resolve = GraphQLFieldResolver<unknown, GraphqlContext>;

/** A resolver behind its rule, whose refusals find their place in the answer. */
const guarded =
  (name: string, rule: Rule | undefined, resolve: Resolve): Resolve =>
  async (source, args, context, info) => {
    try {
      if (rule !== undefined) require(rule, context, name);
      return await resolve(source, args, context, info);
    } catch (error) {
      throw thrown(error);
    }
  };

/** Puts the rule of each field in front of its resolver. @throws TypeError for a field without a rule */
export const applyRules = (schema: GraphQLSchema): void => {
  const roots = new Set([schema.getQueryType()?.name, schema.getMutationType()?.name]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const isRoot = roots.has(type.name);
    if (!isRoot && OBJECT_RULES[type.name] === undefined) throw new TypeError(`no rule for ${type.name}`);
    for (const field of Object.values(type.getFields())) {
      const name = `${type.name}.${field.name}`;
      const rule = isRoot ? ROOT_RULES[name] : OBJECT_RULES[type.name]?.fields?.[field.name];
      if (isRoot && rule === undefined) throw new TypeError(`no rule for ${name}`);
      if (rule === undefined && field.resolve === undefined) continue;
      field.resolve = guarded(name, rule, field.resolve ?? defaultFieldResolver);
    }
  }
};
