import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { playBack, recordTo } from '../../bench/world/recording.ts';
import { STAND_INS } from '../../bench/world/stand-ins.ts';
import type { HttpClient, HttpRequest } from '../../src/platforms/kit/http-client.ts';

const { signal } = new AbortController();

test('fewest calls: pages and departments of one platform, departments and lists of the other', () => {
  // Four departments, one of them empty, and 250 + 100 + 1 places.
  const sizes = { departments: 4, members: [250, 100, 1] };
  expect(STAND_INS.dingtalk.fewestCalls(sizes)).toBe(4 + (3 + 1 + 1) + 1);
  expect(STAND_INS.wecom.fewestCalls(sizes)).toBe(4 + 1 + 1);
  expect(STAND_INS.wecom.fewestCalls({ departments: 2, members: [10_001] })).toBe(2 + 1 + 2);
});

const call = (path: string, query: Record<string, string>): HttpRequest => ({
  base: 'http://127.0.0.1:9',
  allowPrivateNetwork: true,
  method: 'GET',
  path,
  query,
});

test('a recording tells calls apart by what they ask for, not by their tokens', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'muster-recording-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'answers');
  const live: HttpClient = {
    send: async ({ query }) => ({
      status: 200,
      headers: new Headers(),
      text: `"${query?.['id'] ?? 'token'}"`,
    }),
    close: async () => undefined,
  };
  const { http, finish } = recordTo(file, live);
  await http.send(call('/gettoken', { corpsecret: 'a' }), signal);
  for (const id of ['1', '2']) await http.send(call('/list', { id, access_token: 'a' }), signal);
  await finish();
  const again = await playBack(file);
  const texts = [
    await again.send(call('/list', { access_token: 'b', id: '2' }), signal),
    await again.send(call('/list', { access_token: 'b', id: '1' }), signal),
    await again.send(call('/gettoken', { corpsecret: 'b' }), signal),
  ].map(({ text }) => text);
  expect(texts).toEqual(['"2"', '"1"', '"token"']);
  await expect(again.send(call('/list', { id: '3' }), signal)).rejects.toThrow('not recorded');
  await again.close();
});

test.each(Object.values(STAND_INS))(
  'a changed recording changes titles of a share of the people: $label',
  async ({ people }) => {
    const folder = await mkdtemp(join(tmpdir(), 'muster-recording-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const list = Array.from({ length: 1_000 }, (_, at) => ({ [people.id]: `p${at}`, [people.title]: 'x' }));
    const answer = JSON.stringify({ result: { list }, userlist: list });
    const live: HttpClient = {
      send: async () => ({ status: 200, headers: new Headers(), text: answer }),
      close: async () => undefined,
    };
    const { http, finish } = recordTo(join(folder, 'answers'), live, { people, percent: 9 });
    const told = await http.send(call(people.call, {}), signal);
    await finish();
    const changed = people.rows(JSON.parse(told.text)).filter((row) => row[people.title] !== 'x');
    expect(changed.length).toBeGreaterThan(60);
    expect(changed.length).toBeLessThan(120);
  },
);
