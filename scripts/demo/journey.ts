import { randomInt } from 'node:crypto';
import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import type { Client } from './client.ts';
import {
  ACCOUNT_BY_ID,
  ACCOUNTS,
  COMMIT,
  CONNECTIONS,
  CREATE_CONNECTION,
  HISTORY,
  MEND_STAGED,
  REMOVE_INVALID,
  REVERT,
  REVERT_PREVIEW,
  type Run,
  TEST_CONNECTION,
  TREE,
  UPDATE_ACCOUNT,
  UPDATE_CONNECTION,
} from './operations.ts';
import { pull, rowsOf, showChanges, showCounts, showWrong } from './pull.ts';
import { headline, line, must, StepFailed } from './tell.ts';

const NAME = '示例公司（模拟钉钉）';
const NEW_TITLE = '首席体验官';

/** Makes the connection to the simulated company, or lets the one of an earlier run point to it. */
export const connect = async (client: Client, platform: DingTalkSimulator): Promise<string> => {
  headline('Connect: credentials are checked from name resolution to the visible range');
  const settings = {
    corpId: platform.corp.corpId,
    clientId: platform.app.clientId,
    clientSecret: platform.app.clientSecret,
    apiBase: platform.legacyUrl,
    newApiBase: platform.newUrl,
  };
  const fields = { enabled: true, allowPrivateNetwork: true, settings };
  const known = (await client.ask(CONNECTIONS)).find(({ name }) => name === NAME);
  const { id } =
    known === undefined
      ? await client.ask(CREATE_CONNECTION, { input: { ...fields, platform: 'dingtalk', name: NAME } })
      : // What is cleared away after an earlier run is not to be pushed before the company is pulled.
        await client.ask(UPDATE_CONNECTION, {
          input: { ...fields, id: known.id, pushRules: { incremental: 'OFF' } },
        });
  const { passed, steps } = await client.ask(TEST_CONNECTION, { input: { id } });
  for (const step of steps) line(`${step.status} ${step.code} ${step.subject}: ${step.message}`);
  must(passed, 'every step of the test passed');
  return id;
};

/** What a reviewer would type into a field that is wrong; another one each time, so that nobody has it yet. */
const REPAIRS: Readonly<Record<string, { readonly field: string; readonly value: () => string }>> = {
  MOBILE_MISSING: { field: 'mobile', value: () => `139${randomInt(10_000_000, 99_999_999)}` },
  MOBILE_ILLEGAL: { field: 'mobile', value: () => `139${randomInt(10_000_000, 99_999_999)}` },
  EMAIL_ILLEGAL: { field: 'email', value: () => `mended-${randomInt(1_000_000)}@corp.example.com` },
  NAME_MISSING: { field: 'displayName', value: () => '无名氏' },
};

/** Mends a wrong row in place; the row, and what it clashed with, is judged anew at once. */
const mendOne = async (client: Client, run: Run): Promise<Run> => {
  const broken = (await rowsOf(client, run, { blocking: true })).find(
    ({ issues }) => issues.length === 1 && issues.every(({ code }) => code in REPAIRS),
  );
  const repair = REPAIRS[broken?.issues[0]?.code ?? ''];
  if (broken === undefined || repair === undefined) {
    line('all that can be mended was mended when the demo ran before');
    return run;
  }
  const { field } = repair;
  const value = repair.value();
  const mended = await client.ask(MEND_STAGED, {
    input: { runId: run.id, rowId: broken.id, field, value },
  });
  const stillWrong = await rowsOf(client, mended, { blocking: true });
  must(
    stillWrong.every(({ id }) => id !== broken.id),
    `${broken.name ?? 'somebody'} was given ${field} ${value} in the review, and is right now`,
  );
  return mended;
};

const commit = async (client: Client, run: Run): Promise<Run> => {
  const stale = await client
    .ask(COMMIT, { input: { runId: run.id, digest: '0'.repeat(64) } })
    .then(() => false)
    .catch(() => true);
  must(stale, 'a commit that names another digest is refused');
  const done = await client.ask(COMMIT, { input: { runId: run.id, digest: run.digest } });
  line(`${done.orgUnits} units, ${done.accountsCreated} people made, ${done.accountsChanged} changed`);
  must(done.importRun.phase === 'COMMITTED', 'committed in one transaction');
  return done.importRun;
};

const find = (search: string) => ({ search, includeDescendants: true });

const peopleCount = async (client: Client): Promise<number> =>
  (await client.ask(ACCOUNTS, { filter: null, first: 1 })).totalCount;

/** The first pull: what comes in, what is wrong, what is done about it. */
export const pullAndCommit = async (client: Client, connectionId: string): Promise<void> => {
  headline('Pull: fetch every unit and person, paced below the limit of the platform');
  let run = await pull(client, connectionId);
  headline('Review: nothing has touched the roster yet');
  const before = await peopleCount(client);
  showCounts(run);
  showWrong(await rowsOf(client, run, { blocking: true }));
  run = await mendOne(client, run);
  run = await client.ask(REMOVE_INVALID, { input: { runId: run.id } });
  must(
    (await rowsOf(client, run, { blocking: true, decisions: ['PENDING'] })).length === 0,
    'all invalid rows were removed at once',
  );
  const creates = await rowsOf(client, run, { actions: ['CREATE'], decisions: ['ACCEPTED'] });
  headline('Commit: exactly what was reviewed, by its digest');
  await commit(client, run);
  const after = await peopleCount(client);
  must(after === before + creates.length, `the roster has ${after} people, ${creates.length} of them new`);
};

