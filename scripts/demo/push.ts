import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import type { Client } from './client.ts';
import { ACCOUNT_BY_ID, ACCOUNTS, TREE, UPDATE_ACCOUNT, UPDATE_CONNECTION } from './operations.ts';
import {
  APPLY_PLAN,
  APPROVE_PLAN,
  CREATE_ACCOUNT,
  CREATE_ORG_UNIT,
  DECIDE_OPERATIONS,
  DELETE_ACCOUNT,
  PLAN_OPERATIONS,
  PLAN_SYNC,
  PLAN_UNDO,
  type Plan,
  type PlannedRow,
  RESTORE_ACCOUNT,
  SYNC_PLAN,
  SYNC_RUN,
  type SyncRun,
} from './push-operations.ts';
import { countsOf, headline, line, must, plain, StepFailed } from './tell.ts';

/** Whom the demo is about: where the push goes, and the platform as it is seen from outside. */
export interface Stage {
  readonly client: Client;
  readonly connectionId: string;
  readonly platform: DingTalkSimulator;
}

/** What the platform really holds of somebody. */
const held = ({ platform }: Stage, userid: string) => platform.corp.users.get(userid);

const settled = async (client: Client, asked: Plan): Promise<Plan> => {
  let plan = asked;
  while (plan.phase === 'PLANNING') {
    await sleep(100);
    plan = await client.ask(SYNC_PLAN, { id: plan.id });
  }
  if (plan.error !== null) throw new StepFailed(`the plan ended as ${plan.phase}: ${plan.error.text}`);
  return plan;
};

/** A full plan, made and ready to be looked at. */
export const planFull = async (client: Client, connectionId: string): Promise<Plan> =>
  settled(client, await client.ask(PLAN_SYNC, { input: { connectionId, kind: 'FULL' } }));

const rowsOf = ({ client }: Stage, plan: Plan, filter: object = {}): Promise<PlannedRow[]> =>
  client.ask(PLAN_OPERATIONS, { planId: plan.id, filter });

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);

const showRows = (rows: readonly PlannedRow[]): void => {
  for (const { kind, state, name, changes, reason } of rows.slice(0, 12)) {
    const fields = changes.map(({ field, before, after }) => `${field}: ${plain(before)} → ${plain(after)}`);
    line(`${kind.padEnd(16)} ${state.padEnd(8)} ${name}  ${short(fields.join('; '))}`);
    line(`${' '.repeat(17)}${reason}`);
  }
  if (rows.length > 12) line(`… ${rows.length - 12} more rows`);
};

/** Approves a plan by its digest, applies it and waits for the end of the run. */
export const approveAndApply = async (client: Client, plan: Plan): Promise<SyncRun> => {
  const input = { planId: plan.id, digest: plan.digest };
  await client.ask(APPROVE_PLAN, { input });
  let run = await client.ask(APPLY_PLAN, { input });
  while (['QUEUED', 'RUNNING', 'WAITING'].includes(run.phase)) {
    await sleep(100);
    run = await client.ask(SYNC_RUN, { id: run.id });
  }
  if (run.phase !== 'DONE') throw new StepFailed(`the run ended as ${run.phase}: ${run.error?.text ?? '–'}`);
  line(`run ${run.phase}: ${countsOf(run.counts)}, ${run.progress.calls} calls`);
  const undone = await client.ask(PLAN_OPERATIONS, {
    planId: plan.id,
    filter: { states: ['FAILED', 'SKIPPED'] },
  });
  for (const { kind, name, outcomeCode } of undone)
    line(`not done: ${kind} ${name}: ${outcomeCode ?? 'see its issues'}`);
  return run;
};

const setRules = ({ client, connectionId }: Stage, pushRules: object): Promise<unknown> =>
  client.ask(UPDATE_CONNECTION, { input: { id: connectionId, mode: 'READ_WRITE', pushRules } });

const anybody = async ({ client, platform }: Stage, but: string) => {
  const { nodes } = await client.ask(ACCOUNTS, {
    filter: { search: 'wang', includeDescendants: true },
    first: 20,
  });
  const known = nodes.find(({ userName }) => userName !== but && platform.corp.users.has(userName));
  return known ?? nodes[0] ?? Promise.reject(new StepFailed('nobody was found'));
};

