import { randomUUID } from 'node:crypto';
import type { TaskContext } from '../../jobs/task.ts';
import { type ConnectionId, DEFAULT_PULL_RULES, newId, type TenantId } from '../../src/domain/index.ts';
import type { FlowContext } from '../../src/flows/context.ts';
import { openPlatforms } from '../../src/open-platforms.ts';
import { createSecrets } from '../../src/store/secrets.ts';
import type { TestDatabase } from '../support/index.ts';
import { masterKeys, silent } from './probe.ts';

const platformsOf = (test: TestDatabase) =>
  openPlatforms(test.database, { onCall: () => undefined, onWait: () => undefined }).platforms;

/** What a worker hands to a task, without a queue. */
export const taskContext = (test: TestDatabase): TaskContext => ({
  db: test.database,
  secrets: createSecrets(masterKeys),
  platforms: async () => platformsOf(test),
  logger: silent,
  now: () => new Date(),
  signal: new AbortController().signal,
  attempt: 8,
  jobId: '1',
});

/** An administrator's context. */
export const importContext = (test: TestDatabase, tenantId: TenantId): FlowContext => ({
  db: test.database,
  secrets: createSecrets(masterKeys),
  platforms: platformsOf(test),
  logger: silent,
  now: () => new Date(),
  principal: { kind: 'SYSTEM', id: null, tenantId, name: '管理员', requestId: randomUUID(), address: null },
});

/** An enabled connection that nothing answers behind. */
export const addDingTalk = async (test: TestDatabase, tenantId: TenantId): Promise<ConnectionId> => {
  const id = newId<'Connection'>();
  await test.look(
    `insert into muster.connection (tenant_id, id, platform, name, enabled, pull_rules)
     values ($1, $2, 'dingtalk', $3, true, $4)`,
    [tenantId, id, `钉钉 ${id}`, JSON.stringify(DEFAULT_PULL_RULES)],
  );
  return id;
};
