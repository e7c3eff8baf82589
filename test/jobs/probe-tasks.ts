import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { GIVE_UP_TASK, giveUpTask } from '../../jobs/give-up.ts';
import { defineTask } from '../../jobs/task.ts';
import { AppError, type TenantId } from '../../src/domain/index.ts';

/*
 * Tasks whose effects can be seen from outside: they write rows to a table of the test. Loaded by worker threads
 * and by the tests themselves.
 */

const payload = z.object({ tenantId: z.string(), objectId: z.uuid(), ms: z.number().default(0) });
type Payload = z.infer<typeof payload>;

const subject = ({ tenantId, objectId }: Payload) => ({
  tenantId: tenantId as TenantId,
  type: 'Probe',
  id: objectId,
});

const note = 'insert into public.probe (object_id, what, attempt) values ($1, $2, $3)';

export { GIVE_UP_TASK };

const work = defineTask({
  name: 'work',
  payload,
  subject,
  run: async ({ db, attempt, signal }, { objectId, ms }) => {
    await db.system((client) => client.query(note, [objectId, 'begin', attempt]));
    await sleep(ms, undefined, { signal });
    await db.system((client) => client.query(note, [objectId, 'end', attempt]));
  },
});

/** Works only the second time. */
const endure = defineTask({
  name: 'endure',
  payload,
  subject,
  run: async ({ db, attempt }, { objectId, ms }) => {
    await db.system((client) => client.query(note, [objectId, 'begin', attempt]));
    if (attempt === 1) await sleep(ms);
    await db.system((client) => client.query(note, [objectId, 'end', attempt]));
  },
});

/** Keeps its thread busy, so that not even its heartbeat gets through. */
const hang = defineTask({
  name: 'hang',
  payload,
  subject,
  run: async ({ db, attempt }, { objectId, ms }) => {
    await db.system((client) => client.query(note, [objectId, 'begin', attempt]));
    if (attempt === 1) {
      const until = Date.now() + ms;
      while (Date.now() < until);
    }
    await db.system((client) => client.query(note, [objectId, 'end', attempt]));
  },
});

const fail = defineTask({
  name: 'fail',
  payload,
  subject,
  run: async () => {
    throw new Error('as told');
  },
  giveUp: async ({ db, attempt }, { objectId }) => {
    await db.system((client) => client.query(note, [objectId, 'given up', attempt]));
  },
});

/** Fails as if a platform had asked for peace for `ms`; 0 = the time that the error's row tells. */
const blocked = defineTask({
  name: 'blocked',
  payload,
  subject,
  run: async ({ now }, { ms }) => {
    throw new AppError('PLATFORM_IP_BLOCKED', ms === 0 ? {} : { retryAt: now().getTime() + ms });
  },
});

const crash = defineTask({
  name: 'crash',
  payload,
  subject,
  run: async ({ db, attempt }, { objectId }) => {
    await db.system((client) => client.query(note, [objectId, 'begin', attempt]));
    if (attempt === 1) process.exit(7);
    await db.system((client) => client.query(note, [objectId, 'end', attempt]));
  },
});

const TESTED = [work, endure, hang, fail, blocked, crash];

export const TASKS = [...TESTED, giveUpTask(TESTED)];
