import { beforeAll, expect, test } from 'vitest';
import { openConnection } from '../../src/flows/connection/open-connection.ts';
import { createConnection, updateConnection } from '../../src/flows/connection/save-connection.ts';
import type { ConnectionRow } from '../../src/store/queries/connections.ts';
import { createTestDatabase } from '../support/index.ts';
import { createWorld, type ImportWorld } from './support.ts';

let world: ImportWorld;

beforeAll(async () => {
  world = await createWorld(await createTestDatabase());
});

const made = (name: string, settings = {}): Promise<ConnectionRow> =>
  createConnection(world.context, {
    platform: 'dingtalk',
    name,
    settings: { corpId: 'ding1', clientId: 'key', clientSecret: 'the-secret', ...settings },
  });

test.each([
  ['another host', {}, { apiBase: 'https://attacker.example' }],
  ['another port', { apiBase: 'https://gw.example' }, { apiBase: 'https://gw.example:8443' }],
  ['plain http', { newApiBase: 'https://gw.example' }, { newApiBase: 'http://gw.example' }],
  ['the default again', { apiBase: 'https://gw.example' }, { apiBase: null }],
])(
  'a stored secret is never sent to an address that its owner did not see (%s)',
  async (name, before, after) => {
    const { id } = await made(name, before);
    await expect(updateConnection(world.context, { id, settings: after })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      path: ['input', 'settings', 'clientSecret'],
    });
    const changed = await updateConnection(world.context, {
      id,
      settings: { ...after, clientSecret: 'typed-again' },
    });
    expect((await openConnection(world.context, changed.id)).secrets['clientSecret']).toBe('typed-again');
  },
);

test.each([
  ['the same address', { apiBase: 'https://gw.example' }, { apiBase: ' https://gw.example/ ' }],
  ['the default spelled out', {}, { apiBase: 'https://oapi.dingtalk.com' }],
  ['another setting', {}, { callsPerSecond: '10' }],
])('the secret stays where the address stays (%s)', async (name, before, after) => {
  const { id } = await made(name, before);
  await updateConnection(world.context, { id, settings: after });
  expect((await openConnection(world.context, id)).secrets['clientSecret']).toBe('the-secret');
});
