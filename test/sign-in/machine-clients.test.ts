import fastify from 'fastify';
import { afterAll, describe, expect, test } from 'vitest';
import { AppError, newId } from '../../src/domain/index.ts';
import { createMachineClient } from '../../src/flows/machine-client/create-machine-client.ts';
import { deleteMachineClient } from '../../src/flows/machine-client/delete-machine-client.ts';
import { listMachineClients } from '../../src/flows/machine-client/list-machine-clients.ts';
import { rotateMachineClientSecret } from '../../src/flows/machine-client/rotate-machine-client-secret.ts';
import { updateMachineClient } from '../../src/flows/machine-client/update-machine-client.ts';
import { openSession } from '../../src/flows/sign-in/open-session.ts';
import { clientOf, principalOf, sessionRoutes } from '../../sso/session/index.ts';
import { createHouse, flowContext } from './support.ts';

const house = await createHouse();
const { owner, service } = house;
const server = fastify({ trustProxy: '127.0.0.1' });
server.setErrorHandler((error, _request, reply) => {
  const code = error instanceof AppError ? error.code : 'INTERNAL';
  const status =
    error instanceof AppError ? error.row.httpStatus : ((error as { statusCode?: number }).statusCode ?? 500);
  void reply.status(status).send({ code });
});
await server.register(sessionRoutes(service));
server.get('/who', async (request) => ({
  principal: await principalOf(service, request),
  client: clientOf(request),
}));
afterAll(async () => {
  await server.close();
  await house.close();
});

const signedIn = await openSession(house.context, {
  tenantId: owner.tenantId,
  id: owner.accountId,
  name: 'x',
  amr: ['pwd'],
  throttleKey: null,
});
const context = flowContext(house, await house.principal(signedIn.accessToken));
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'OK',
    (error: { code: string }) => error.code,
  );

const FORM = 'application/x-www-form-urlencoded';
const post = (payload: string, headers: Record<string, string> = {}) =>
  server.inject({
    method: 'POST',
    url: '/oauth/token',
    headers: { 'content-type': FORM, ...headers },
    payload,
  });
const form = (fields: Record<string, string>): string =>
  new URLSearchParams({ grant_type: 'client_credentials', ...fields }).toString();
const basic = (id: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
});
const make = async (name: string) => {
  const { client, secret } = await createMachineClient(context, {
    name,
    scopes: ['directory:read', 'imports:read'],
  });
  return { client, secret, client_id: client.id, client_secret: secret };
};
const tokenOf = async (fields: Record<string, string>): Promise<string> => {
  const response = await post(form(fields));
  return String(response.json<{ access_token?: string }>().access_token);
};

describe('machine clients', () => {
  test('are made with a secret that is shown once and stored as a digest', async () => {
    const { client, secret } = await make('  HR   system ');
    expect(client).toMatchObject({
      name: 'HR system',
      enabled: true,
      scopes: ['directory:read', 'imports:read'],
    });
    const [row] = await house.test.look<{ text: string }>(
      "select string_agg(m::text, ' ') || (select string_agg(e::text, ' ') from muster.audit_event e) as text from muster.machine_client m",
    );
    const [, random = ''] = secret.split('.');
    expect(row?.text).not.toContain(random);
    expect(JSON.stringify(await listMachineClients(context))).not.toContain(random);
  });

  test('refuse bad names, bad scopes and names that are taken', async () => {
    const create = (name: string, scopes: string[]) => codeOf(createMachineClient(context, { name, scopes }));
    expect(await create('', ['audit:read'])).toBe('INPUT_INVALID');
    expect(await create('x'.repeat(101), ['audit:read'])).toBe('INPUT_INVALID');
    expect(await create('y', [])).toBe('INPUT_INVALID');
    expect(await create('y', ['audit:write'])).toBe('INPUT_INVALID');
    expect(await create('twice', ['audit:read'])).toBe('OK');
    expect(await create('twice', ['audit:read'])).toBe('MACHINE_CLIENT_NAME_TAKEN');
  });

  test('are changed only from the version that was read', async () => {
    const { client } = await make('versions');
    const update = (input: object) => codeOf(updateMachineClient(context, { id: client.id, ...input }));
    expect(await update({ version: 1, name: 'versions 2' })).toBe('OK');
    expect(await update({ version: 1, name: 'versions 3' })).toBe('VERSION_CONFLICT');
    expect(await update({ name: 'twice' })).toBe('MACHINE_CLIENT_NAME_TAKEN');
    expect(await codeOf(updateMachineClient(context, { id: newId(), name: 'x' }))).toBe('NOT_FOUND');
    expect(await codeOf(deleteMachineClient(context, { id: 'x' }))).toBe('NOT_FOUND');
  });

  test('are none of the business of those who are no owners', async () => {
    const auditor = flowContext(house, { ...context.principal, roles: ['AUDITOR', 'MEMBER'] } as never);
    const admin = flowContext(house, { ...context.principal, roles: ['DIRECTORY_ADMIN', 'MEMBER'] } as never);
    expect(await codeOf(Promise.resolve().then(() => listMachineClients(auditor)))).toBe('OK');
    expect(await codeOf(Promise.resolve().then(() => listMachineClients(admin)))).toBe('FORBIDDEN');
    const input = { name: 'mine', scopes: ['directory:write'] };
    expect(await codeOf(createMachineClient(admin, input))).toBe('FORBIDDEN');
    expect(await codeOf(createMachineClient(auditor, input))).toBe('FORBIDDEN');
  });
});

