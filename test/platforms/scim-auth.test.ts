import { afterAll, describe, expect, it } from 'vitest';
import { CREDENTIALS, type ScimServer, startScimServer } from '../../simulators/scim/index.ts';
import { AppError, type OpenConnection } from '../../src/domain/index.ts';
import { readTypedSettings } from '../../src/flows/connection/settings.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import type { CheckStep } from '../../src/ports/directory-source.ts';
import { hastyClock } from './support/clocks.ts';
import { scimConnection, WAYS_IN } from './support/scim.ts';

const opened: { close(): Promise<void> }[] = [];
const platform = () => {
  const services = createPlatformServices({ clock: hastyClock() });
  opened.push(services.http);
  const scim = createPlatforms(services).get('scim');
  if (scim?.directoryTarget === undefined || scim.directorySource === undefined)
    throw new TypeError('no SCIM');
  return { ...scim, target: scim.directoryTarget, source: scim.directorySource };
};
afterAll(async () => {
  for (const one of opened) await one.close();
});

const NEVER = new AbortController().signal;
const failure = (connection: OpenConnection): Promise<unknown> =>
  platform()
    .target.probe(connection, NEVER)
    .then(
      () => 'it works',
      (error: unknown) => error,
    );

const tokenCalls = (server: ScimServer): number =>
  server.world.ledger.filter(({ path }) => path === '/token').length;

describe('row ID-25: the way in', () => {
  it.each(['basic', 'bearer', 'oauth2'] as const)(
    '%s is taken, and refused with another secret',
    async (way) => {
      await using server = await startScimServer({ settings: { auth: way === 'oauth2' ? 'oauth' : way } });
      const { settings, secrets } = WAYS_IN[way];
      await platform().target.probe(scimConnection(server, { settings, secrets }), NEVER);
      const wrong = Object.fromEntries(Object.keys(secrets).map((name) => [name, 'wrong-secret']));
      const error = await failure(
        scimConnection(server, {
          settings,
          secrets: way === 'oauth2' ? { clientSecret: 'wrong-secret' } : wrong,
        }),
      );
      expect(error).toMatchObject({ code: 'PLATFORM_CREDENTIALS_INVALID' });
      // The server repeats what it was told, in plain text and as a header.
      const shown = JSON.stringify([(error as AppError).details, (error as AppError).text]);
      expect(shown).not.toContain('wrong-secret');
      expect(shown).not.toContain(Buffer.from('wrong-secret').toString('base64').slice(0, 12));
    },
  );

  it('puts name and secret of the client into the form where that is asked for', async () => {
    await using server = await startScimServer({ settings: { clientAuth: 'body' } });
    await platform().target.probe(scimConnection(server, { settings: { clientAuth: 'body' } }), NEVER);
    expect(await failure(scimConnection(server))).toMatchObject({ code: 'PLATFORM_CREDENTIALS_INVALID' });
  });

  it('fetches one token however many calls wait for it, and a new one when it has ended', async () => {
    await using server = await startScimServer({ company: { seed: 1, people: 20 } });
    const { target, source } = platform();
    const connection = scimConnection(server);
    await Promise.all(Array.from({ length: 10 }, () => target.probe(connection, NEVER)));
    expect(tokenCalls(server)).toBe(1);
    server.world.tokens.clear();
    const person = { kind: 'account', externalId: [...server.world.users.keys()][0] ?? '' } as const;
    expect(await source.one(connection, person, NEVER)).toMatchObject({ externalId: person.externalId });
    expect(tokenCalls(server)).toBe(2);
  });

  it('never sends the secret of the client to the API, nor anything to where a redirect leads', async () => {
    await using server = await startScimServer();
    server.world.faults.add({ path: '/Users', fault: { kind: 'redirect', to: 'http://127.0.0.1:1/' } });
    server.world.faults.add({ path: '/Users', nth: 2, times: null, fault: { kind: 'status', status: 403 } });
    expect(await failure(scimConnection(server))).toMatchObject({ code: 'PLATFORM_PERMISSION_MISSING' });
    expect(JSON.stringify(server.world.ledger.filter(({ path }) => path !== '/token'))).not.toContain(
      CREDENTIALS.clientSecret,
    );
  });

  it.each([
    ['baseUrl', { baseUrl: '' }],
    ['userName', { auth: 'basic', userName: '' }],
    ['password', { auth: 'basic', userName: 'x' }],
    ['token', { auth: 'bearer' }],
    ['tokenUrl', { auth: 'oauth2', tokenUrl: '' }],
    ['clientId', { auth: 'oauth2', clientId: '' }],
    ['clientSecret', { auth: 'oauth2' }],
  ])('%s is asked for by its own name, when it is saved and when it is used', (field, settings) => {
    const { target, ...known } = platform();
    const full = { url: 'https://scim.example.com/v2', tokenUrl: 'https://idp.example.com/oauth/token' };
    const connection = { ...scimConnection(full, { settings }), secrets: {} };
    expect(() => target.callsPerSecond(connection)).toThrowError(new RegExp(`${field}.*required`));
    const refusal = (): unknown => {
      try {
        return readTypedSettings(known, connection.settings, { settings: {}, secretNames: [] });
      } catch (error) {
        return error;
      }
    };
    const error = refusal();
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'INPUT_INVALID', path: ['input', 'settings', field] });
    expect((error as AppError).text.zh).toContain('必填');
  });

  it.each([
    ['userName', 'a:b'],
    ['userEndpoint', 'Users'],
    ['groupEndpoint', '/../Admin/'],
    ['parentAttribute', 'a b'],
    ['pageSize', '0'],
    ['groupSchema', 'Group'],
  ])('refuses %s = %s', (field, value) => {
    const full = { url: 'https://scim.example.com/v2', tokenUrl: 'https://idp.example.com/oauth/token' };
    const connection = scimConnection(full, { settings: { [field]: value } });
    expect(() => platform().target.callsPerSecond(connection)).toThrowError(new RegExp(field));
  });

  it.each(['http://169.254.169.254/scim', 'https://127.0.0.1/scim', 'https://[::1]/scim', 'file:///etc'])(
    'never calls %s for a token or for people (goal S10)',
    async (address) => {
      const { url, tokenUrl } = { url: 'https://scim.example.com/v2', tokenUrl: 'https://idp.example.com/t' };
      const strict = { ...scimConnection({ url, tokenUrl }), allowPrivateNetwork: false };
      for (const settings of [{ tokenUrl: address }, { baseUrl: address, ...WAYS_IN.bearer.settings }]) {
        const secrets = { ...strict.secrets, ...WAYS_IN.bearer.secrets, clientSecret: 'x' };
        const error = await failure({ ...strict, secrets, settings: { ...strict.settings, ...settings } });
        expect(error).toMatchObject({ code: 'PLATFORM_ADDRESS_FORBIDDEN' });
      }
    },
  );
});

