import { beforeAll, describe, expect, test } from 'vitest';
import type { SourcePage } from '../../src/domain/index.ts';
import { createConnection } from '../../src/flows/connection/save-connection.ts';
import { commitImport } from '../../src/flows/import/commit-import.ts';
import { discardImport } from '../../src/flows/import/end-import.ts';
import type { ConnectionRow } from '../../src/store/queries/connections.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { type Delivery, deliveryOf, memoryPlatform } from './memory-source.ts';
import { type Pick, pickFrom } from './random-changes.ts';
import { commit, companyOf, createWorld, type ImportWorld, pull, runOf } from './support.ts';

let database: TestDatabase;
let world: ImportWorld;
let connection: ConnectionRow;
let delivery: Delivery;
const whole = deliveryOf(companyOf({ people: 100, seed: 17, orgUnits: 8 }), 10);

beforeAll(async () => {
  database = await createTestDatabase();
  const made = await createWorld(database);
  const platforms = new Map([['memory', memoryPlatform(() => delivery)]]);
  world = { ...made, context: { ...made.context, platforms } };
  connection = await createConnection(world.context, { platform: 'memory', name: 'memory', enabled: true });
  delivery = whole;
  await commit(world, await pull(world, connection));
});

const without = (page: SourcePage, pick: Pick): SourcePage => {
  const items = page.items.filter(() => pick(3) > 0).slice(0, page.items.length - 1);
  return { ...page, items } as SourcePage;
};

const people = (pages: readonly SourcePage[]): number =>
  pages.reduce((sum, page) => sum + (page.kind === 'accounts' ? page.items.length : 0), 0);

/** A short read, and how well or badly the source knows about it. */
const truncate = (pick: Pick): Delivery => {
  const at = 1 + pick(whole.pages.length - 1);
  const kind = pick(3);
  const pages =
    kind === 0
      ? whole.pages.slice(0, at)
      : whole.pages.flatMap((page, index) =>
          index === at ? (kind === 1 ? [] : [without(page, pick)]) : [page],
        );
  const { statement } = whole;
  const accounts = people(pages);
  const knows = pick(3);
  // It counts what it meant to deliver, or what it delivered against the platform's count, or says so.
  if (knows === 0) return { pages, statement };
  if (knows === 1) return { pages, statement: { ...statement, accounts } };
  const gap = { code: 'ACCOUNT_PAGE_FAILED', where: `page ${at}`, detail: 'time-out' } as const;
  return { pages, statement: { ...statement, complete: false, gaps: [gap], platformAccountCount: null } };
};

describe('a short read never becomes a commit, and nobody in it is a leaver', () => {
  test.each(Array.from({ length: 40 }, (_, at) => at + 1))('truncation %i', async (seed) => {
    delivery = truncate(pickFrom(seed));
    const run = await pull(world, connection);
    expect(run.phase).toBe('REVIEW');
    expect(run.counts?.accounts.situations['DELETED']).toBeUndefined();
    expect(run.guard?.leaversRefused).not.toBeNull();
    await expect(commit(world, run)).rejects.toMatchObject({ code: 'IMPORT_PARTIAL' });
    await discardImport(world.context, { runId: run.id });
  });
});

test('an empty but successful fetch is no leaving of everybody', async () => {
  delivery = {
    pages: [],
    statement: { ...whole.statement, orgUnits: 0, accounts: 0, platformAccountCount: 0 },
  };
  const run = await pull(world, connection);
  expect(run.counts?.accounts.rows).toBe(0);
  expect(run.counts?.orgUnits.rows).toBe(0);
  await expect(commit(world, run)).rejects.toMatchObject({ code: 'IMPORT_PARTIAL' });
});

test('who accepts an incomplete fetch gets what it brought and loses nobody', async () => {
  const [units, first, ...rest] = whole.pages;
  if (units === undefined || first?.kind !== 'accounts') throw new Error('too few pages');
  const renamed = first.items.map((item, at) => (at === 0 ? { ...item, name: '新名字' } : item));
  const gap = { code: 'ACCOUNT_PAGE_FAILED', where: 'page 3', detail: 'time-out' } as const;
  delivery = {
    pages: [units, { ...first, items: renamed }, ...rest.slice(2)],
    statement: { ...whole.statement, complete: false, gaps: [gap] },
  };
  const run = await pull(world, connection);
  const { digest } = await runOf(world, run.id);
  const report = await commitImport(world.context, {
    runId: run.id,
    digest: digest ?? '',
    acceptIncomplete: true,
  });
  expect(report).toEqual({ orgUnits: 0, accountsCreated: 0, accountsChanged: 1 });
  const states = await database.look<{ status: string; n: number }>(
    'select status, count(*)::int as n from muster.account where tenant_id = $1 group by status',
    [world.tenantId],
  );
  expect(states).toEqual([{ status: 'ACTIVE', n: 100 }]);
});

test('a range other than that of the last commit cannot tell leavers', async () => {
  const range = { ...whole.statement.visibleRange, digest: 'narrower' };
  const [units, , ...rest] = whole.pages;
  if (units === undefined) throw new Error('no pages');
  const pages = [units, ...rest];
  delivery = {
    pages,
    statement: {
      ...whole.statement,
      accounts: people(pages),
      platformAccountCount: people(pages),
      visibleRange: range,
    },
  };
  const run = await pull(world, connection);
  expect(run.statement?.gaps.map(({ code }) => code)).toEqual(['RANGE_CHANGED']);
  expect(run.counts?.accounts.situations['DELETED']).toBeUndefined();
});
