import { type FastifyInstance, fastify } from 'fastify';
import { pino } from 'pino';
import { afterAll } from 'vitest';
import type { GraphqlServer } from '../../schema/server/index.ts';
import { createGraphqlServer } from '../../schema/server/index.ts';
import {
  type AccountId,
  AppError,
  type MachineClientId,
  newId,
  type OrgUnitId,
  type Principal,
  type Role,
  type Scope,
  type SessionId,
  type TenantId,
} from '../../src/domain/index.ts';
import type { FlowContext, FlowDeps } from '../../src/flows/context.ts';
import { createPasswords } from '../../src/flows/sign-in/passwords.ts';
import { createTenantLookup } from '../../src/flows/sign-in/tenant-lookup.ts';
import { newMasterKey, parseMasterKeys } from '../../src/store/master-keys.ts';
import { createSecrets } from '../../src/store/secrets.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';

/** A company in a database: its tenant and root unit. */
export interface Company {
  readonly tenantId: TenantId;
  readonly rootId: OrgUnitId;
  readonly owner: Principal;
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are shaped by the query that a test wrote
  readonly data: any;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string; readonly [more: string]: unknown };
  }[];
  readonly body: string;
}

export interface Gateway {
  readonly testDatabase: TestDatabase;
  readonly deps: FlowDeps;
  readonly graphql: GraphqlServer;
  readonly fastify: FastifyInstance;
  /** Asks as somebody; `null` = a stranger. */
  ask(who: Principal | null, query: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** A header by which the test server knows who asks. */
  ticketOf(who: Principal): string;
  company(name?: string): Promise<Company>;
  flow(who: Principal): FlowContext;
}

export const accountPrincipal = (
  tenantId: TenantId,
  roles: readonly Role[],
  more: { readonly id?: AccountId; readonly subtree?: OrgUnitId | null } = {},
): Principal => ({
  kind: 'ACCOUNT',
  id: more.id ?? newId<'Account'>(),
  sessionId: newId<'Session'>() as SessionId,
  tenantId,
  name: roles.join('+') || 'nobody',
  roles,
  subtree: more.subtree ?? null,
  requestId: 'test',
  address: '127.0.0.1',
});

export const machinePrincipal = (tenantId: TenantId, scopes: readonly Scope[]): Principal => ({
  kind: 'MACHINE',
  id: newId<'MachineClient'>() as MachineClientId,
  tenantId,
  name: 'machine',
  scopes,
  requestId: 'test',
  address: '127.0.0.1',
});

/** The API over a database of its own, with stand-in tickets instead of tokens. */
export const openGateway = async (
  options: { readonly production?: boolean; readonly introspection?: boolean } = {},
): Promise<Gateway> => {
  const testDatabase = await createTestDatabase();
  const logger = pino({ level: 'silent' });
  const db = testDatabase.database;
  const deps: FlowDeps = {
    db,
    secrets: createSecrets(parseMasterKeys(newMasterKey())),
    platforms: new Map(),
    logger,
    now: () => new Date(),
  };
  const tickets = new Map<string, Principal>();
  const ticketOf = (who: Principal): string => {
    const known = [...tickets].find(([, one]) => one === who)?.[0];
    const ticket = known ?? `ticket-${tickets.size}`;
    tickets.set(ticket, who);
    return ticket;
  };
  const graphql = await createGraphqlServer({
    ...deps,
    signIn: {
      db,
      logger,
      now: deps.now,
      passwords: createPasswords(),
      accessTokens: { forSession: async () => ({ token: 'token', expiresIn: 600 }) },
      tenants: createTenantLookup(db),
    },
    publicUrl: 'https://muster.test',
    authenticate: async (request) => {
      const header = request.headers.authorization;
      if (header === undefined) return null;
      const who = tickets.get(header);
      if (who === undefined) throw new AppError('UNAUTHENTICATED');
      return who;
    },
    clientOf: (request) => ({ address: '127.0.0.1', requestId: request.id, userAgent: null }),
    production: options.production ?? false,
    introspection: options.introspection ?? true,
  });
  const server = fastify();
  await server.register(graphql.plugin);
  await server.ready();
  afterAll(async () => {
    await server.close();
    await graphql.close();
  });
  return {
    testDatabase,
    deps,
    graphql,
    fastify: server,
    ticketOf,
    flow: (principal) => ({ ...deps, principal }),
    ask: async (who, query, variables) => {
      const answer = await server.inject({
        method: 'POST',
        url: '/graphql',
        headers: {
          'content-type': 'application/json',
          'accept-language': 'en',
          ...(who === null ? {} : { authorization: ticketOf(who) }),
        },
        payload: JSON.stringify({ query, variables }),
      });
      const body = answer.body;
      const parsed = JSON.parse(body) as { data?: unknown; errors?: Answer['errors'] };
      return { status: answer.statusCode, data: parsed.data, errors: parsed.errors ?? [], body };
    },
    company: async (name = '测试公司') => {
      const tenantId = newId<'Tenant'>();
      const rootId = newId<'OrgUnit'>();
      await testDatabase.look(
        `with t as (insert into muster.tenant (id, code, name, password_policy) values ($1, $2, $3, '{}'))
         insert into muster.org_unit (tenant_id, id, name) values ($1, $4, $3)`,
        [tenantId, `t-${tenantId.slice(-12)}`, name, rootId],
      );
      return { tenantId, rootId, owner: accountPrincipal(tenantId, ['OWNER']) };
    },
  };
};