describe('the check of a SCIM connection', () => {
  const walk = async (connection: OpenConnection): Promise<CheckStep[]> => {
    const steps: CheckStep[] = [];
    for await (const step of platform().source.check(connection, NEVER)) steps.push(step);
    return steps;
  };
  const brief = (steps: readonly CheckStep[]): string[] => steps.map((step) => `${step.code} ${step.status}`);

  it('walks from name resolution to head count', async () => {
    await using server = await startScimServer({ company: { seed: 1, people: 20 } });
    const steps = await walk(scimConnection(server));
    expect(brief(steps)).toEqual([
      'DNS PASS',
      'DNS PASS',
      'TCP_TLS PASS',
      'API_REACHABLE PASS',
      'CREDENTIALS PASS',
      'PERMISSION PASS',
      'PERMISSION PASS',
      'API_REACHABLE PASS',
      'FIELD_PERMISSION PASS',
      'HEAD_COUNT PASS',
    ]);
    expect(steps.at(-1)?.message.zh).toBe('20 人');
  });

  it.each([
    ['PATCH is switched off', { patch: false }, {}, 'API_REACHABLE WARN'],
    ['nothing is announced', { announces: false }, {}, 'API_REACHABLE WARN'],
    ['no unit has the attribute', {}, { parentAttribute: 'urn:acme:Group:above' }, 'FIELD_PERMISSION WARN'],
    ['the token is not taken', { auth: 'basic' as const }, {}, 'PERMISSION FAIL'],
    ['the port is closed', {}, { baseUrl: 'http://127.0.0.1:1024/scim' }, 'TCP_TLS FAIL'],
    ['the path is wrong', {}, { userEndpoint: '/People' }, 'PERMISSION FAIL'],
  ])('says so when %s, and what to do', async (_, settings, own, expected) => {
    await using server = await startScimServer({ company: { seed: 1, people: 20 }, settings });
    const steps = await walk(scimConnection(server, { settings: own }));
    const step = steps.find((one) => `${one.code} ${one.status}` === expected);
    expect(brief(steps)).toContain(expected);
    expect(step?.remedy?.zh).not.toBe('');
    expect(step?.remedy?.en).not.toBe('');
  });
});