describe('POST /oauth/token', () => {
  test('gives a token for credentials in the form, and by the Basic header', async () => {
    const { client_id, client_secret } = await make('tokens');
    const inForm = await post(form({ client_id, client_secret }));
    const inHeader = await post(form({}), basic(client_id, client_secret));
    for (const response of [inForm, inHeader]) {
      expect(response.statusCode).toBe(200);
      expect(response.headers['cache-control']).toBe('no-store');
      expect(response.json()).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 600,
        scope: 'directory:read imports:read',
      });
    }
    expect(await house.principal(inForm.json<{ access_token: string }>().access_token)).toEqual({
      kind: 'MACHINE',
      id: client_id,
      tenantId: owner.tenantId,
      name: 'tokens',
      scopes: ['directory:read', 'imports:read'],
      requestId: 'r-test',
      address: '203.0.113.7',
    });
  });

  test('gives the scopes that were asked for, and refuses others', async () => {
    const { client_id, client_secret } = await make('scopes');
    const token = await tokenOf({ client_id, client_secret, scope: 'imports:read' });
    expect(await house.principal(token)).toMatchObject({ scopes: ['imports:read'] });
    const refused = await post(form({ client_id, client_secret, scope: 'imports:read directory:write' }));
    expect(refused.statusCode).toBe(400);
    expect(refused.json()).toMatchObject({ error: 'invalid_scope' });
  });

  test('a token loses a scope that the client loses', async () => {
    const { client, client_id, client_secret } = await make('less');
    const token = await tokenOf({ client_id, client_secret });
    expect(await house.principal(token)).toMatchObject({ scopes: ['directory:read', 'imports:read'] });
    await updateMachineClient(context, { id: client.id, scopes: ['imports:read', 'audit:read'] });
    const scopes = async () => {
      const principal = await house.principal(token);
      return principal.kind === 'MACHINE' ? principal.scopes : [];
    };
    await expect.poll(scopes, { timeout: 10_000 }).toEqual(['imports:read']);
  });

  test('refuses a disabled client and the tokens it has', async () => {
    const { client, client_id, client_secret } = await make('off');
    const token = await tokenOf({ client_id, client_secret });
    await updateMachineClient(context, { id: client.id, enabled: false });
    expect((await post(form({ client_id, client_secret }))).json()).toMatchObject({
      error: 'invalid_client',
    });
    await expect.poll(() => codeOf(house.principal(token)), { timeout: 10_000 }).toBe('UNAUTHENTICATED');
  });

  test('knows only the last secret', async () => {
    const { client, client_id, client_secret } = await make('rotated');
    const { secret } = await rotateMachineClientSecret(context, { id: client.id });
    expect((await post(form({ client_id, client_secret }))).statusCode).toBe(401);
    expect((await post(form({ client_id, client_secret: secret }))).statusCode).toBe(200);
    const events = await house.test.look(
      `select result, reason_code from muster.audit_event
       where action = 'machine-client.token' and object_id = $1 order by id`,
      [client.id],
    );
    expect(events).toEqual([
      { result: 'DENIED', reason_code: 'WRONG_SECRET' },
      { result: 'OK', reason_code: null },
    ]);
  });

  test.each([
    [
      'a wrong secret',
      (id: string, secret: string) => ({ client_id: id, client_secret: `${secret.slice(0, -2)}AA` }),
    ],
    ['a secret of nobody', (id: string) => ({ client_id: id, client_secret: 'x' })],
    [
      'another tenant',
      (id: string, secret: string) => ({
        client_id: id,
        client_secret: `${newId()}.${secret.split('.')[1]}`,
      }),
    ],
    ['an unknown client', (_id: string, secret: string) => ({ client_id: newId(), client_secret: secret })],
    [
      'a client id that is none',
      (_id: string, secret: string) => ({ client_id: "' or 1=1", client_secret: secret }),
    ],
    ['no secret', (id: string) => ({ client_id: id })],
    ['nothing', () => ({})],
  ] as const)('refuses %s as invalid_client', async (name, fields) => {
    const { client_id, client_secret } = await make(`refused ${name}`);
    const response = await post(form(fields(client_id, client_secret) as Record<string, string>));
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toMatch(/^Basic /);
    expect(response.json()).toMatchObject({ error: 'invalid_client' });
  });

  test('refuses what RFC 6749 calls invalid_request and unsupported_grant_type', async () => {
    const { client_id, client_secret } = await make('requests');
    const errorOf = async (payload: string, headers: Record<string, string> = {}) => {
      const response = await post(payload, headers);
      return [response.statusCode, response.json<{ error: string }>().error];
    };
    const whole = form({ client_id, client_secret });
    expect(await errorOf('')).toEqual([400, 'invalid_request']);
    expect(await errorOf(`${whole}&client_id=${client_id}`)).toEqual([400, 'invalid_request']);
    expect(await errorOf(whole, basic(client_id, client_secret))).toEqual([400, 'invalid_request']);
    expect(await errorOf(whole.replace('client_credentials', 'password'))).toEqual([
      400,
      'unsupported_grant_type',
    ]);
    expect(await errorOf(form({}), { authorization: 'Basic !' })).toEqual([401, 'invalid_client']);
    expect(await errorOf(form({}), { authorization: 'Bearer x' })).toEqual([401, 'invalid_client']);
    expect((await post('{}', { 'content-type': 'application/json' })).statusCode).toBe(415);
    expect((await post(`grant_type=${'x'.repeat(9_000)}`)).statusCode).toBe(413);
    expect((await server.inject({ method: 'GET', url: '/oauth/token' })).statusCode).toBe(404);
  });
});

