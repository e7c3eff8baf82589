import type { Gate } from './gates.ts';

const becomes = (phase: string): string => `new.phase = '${phase}' and old.phase <> '${phase}'`;

/** Jobs that come by the clock are none of it: whenever a minute begins they are done as well. */
const JOB_OF_A_RUN = "old.payload ->> 'runId' is not null";

/** Named points of a pull at which a worker or the server is killed. */
export const PULL_GATES: readonly Gate[] = [
  { name: 'before the claim', table: 'muster.import_run', on: 'update', when: becomes('FETCHING') },
  { name: 'at the first page', table: 'muster.import_page', on: 'insert', when: 'new.page = 1' },
  { name: 'within a page', table: 'muster.fetched_account', on: 'insert', when: 'true' },
  {
    name: 'as a page is committed',
    table: 'muster.import_page',
    on: 'insert',
    when: "new.kind = 'accounts'",
    atCommit: true,
  },
  { name: 'after the last page', table: 'muster.import_run', on: 'update', when: becomes('STAGING') },
  { name: 'as copies are written', table: 'muster.remote_account', on: 'insert' },
  { name: 'as units are staged', table: 'muster.staged_org_unit', on: 'insert' },
  { name: 'as people are staged', table: 'muster.staged_account', on: 'insert' },
  { name: 'before the review', table: 'muster.import_run', on: 'update', when: becomes('REVIEW') },
  {
    name: 'as the staging is committed',
    table: 'muster.import_run',
    on: 'update',
    when: becomes('REVIEW'),
    atCommit: true,
  },
  {
    name: 'before the job is done',
    table: 'graphile_worker._private_jobs',
    on: 'delete',
    when: JOB_OF_A_RUN,
  },
];

/** Named points of a commit. */
export const COMMIT_GATES: readonly Gate[] = [
  { name: 'as units are written', table: 'muster.org_unit', on: 'insert' },
  { name: 'as accounts are written', table: 'muster.account', on: 'insert' },
  { name: 'as memberships are written', table: 'muster.membership', on: 'insert' },
  { name: 'as accounts become found', table: 'muster.account_search', on: 'insert' },
  { name: 'as links are written', table: 'muster.account_link', on: 'insert' },
  { name: 'before it is marked', table: 'muster.import_run', on: 'update', when: becomes('COMMITTED') },
  {
    name: 'as it is written down',
    table: 'muster.audit_event',
    on: 'insert',
    when: "new.action = 'import.commit'",
  },
  {
    name: 'in the COMMIT',
    table: 'muster.import_run',
    on: 'update',
    when: becomes('COMMITTED'),
    atCommit: true,
  },
  { name: 'as what was fetched is dropped', table: 'muster.fetched_account', on: 'delete' },
];

/** Named points of a push: {before the claim, after it, before and in the recording of what came back, at the end}. */
export const PUSH_GATES: readonly Gate[] = [
  {
    name: 'before the run is taken',
    table: 'muster.sync_run',
    on: 'update',
    when: becomes('RUNNING'),
  },
  {
    name: 'before the intents',
    table: 'muster.plan_operation',
    on: 'update',
    when: "new.state = 'RUNNING' and new.wave = 20 and old.state <> 'RUNNING'",
  },
  {
    name: 'as the intents are committed',
    table: 'muster.plan_operation',
    on: 'update',
    when: "new.state = 'RUNNING' and new.wave = 20 and old.state <> 'RUNNING'",
    atCommit: true,
  },
  {
    name: 'after the replies',
    table: 'muster.plan_operation',
    on: 'update',
    when: "old.state = 'RUNNING' and new.state <> 'RUNNING' and new.wave = 20",
  },
  { name: 'as attempts are written', table: 'muster.sync_attempt', on: 'insert' },
  { name: 'as pushed copies are written', table: 'muster.remote_account', on: 'insert' },
  { name: 'as pushed links are written', table: 'muster.account_link', on: 'insert' },
  {
    name: 'as results are committed',
    table: 'muster.plan_operation',
    on: 'update',
    when: "old.state = 'RUNNING' and new.state <> 'RUNNING' and new.wave = 21",
    atCommit: true,
  },
  {
    name: 'as removals are written',
    table: 'muster.remote_account',
    on: 'update',
    when: 'new.gone_at is not null and old.gone_at is null',
  },
  { name: 'before the run is done', table: 'muster.sync_run', on: 'update', when: becomes('DONE') },
  {
    name: 'as the end is committed',
    table: 'muster.sync_run',
    on: 'update',
    when: becomes('DONE'),
    atCommit: true,
  },
  {
    name: 'before the job of the push is done',
    table: 'graphile_worker._private_jobs',
    on: 'delete',
    when: JOB_OF_A_RUN,
  },
];
