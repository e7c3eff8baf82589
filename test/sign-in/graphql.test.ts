import fastify from 'fastify';
import { afterAll, describe, expect, test } from 'vitest';
import { createGraphqlServer } from '../../schema/server/index.ts';
import { clientOf, principalOf, sessionRoutes } from '../../sso/session/index.ts';
import { createPerson, PASSWORD } from './people.ts';
import { createHouse, logger, secrets } from './support.ts';

const house = await createHouse();
const { service, owner } = house;
const graphql = await createGraphqlServer({
  db: house.test.database,
  secrets,
  platforms: new Map(),
  logger,
  now: () => new Date(),
  signIn: service.signIn,
  publicUrl: 'https://muster.test',
  authenticate: (request) => principalOf(service, request),
  clientOf,
  production: true,
  introspection: false,
});
const server = fastify();
await server.register(sessionRoutes(service));
await server.register(graphql.plugin);
afterAll(async () => {
  await server.close();
  await graphql.close();
  await house.close();
});

interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: answers are shaped by the query that a test wrote
  readonly data: any;
  readonly code: string | undefined;
}

const ask = async (query: string, variables: object = {}, token?: string): Promise<Answer> => {
  const response = await server.inject({
    method: 'POST',
    url: '/graphql',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    payload: JSON.stringify({ query, variables: { input: variables } }),
  });
  const body = response.json<{ data?: unknown; errors?: { extensions: { code: string } }[] }>();
  return { data: body.data, code: body.errors?.[0]?.extensions.code };
};

const TOKENS = '{ accessToken refreshToken expiresIn accountId sessionId }';
const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) ${TOKENS} }`;
const REFRESH = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) ${TOKENS} }`;
const signIn = async (userName: string, password: string) =>
  (await ask(SIGN_IN, { tenant: 'main', userName, password })).data.signIn;

const ownerToken = (await signIn('admin', owner.password)).accessToken as string;

describe('the journey of a person', () => {
  test('sign in, ask, refresh, see the sessions, sign out', async () => {
    const id = await createPerson(house, 'journey');
    const first = await signIn('journey', PASSWORD);
    expect(first).toMatchObject({ accountId: id, expiresIn: 600 });
    expect((await ask('{ me { userName } }', {}, first.accessToken)).data.me).toEqual({
      userName: 'journey',
    });

    const { refreshToken } = first;
    const next = (await ask(REFRESH, { refreshToken })).data.refreshSession;
    expect(next.sessionId).toBe(first.sessionId);
    const { data } = await ask('{ sessions { id current amr createdAt expiresAt } }', {}, next.accessToken);
    expect(data.sessions).toMatchObject([{ id: first.sessionId, current: true, amr: ['pwd'] }]);

    expect((await ask('mutation { signOut { ended } }', {}, next.accessToken)).data.signOut).toEqual({
      ended: 1,
    });
    await expect
      .poll(async () => (await ask('{ me { userName } }', {}, next.accessToken)).code, { timeout: 10_000 })
      .toBe('UNAUTHENTICATED');
    expect((await ask(REFRESH, { refreshToken: next.refreshToken })).code).toBe('REFRESH_TOKEN_INVALID');
    expect((await ask(REFRESH, { refreshToken })).code).toBe('REFRESH_TOKEN_REUSED');
  });

  test('a wrong password, a forced change, a change while signed in', async () => {
    await createPerson(house, 'newcomer', { mustChange: true });
    const account = { tenant: 'main', userName: 'newcomer' };
    expect((await ask(SIGN_IN, { ...account, password: 'x' })).code).toBe('SIGN_IN_FAILED');
    expect((await ask(SIGN_IN, { ...account, password: PASSWORD })).code).toBe('PASSWORD_CHANGE_REQUIRED');
    const change = `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) ${TOKENS} }`;
    const passwords = { oldPassword: PASSWORD, newPassword: 'Second-Password-2' };
    expect((await ask(change, passwords)).code).toBe('INPUT_INVALID');
    const { data } = await ask(change, { ...account, ...passwords });
    const token = data.changePassword.accessToken as string;
    expect((await ask('{ me { userName } }', {}, token)).data.me).toEqual({ userName: 'newcomer' });
    const again = { oldPassword: 'Second-Password-2', newPassword: 'Third-Password-3' };
    expect((await ask(change, again, token)).data.changePassword.expiresIn).toBe(600);
  });
});

