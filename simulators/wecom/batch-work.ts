import { memberParams, type PartyRow, partyRows, type Table } from './batch-files.ts';
import { type Corp, keyOf, type Member, memberOf, ROOT, subtreeOf } from './corp.ts';
import { checkDepartmentName } from './department-rules.ts';
import { Failure, fail } from './failures.ts';
import { createMember, deleteMember, updateMember } from './member-writes.ts';
import { Params } from './params.ts';
import type { World } from './world.ts';

export type JobType = 'sync_user' | 'replace_user' | 'replace_party';

export interface JobInput {
  readonly type: JobType;
  readonly table: Table;
  readonly invites: boolean;
}

export type ResultRow = Readonly<Record<string, string | number>>;

const CREATED = 1;
const RENAMED = 2;
const MOVED = 4;
const REORDERED = 8;

/** What makes the whole job impossible: doubles, no tree, or the guard against mass deletion. */
export function checkJob({ corp }: World, { type, table }: JobInput): void {
  if (type === 'replace_party') return void partyRows(table, (id) => corp.departments.has(id));
  const keys = table.rows.map((row) => keyOf(row['帐号'] ?? ''));
  if (new Set(keys).size < keys.length) fail(302003);
  if (type === 'replace_user') checkGuard(corp, absentMembers(corp, table).length);
}

/** More than 50 people and more than 20 % of the staff, or fewer than 50 and more than 80 %. */
function checkGuard(corp: Corp, deleted: number): void {
  const share = deleted / corp.members.size;
  if ((deleted > 50 && share > 0.2) || (deleted < 50 && share > 0.8)) fail(45026);
}

function absentMembers(corp: Corp, table: Table): Member[] {
  const named = new Set(table.rows.map((row) => keyOf(row['帐号'] ?? '')));
  return [...corp.members.values()].filter((member) => !named.has(keyOf(member.userid)));
}

/** Carries a job out; a row that fails says so and stops nothing. `doomed`: departments to go as soon as they are empty. */
export function runJob(world: World, input: JobInput, doomed: Set<number>): ResultRow[] {
  if (input.type === 'replace_party') return replaceParties(world, input.table, doomed);
  const absent = input.type === 'replace_user' ? absentMembers(world.corp, input.table) : [];
  const results = input.table.rows.map((row) => {
    const values = { ...memberParams(row), to_invite: input.invites };
    return attempt({ userid: row['帐号'] ?? '' }, () => upsert(world, new Params(values)));
  });
  const deletions = absent.map((member) =>
    attempt({ userid: member.userid }, () => deleteMember(world, member)),
  );
  removeEmpty(world, doomed);
  return [...results, ...deletions];
}

function upsert(world: World, params: Params): void {
  const userid = params.text('userid') ?? '';
  if (memberOf(world.corp, userid)) updateMember(world, params);
  else createMember(world, params, 'batch');
}

function attempt(named: ResultRow, work: () => void): ResultRow {
  try {
    work();
    return { ...named, errcode: 0, errmsg: 'ok' };
  } catch (error) {
    if (error instanceof Failure) return { ...named, errcode: error.code, errmsg: error.message };
    throw error;
  }
}

function replaceParties(world: World, table: Table, doomed: Set<number>): ResultRow[] {
  const { corp } = world;
  const rows = partyRows(table, (id) => corp.departments.has(id));
  const results = rows.map((row) => {
    const action = actionOf(corp, row);
    return attempt({ action, partyid: row.id }, () => putParty(world, row, action));
  });
  const named = new Set(rows.map((row) => row.id));
  doomed.clear();
  for (const { id } of subtreeOf(corp, ROOT)) {
    if (id !== ROOT && id !== corp.unplaced && !named.has(id)) doomed.add(id);
  }
  removeEmpty(world, doomed);
  return results;
}

function actionOf(corp: Corp, row: PartyRow): number {
  const dept = corp.departments.get(row.id);
  if (!dept) return CREATED;
  const moved = row.id !== ROOT && dept.parentId !== row.parentId;
  const reordered = row.order > 0 && dept.order !== row.order;
  return (dept.name === row.name ? 0 : RENAMED) | (moved ? MOVED : 0) | (reordered ? REORDERED : 0);
}

function putParty(world: World, row: PartyRow, action: number): void {
  const { id, name, parentId, order } = row;
  checkDepartmentName(world, name);
  if (action === CREATED) {
    if (!world.corp.departments.has(parentId)) fail(60004);
    world.changes.addDepartment('api', { id, name, parentId, order });
  } else if (action > 0) {
    world.changes.changeDepartment('api', id, {
      ...(action & RENAMED ? { name } : {}),
      ...(action & MOVED ? { parentId } : {}),
      ...(action & REORDERED ? { order } : {}),
    });
  }
}

function removeEmpty(world: World, doomed: Set<number>): void {
  const deepestFirst = subtreeOf(world.corp, ROOT).toReversed();
  for (const dept of deepestFirst) {
    if (!doomed.has(dept.id) || dept.members.size > 0 || dept.children.size > 0) continue;
    world.changes.removeDepartment('api', dept.id);
    doomed.delete(dept.id);
  }
}