/** A unit and a person are made, somebody is changed: the plan shows it, the platform does not know of it yet. */
const planAndApply = async (stage: Stage): Promise<{ userName: string; run: SyncRun }> => {
  const { client, platform } = stage;
  headline('Plan: what a push would change on the platform, row by row with reasons');
  await setRules(stage, {
    externalIdTemplate: '{userName}',
    leaver: { action: 'DELETE' },
    incremental: 'OFF',
  });
  const number = randomInt(100_000, 999_999);
  const [root] = await client.ask(TREE);
  const unit = await client.ask(CREATE_ORG_UNIT, {
    input: { parentId: root?.id, name: `创新中心${number}` },
  });
  const userName = `demo${number}`;
  const input = { userName, displayName: '诸葛新', mobile: `138${number}00`, orgUnitId: unit.id };
  await client.ask(CREATE_ACCOUNT, { input });
  const plan = await planFull(stage.client, stage.connectionId);
  const rows = await rowsOf(stage, plan, { states: ['PLANNED', 'HELD'] });
  showRows(rows);
  must(
    rows.some(({ kind, name }) => kind === 'CREATE_ORG_UNIT' && name === unit.name) &&
      rows.some(({ kind, name }) => kind === 'CREATE_ACCOUNT' && name === '诸葛新'),
    'the new unit and the new person are planned, the unit first',
  );
  must(held(stage, userName) === undefined, 'nothing was written: a plan is the dry run');
  headline('Approve and apply: exactly that plan, by its digest');
  const wrong = { planId: plan.id, digest: '0'.repeat(64) };
  const refused = await client.ask(APPROVE_PLAN, { input: wrong }).then(
    () => '',
    ({ code }) => String(code),
  );
  must(refused === 'SYNC_PLAN_DIGEST_STALE', 'another digest is refused');
  const run = await approveAndApply(stage.client, plan);
  const department = platform.departments().find(({ name }) => name === unit.name);
  const arrived = platform.people().find(({ userid }) => userid === userName);
  must(
    department !== undefined && arrived?.deptIds.includes(department.id) === true,
    `the platform has ${userName} in ${unit.name}`,
  );
  const again = await planFull(stage.client, stage.connectionId);
  const left = await rowsOf(stage, again, { states: ['PLANNED'] });
  must(left.length === 0, 'planned again, nothing is left to do');
  return { userName, run };
};

/** More people gone than a guard lets pass: they are held, and rejected by a word. */
const tripGuard = async (stage: Stage, but: string): Promise<void> => {
  const { client, platform } = stage;
  headline('Guard: a wrong turn in the roster does not wipe the company');
  const { nodes } = await client.ask(ACCOUNTS, {
    filter: { search: 'l', includeDescendants: true },
    first: 40,
  });
  const victims = nodes
    .filter(({ userName }) => userName !== but && platform.corp.users.has(userName))
    .slice(0, 15);
  for (const { id } of victims) await client.ask(DELETE_ACCOUNT, { input: { id } });
  const people = platform.people().length;
  const plan = await planFull(stage.client, stage.connectionId);
  const tripped = plan.guards.filter((guard) => guard.tripped);
  for (const { kind, counted, limit } of tripped) line(`${kind}: ${counted} counted, ${limit} may pass`);
  const waiting = await rowsOf(stage, plan, { states: ['HELD'], kinds: ['DELETE_ACCOUNT'] });
  must(waiting.length >= victims.length, `${waiting.length} people are held before the first write`);
  const decided = await client.ask(DECIDE_OPERATIONS, { input: { planId: plan.id, decision: 'REJECT' } });
  must((decided.counts['HELD'] ?? 0) === 0, 'all of them are rejected by one word');
  for (const { id } of victims) await client.ask(RESTORE_ACCOUNT, { input: { id } });
  must(platform.people().length === people, 'nobody is missing on the platform');
};

const retitle = async ({ client }: Stage, id: string, title: string | null): Promise<void> => {
  const { version } = await client.ask(ACCOUNT_BY_ID, { id });
  await client.ask(UPDATE_ACCOUNT, { input: { id, version, title } });
};

/** A change that nobody has to plan. */
const byItself = async (stage: Stage, but: string): Promise<void> => {
  headline('By itself: a change of the roster reaches the platform within seconds');
  const person = await anybody(stage, but);
  await setRules(stage, { incremental: 'APPLY' });
  const started = performance.now();
  await retitle(stage, person.id, '城市合伙人');
  while (held(stage, person.userName)?.title !== '城市合伙人') {
    if (performance.now() - started > 30_000) throw new StepFailed('the change did not arrive in 30 s');
    await sleep(50);
  }
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  must(true, `${person.displayName}'s title arrived after ${seconds} s`);
};

const takeBack = async (
  stage: Stage,
  { userName, run }: { userName: string; run: SyncRun },
): Promise<void> => {
  headline('Undo: a run is taken back by a plan that is looked at like any other');
  const plan = await settled(stage.client, await stage.client.ask(PLAN_UNDO, { input: { runId: run.id } }));
  showRows(await rowsOf(stage, plan));
  await approveAndApply(stage.client, plan);
  must(held(stage, userName) === undefined, `${userName} is gone from the platform again`);
};

/** Journey 2: plan, approve, apply, guard, undo, and changes that go by themselves. */
export const push = async (stage: Stage): Promise<void> => {
  const done = await planAndApply(stage);
  await tripGuard(stage, done.userName);
  await byItself(stage, done.userName);
  await takeBack(stage, done);
};