/** The roster as it is now: its tree, and people found by the initials of their names. */
export const showRoster = async (client: Client): Promise<void> => {
  headline('The roster');
  const nodes = await client.ask(TREE);
  for (const { depth, name, accountCount } of nodes.slice(0, 14)) {
    line(`${'  '.repeat(depth)}${name} (${accountCount ?? 0})`);
  }
  if (nodes.length > 14) line(`… ${nodes.length - 14} more units`);
  const found = await client.ask(ACCOUNTS, { filter: find('zh'), first: 5 });
  for (const { displayName, userName, orgUnit } of found.nodes) {
    line(`${displayName.slice(0, 12)}  ${userName}  ${orgUnit.path.join(' / ')}`);
  }
  must(found.nodes.length > 0, `“zh” finds ${found.totalCount} people by the pinyin of their names`);
};

/** A change through the API; the version guards against somebody else's. */
export const edit = async (client: Client): Promise<void> => {
  headline('Edit: the roster is the source of truth');
  const { nodes } = await client.ask(ACCOUNTS, { filter: find('li'), first: 1 });
  const [person] = nodes;
  if (person === undefined) throw new StepFailed('nobody was found');
  const input = { id: person.id, version: person.version, title: NEW_TITLE };
  const changed = await client.ask(UPDATE_ACCOUNT, { input });
  line(`${changed.displayName}: title ${person.title ?? '–'} → ${changed.title}`);
  const refused = await client.ask(UPDATE_ACCOUNT, { input }).then(
    () => '',
    ({ code }) => String(code),
  );
  must(refused === 'VERSION_CONFLICT', 'a second change to the old version is refused');
  must((await client.ask(HISTORY, { id: person.id })) >= 2, 'every version is kept');
};

/** Something happens on the platform: somebody joins, somebody moves, somebody leaves. */
const live = (platform: DingTalkSimulator) => {
  const clean = platform.people().filter(({ userid }) => {
    const { invalid, conflicts } = platform.company.truth;
    return !invalid.includes(userid) && !conflicts.includes(userid);
  });
  const place = platform.departments().at(-1)?.id ?? 1;
  const mover = clean.find(({ deptIds }) => deptIds.length === 1 && deptIds[0] !== place && deptIds[0] !== 1);
  const leaver = clean.findLast(({ userid }) => userid !== mover?.userid);
  if (mover === undefined || leaver === undefined) throw new StepFailed('the company is too small');
  platform.mutate.addUser({ name: '欧阳新来', mobile: '13800009999', deptIds: [place] });
  platform.mutate.moveUser(mover.userid, [place]);
  platform.mutate.removeUser(leaver.userid);
  return { mover, leaver };
};

/** The second pull shows what happened and nothing else; it is committed and taken back. */
export const pullAgainAndRevert = async (
  client: Client,
  connectionId: string,
  platform: DingTalkSimulator,
): Promise<void> => {
  headline('Pull again: on the platform somebody joined, somebody moved, somebody left');
  const { mover, leaver } = live(platform);
  let run = await pull(client, connectionId);
  showCounts(run);
  run = await client.ask(REMOVE_INVALID, { input: { runId: run.id } });
  const rows = await rowsOf(client, run, { decisions: ['ACCEPTED', 'PENDING'] });
  const real = rows.filter(({ action }) => action !== 'NONE');
  showChanges(real);
  const actionOf = (name: string): string | undefined => real.find((row) => row.name === name)?.action;
  must(actionOf('欧阳新来') === 'CREATE', 'the newcomer would be made');
  must(actionOf(mover.name) === 'MOVE', `${mover.name} would be moved`);
  const gone = real.find(({ action, name }) => action === 'DISABLE' && name === leaver.name);
  must(gone?.decision === 'PENDING', `${leaver.name} is held: nobody is disabled without a person's word`);
  headline('Commit and take back');
  const [standing] = (await client.ask(ACCOUNTS, { filter: find(mover.name), first: 1 })).nodes;
  const before = await peopleCount(client);
  await commit(client, run);
  must((await peopleCount(client)) === before + 1, 'one more person');
  const preview = await client.ask(REVERT_PREVIEW, { runId: run.id });
  line(
    `would remove ${preview.accountsDeleted}, restore ${preview.accountsRestored}, conflicts ${preview.conflictCount}`,
  );
  const { importRun } = await client.ask(REVERT, { input: { runId: run.id, digest: preview.digest } });
  must(importRun.phase === 'REVERTED' && (await peopleCount(client)) === before, 'taken back');
  const restored = standing && (await client.ask(ACCOUNT_BY_ID, { id: standing.id }));
  must(
    restored !== undefined && restored.orgUnit.path.join('/') === standing?.orgUnit.path.join('/'),
    `${mover.name} is where he or she was`,
  );
};
