import { beforeAll, expect, test } from 'vitest';
import { AppError, type TenantId } from '../../src/domain/index.ts';
import { ACTS, EDITS, IMPORT_ACTS, REVIEW_ACTS } from '../chaos/interleaving/acts.ts';
import { tenantCloner } from '../chaos/interleaving/clone-tenant.ts';
import { brokenRules, knownIds, pictureOf } from '../chaos/interleaving/picture.ts';
import { type Scene, setScene } from '../chaos/interleaving/scene.ts';
import { Turns, withTurns } from '../chaos/interleaving/turns.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { type Pick, pickFrom } from './random-changes.ts';
import { contextOf, type ImportContext } from './support.ts';

/** Interleavings; goal R10 asks for 10,000. Each set of acts is interleaved so many times, each time otherwise. */
const INTERLEAVINGS = Number(process.env['INTERLEAVINGS'] ?? 72);
const PER_SET = 6;
const SEED = Number(process.env['INTERLEAVING_SEED'] ?? 1);

let database: TestDatabase;
let scene: Scene;
let clone: () => Promise<TenantId>;
let known: ReadonlySet<string>;

beforeAll(async () => {
  database = await createTestDatabase();
  // A deadlock would be found after a second; here it must not cost one each time.
  await database.look(`alter database ${database.name} set deadlock_timeout = '30ms'`);
  scene = await setScene(database);
  clone = await tenantCloner(database, scene.world.tenantId);
  known = await knownIds(database, scene.world.tenantId);
});

const inTenant = (tenantId: TenantId): ImportContext =>
  contextOf(database, tenantId, { platforms: scene.platforms });

/** `OK`, or the code of a typed refusal; anything else is a fault and fails the test. */
const perform = async (name: string, context: ImportContext): Promise<string> => {
  const act = ACTS[name];
  if (act === undefined) throw new Error(`no act ${name}`);
  try {
    await act(context, scene);
    return 'OK';
  } catch (error) {
    if (error instanceof AppError && error.code !== 'INTERNAL' && error.code !== 'UNAVAILABLE')
      return error.code;
    throw new Error(`${name} failed`, { cause: error });
  }
};

interface Result {
  readonly outcomes: readonly string[];
  readonly picture: string;
}

const resultOf = async (tenantId: TenantId, outcomes: readonly string[]): Promise<Result> => {
  expect({ outcomes, broken: await brokenRules(database, tenantId) }).toEqual({ outcomes, broken: [] });
  const picture = await pictureOf(database, tenantId, { known, reviewed: scene.reviewed });
  return { outcomes, picture: picture.join('\n') };
};

const serial = new Map<string, Promise<Result>>();

/** The acts one after the other; known sets of acts come again and again. */
const inOrder = (names: readonly string[]): Promise<Result> => {
  const key = names.join(' ');
  const before = serial.get(key);
  if (before !== undefined) return before;
  const work = (async () => {
    const tenantId = await clone();
    const outcomes: string[] = [];
    for (const name of names) outcomes.push(await perform(name, inTenant(tenantId)));
    return resultOf(tenantId, outcomes);
  })();
  serial.set(key, work);
  return work;
};

const orders = (names: readonly string[]): string[][] =>
  names.length <= 1
    ? [[...names]]
    : names.flatMap((name, at) => orders(names.toSpliced(at, 1)).map((rest) => [name, ...rest]));

const interleaved = async (names: readonly string[], seed: number): Promise<Result> => {
  const tenantId = await clone();
  const turns = new Turns(pickFrom(seed));
  const outcomes = await turns.run(
    names.map((name) => {
      const context = inTenant(tenantId);
      const db = withTurns(context.db, () => turns.gate(name));
      return { who: name, work: () => perform(name, { ...context, db }) };
    }),
  );
  return resultOf(tenantId, outcomes);
};

/** An import's act, and one or two of everybody else's. */
const chooseActs = (pick: Pick): readonly string[] => {
  const one = (from: object): string => Object.keys(from)[pick(Object.keys(from).length)] ?? '';
  const others = { ...REVIEW_ACTS, ...EDITS, ...IMPORT_ACTS };
  const first = pick(3) === 0 ? one(IMPORT_ACTS) : 'commit';
  return [...new Set([first, one(others), ...(pick(3) === 0 ? [one(others)] : [])])];
};

/** Those that meet at the most delicate places come first, whatever the seed. */
const ALWAYS: readonly (readonly string[])[] = [
  ['commit', 'moveIntoDeepCycle'],
  ['commit', 'commitAgain'],
  ['commit', 'editTitle', 'editOther'],
  ['commit', 'deleteTarget'],
  ['commit', 'deleteSeat'],
  ['fetchAndStage', 'cancel'],
  ['start', 'startAgain'],
  ['revert', 'editOther'],
  ['revert', 'mendName', 'rematch'],
];

const seen = { serialisable: 0, refused: 0, orders: new Set<string>(), codes: new Map<string, number>() };

/** Those that were done must have come out as if one by one in some order; those that were refused did nothing. */
const expectSerialisable = async (names: readonly string[], seed: number): Promise<void> => {
  const { outcomes, picture } = await interleaved(names, seed);
  const done = names.filter((_, at) => outcomes[at] === 'OK');
  for (const code of outcomes) seen.codes.set(code, (seen.codes.get(code) ?? 0) + 1);
  for (const order of orders(done)) {
    const one = await inOrder(order);
    if (one.outcomes.every((outcome) => outcome === 'OK') && one.picture === picture) {
      seen.orders.add(order.join(' '));
      if (done.length < names.length) seen.refused += 1;
      else seen.serialisable += 1;
      return;
    }
  }
  const told = names.map((name, at) => `${name}: ${outcomes[at]}`).join(', ');
  expect({ told, seed, differs: await nearest(orders(done), picture) }).toEqual('one of the serial orders');
};

/** How the picture differs from that of the serial order that is most like it. */
const nearest = async (candidates: readonly (readonly string[])[], picture: string): Promise<object> => {
  const lines = picture.split('\n');
  const differences = await Promise.all(
    candidates.map(async (order) => {
      const result = await inOrder(order);
      const others = result.picture.split('\n');
      const more = lines.filter((line) => !others.includes(line));
      const less = others.filter((line) => !lines.includes(line));
      return { order, outcomes: result.outcomes, more, less, size: more.length + less.length };
    }),
  );
  return differences.toSorted((a, b) => a.size - b.size)[0] ?? {};
};

test(`whatever is interleaved comes out as if done one by one, or is refused (${INTERLEAVINGS})`, async () => {
  const pick = pickFrom(SEED);
  for (let set = 0; set < INTERLEAVINGS / PER_SET; set += 1) {
    const names = ALWAYS[set] ?? chooseActs(pick);
    if (names.length < 2) continue;
    for (let n = 0; n < PER_SET; n += 1) await expectSerialisable(names, pick(1e9));
    serial.clear();
  }
  expect(seen.serialisable).toBeGreaterThan(0);
  expect(seen.refused).toBeGreaterThan(0);
}, 3_600_000);