describe('the journey of an owner', () => {
  test('grant a role, reset a password, end a session', async () => {
    const accountId = await createPerson(house, 'colleague');
    const grant =
      'mutation ($input: GrantRoleInput!) { grantRole(input: $input) { roleGrant { accountId displayName role orgUnitId grantedAt } } }';
    const granted = await ask(grant, { accountId, role: 'AUDITOR' }, ownerToken);
    expect(granted.data.grantRole.roleGrant).toMatchObject({
      accountId,
      role: 'AUDITOR',
      displayName: 'colleague',
    });
    const { data } = await ask('{ roleGrants { accountId role } }', {}, ownerToken);
    expect(data.roleGrants).toHaveLength(2);
    const revoke = 'mutation ($input: RevokeRoleInput!) { revokeRole(input: $input) { accountId role } }';
    expect((await ask(revoke, { accountId, role: 'AUDITOR' }, ownerToken)).code).toBeUndefined();
    const last = await ask(revoke, { accountId: owner.accountId, role: 'OWNER' }, ownerToken);
    expect(last.code).toBe('LAST_OWNER');

    const { sessionId } = await signIn('colleague', PASSWORD);
    const end = 'mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) { sessionId } }';
    expect((await ask(end, { sessionId }, ownerToken)).data.revokeSession).toEqual({ sessionId });
    const reset = 'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { password } }';
    const { password } = (await ask(reset, { accountId }, ownerToken)).data.resetPassword;
    const account = { tenant: 'main', userName: 'colleague', password };
    expect((await ask(SIGN_IN, account)).code).toBe('PASSWORD_CHANGE_REQUIRED');
  });

  test('make a machine client, use it, take it away', async () => {
    const create =
      'mutation ($input: CreateMachineClientInput!) { createMachineClient(input: $input) { secret machineClient { id name scopes enabled version lastUsedAt } } }';
    const made = await ask(create, { name: 'HR', scopes: ['directory:read'] }, ownerToken);
    const { secret, machineClient } = made.data.createMachineClient;
    const grant = { grant_type: 'client_credentials', client_id: machineClient.id, client_secret: secret };
    const response = await server.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(grant).toString(),
    });
    const token = response.json<{ access_token: string }>().access_token;
    expect((await ask('{ accounts { nodes { userName } } }', {}, token)).code).toBeUndefined();
    expect((await ask('{ machineClients { id } }', {}, token)).code).toBe('FORBIDDEN');
    const rotate =
      'mutation ($input: MachineClientIdInput!) { rotateMachineClientSecret(input: $input) { secret } }';
    const { id } = machineClient;
    expect((await ask(rotate, { id }, ownerToken)).data.rotateMachineClientSecret.secret).not.toBe(secret);
    const update =
      'mutation ($input: UpdateMachineClientInput!) { updateMachineClient(input: $input) { machineClient { enabled version } } }';
    const updated = await ask(update, { id, enabled: false }, ownerToken);
    expect(updated.data.updateMachineClient.machineClient).toEqual({ enabled: false, version: 3 });
    const remove = 'mutation ($input: MachineClientIdInput!) { deleteMachineClient(input: $input) { id } }';
    expect((await ask(remove, { id }, ownerToken)).data.deleteMachineClient).toEqual({ id });
    expect((await ask('{ machineClients { id } }', {}, ownerToken)).data.machineClients).toEqual([]);
  });
});

test('strangers are told to sign in, members what they may not do', async () => {
  const { accessToken } = await signIn('journey', PASSWORD);
  for (const query of [
    '{ roleGrants { role } }',
    '{ machineClients { id } }',
    'mutation ($input: GrantRoleInput!) { grantRole(input: $input) { roleGrant { role } } }',
    'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { password } }',
  ]) {
    const input = { accountId: owner.accountId, ...(query.includes('Grant') ? { role: 'OWNER' } : {}) };
    expect((await ask(query, input)).code, query).toBe('UNAUTHENTICATED');
    expect((await ask(query, input, accessToken)).code, query).toBe('FORBIDDEN');
  }
});