describe('requests', () => {
  const who = (headers: Record<string, string>) => server.inject({ method: 'GET', url: '/who', headers });

  test('without a header come from nobody, with a token from somebody', async () => {
    expect((await who({})).json()).toMatchObject({ principal: null });
    const authorization = `Bearer ${signedIn.accessToken}`;
    const answer = (await who({ authorization, 'user-agent': 'curl' })).json();
    expect(answer).toMatchObject({
      principal: { kind: 'ACCOUNT', id: owner.accountId, address: '127.0.0.1' },
      client: { userAgent: 'curl', address: '127.0.0.1' },
    });
  });

  test('have the address that the trusted proxy names', async () => {
    const answer = (await who({ 'x-forwarded-for': '198.51.100.4' })).json<{ client: { address: string } }>();
    expect(answer.client.address).toBe('198.51.100.4');
    const spoofed = await who({ 'x-forwarded-for': '10.9.9.9, 198.51.100.4' });
    expect(spoofed.json<{ client: { address: string } }>().client.address).toBe('198.51.100.4');
  });

  test.each(['Bearer', 'Bearer  ', 'Bearer x y', 'Basic eDp5', 'x', 'Bearer ü', 'Bearer null'])(
    'with the header %j are refused',
    async (authorization) => {
      const response = await who({ authorization });
      expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([401, 'UNAUTHENTICATED']);
    },
  );

  test('find the public keys, to be kept for five minutes', async () => {
    const response = await server.inject({ method: 'GET', url: '/.well-known/jwks.json' });
    expect(response.headers).toMatchObject({
      'cache-control': 'public, max-age=300',
      'content-type': expect.stringContaining('application/jwk-set+json'),
    });
    const { keys } = response.json<{ keys: Record<string, unknown>[] }>();
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0] ?? {}).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });
});
