import { beforeAll, describe, expect, test } from 'vitest';
import type { PushRulesInput } from '../../src/flows/connection/push-rules.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { createPushWorld, jobsOf, type PushWorld, plan, setPushRules } from './support.ts';

let database: TestDatabase;
let world: PushWorld;
beforeAll(async () => {
  database = await createTestDatabase();
  world = await createPushWorld(database);
  await plan(world);
});

const nobody = '018f0000-0000-7000-8000-000000000001' as never;
const field = (more: object) => ({
  field: 'name',
  source: { kind: 'ATTRIBUTE', name: 'displayName' },
  when: 'ALWAYS',
  ...more,
});

const REFUSED: readonly (readonly [string, object])[] = [
  ['fields.0.field', { fields: [field({ field: 'shoeSize' })] }],
  ['fields.0.source.name', { fields: [field({ source: { kind: 'ATTRIBUTE', name: 'shoeSize' } })] }],
  [
    'fields.0.source.template',
    { fields: [field({ source: { kind: 'TEMPLATE', template: '{displayName' } })] },
  ],
  ['fields.0.source.template', { fields: [field({ source: { kind: 'TEMPLATE', template: '{shoeSize}' } })] }],
  ['fields.0.when', { fields: [field({ source: null, when: 'CLEAR' })] }],
  ['externalIdTemplate', { externalIdTemplate: '{userName}' }],
  ['pushOrder', { pushOrder: true }],
  ['rootOrgUnitId', { rootOrgUnitId: nobody }],
  ['scope.orgUnitIds', { scope: { orgUnitIds: [nobody] } }],
  ['scope.excludeAccountIds', { scope: { excludeAccountIds: [nobody] } }],
  ['protectedAccountIds', { protectedAccountIds: [nobody] }],
  ['topOrgUnitExternalId', { topOrgUnitExternalId: 'nowhere' }],
  ['leaver.parkOrgUnitExternalId', { leaver: { parkOrgUnitExternalId: 'nowhere' } }],
];

describe('push rules that do not fit', () => {
  test.each(REFUSED)('are refused when they are saved: %s', async (rule, rules) => {
    await expect(setPushRules(world, rules as PushRulesInput)).rejects.toMatchObject({
      code: 'PUSH_RULES_INVALID',
      details: { field: rule },
      path: [
        'input',
        'pushRules',
        ...rule.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
      ],
    });
  });

  test('those that fit are taken', async () => {
    await setPushRules(world, {
      topOrgUnitExternalId: '1',
      fields: [field({ source: { kind: 'TEMPLATE', template: '{displayName} ({userName})' } })],
      scope: { orgUnitIds: [world.rootId] },
    } as PushRulesInput);
  });
});

test('a connection that begins to push by itself begins with what is changed from then on', async () => {
  const fresh = await createPushWorld(database);
  const settled = async () =>
    (
      await database.look<{ settled: string }>(
        'select settled::text from muster.push_state where connection_id = $1',
        [fresh.connection.id],
      )
    )[0]?.settled;
  const before = await settled();
  expect(before).toBeDefined();
  await setPushRules(fresh, { incremental: 'APPLY' });
  const begun = await settled();
  expect(begun).not.toBe(before);
  expect(await jobsOf(fresh)).toHaveLength(1);
  await setPushRules(fresh, { everyMinutes: 30 });
  expect(await settled()).toBe(begun);
});
