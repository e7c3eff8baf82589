import type { Gate } from './gates.ts';

const becomes = (phase: string): string => `new.phase = '${phase}' and old.phase <> '${phase}'`;

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
