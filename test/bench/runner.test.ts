import { connect, createServer } from 'node:net';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import type { Machine } from '../../bench/measure/machine.ts';
import { besideRow, boundRow, ratioRow } from '../../bench/measure/row.ts';
import { interleave, median, quantile } from '../../bench/measure/samples.ts';
import { table } from '../../bench/measure/table.ts';
import { countStatements } from '../../bench/world/statement-counter.ts';
import { createTestDatabase } from '../support/index.ts';

const named = { id: 'P0', what: 'something', unit: 'ms' };

describe('samples', () => {
  test('median and quantiles by nearest rank', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([...Array(100).keys()], 0.99)).toBe(98);
    expect(median([])).toBeNaN();
  });

  test('measures take turns; the warm-up round does not count', async () => {
    const order: string[] = [];
    const measure = (name: string) => async () => order.push(name);
    const samples = await interleave({ a: measure('a'), b: measure('b') }, { rounds: 2, warmUp: true });
    expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect(samples).toEqual({ a: [3, 5], b: [4, 6] });
  });
});

describe('rows', () => {
  test('a rate holds from its ratio on, a time up to it', () => {
    const measured = { limit: [100, 90, 110], subject: [70, 60, 80] };
    const limit = { ...named, limitIs: 'the limit' };
    expect(ratioRow(limit, measured, { atLeast: 0.7 })).toMatchObject({ ratio: 0.7, holds: true });
    expect(ratioRow(limit, measured, { atLeast: 0.71 })).toMatchObject({ holds: false });
    expect(ratioRow(limit, measured, { atMost: 0.69 })).toMatchObject({ holds: false, goal: '≤ 0.69 ×' });
    expect(ratioRow(limit, measured, { atLeast: 0.7 })).toMatchObject({
      limitRange: [90, 110],
      subjectRange: [60, 80],
      rounds: 3,
    });
  });

  test('nothing where nothing is allowed holds, something does not', () => {
    expect(boundRow(named, [0, 0, 0], { atMost: 0 })).toMatchObject({ ratio: 1, holds: true });
    expect(boundRow(named, [0, 1, 1], { atMost: 0 })).toMatchObject({ holds: false });
  });

  test('a bound is held against the subject alone, whatever the limit beside it', () => {
    const limit = { ...named, limitIs: 'the least' };
    const slow = { limit: [30, 31, 32], subject: [18, 19, 21] };
    expect(besideRow(limit, slow, { atMost: 20 })).toMatchObject({
      limit: 31,
      ratio: 19 / 31,
      goal: '≤ 20 ms',
      holds: true,
    });
    const late = { limit: [1], subject: [21] };
    expect(besideRow(limit, late, { atMost: 20 })).toMatchObject({ ratio: 21, holds: false });
  });

  test('the table shows every row with its limit and whether it holds', () => {
    const machine: Machine = {
      os: 'Linux',
      cpu: 'a cpu',
      cores: 2,
      memoryGib: 4,
      node: 'v24',
      postgres: '18',
      durability: 'fsync=on',
      loadBefore: 0,
      loadAfter: 1,
      startedAt: '2026-11-21T00:00:00.000Z',
      seconds: 1,
    };
    const text = table(machine, [
      boundRow(named, [12, 13, 14], { atMost: 20 }),
      boundRow({ ...named, what: 'another' }, [25], { atMost: 20 }),
    ]);
    expect(text).toMatch(/something .*13 \(12–14\).*holds/);
    expect(text).toMatch(/another .*25.*DOES NOT HOLD/);
    expect(text).toContain('2 × a cpu');
  });
});

describe('statements on the wire', () => {
  test('are counted, simple and prepared ones alike', async () => {
    const { superuser } = await createTestDatabase({ template: null });
    // The server of the tests listens on a socket.
    const bridge = createServer((client) => {
      const database = connect(`${superuser.host}/.s.PGSQL.${superuser.port}`);
      client.pipe(database).pipe(client);
    });
    await new Promise<void>((resolve) => bridge.listen(0, '127.0.0.1', resolve));
    const address = bridge.address();
    const counter = await countStatements(typeof address === 'object' ? (address?.port ?? 0) : 0);
    const client = new pg.Client({ ...superuser, host: '127.0.0.1', port: counter.port });
    await client.connect();
    const before = counter.statements;
    await client.query('select 1');
    await client.query('select $1::int', [2]);
    await client.query({ name: 'three', text: 'select $1::text', values: ['三'.repeat(50_000)] });
    await client.query({ name: 'three', text: 'select $1::text', values: ['三'] });
    expect(counter.statements - before).toBe(4);
    await client.end();
    await counter.close();
    await new Promise((resolve) => bridge.close(resolve));
  });
});
