import { keyOf, type Member, memberOf } from './corp.ts';
import { fail } from './failures.ts';
import { invite } from './invitations.ts';
import { readFields } from './member-fields.ts';
import { readPlacement } from './member-places.ts';
import { needUserid } from './member-reads.ts';
import type { MemberPatch } from './mutations.ts';
import type { Params } from './params.ts';
import type { Handler, Route, World } from './world.ts';

const MOST_DELETED = 200;

/** Creates the member that the parameters describe; `to_invite` sends a notice unless it is false. */
export function createMember(world: World, params: Params, by: string): Readonly<Record<string, unknown>> {
  const { corp, settings, limits, clock } = world;
  const userid = needUserid({ params });
  if (memberOf(corp, userid)) fail(60102);
  const { name = '', ...fields } = readFields(world, params);
  const { places = [], prepare, created, ...main } = readPlacement(world, params);
  if (settings.accountCap !== null && corp.members.size >= settings.accountCap) fail(45024);
  if (!limits.mayCreate(1, clock.now())) fail(45009);
  world.changes.addMember('api', { ...fields, ...main, userid, name, places }, prepare);
  if (params.bool('to_invite') !== false) invite(world, corp.members.get(keyOf(userid)) as Member, by);
  return created.length > 0 ? { created_department_list: { department_info: created } } : {};
}

const create: Handler = (world, { params }) => ({
  errmsg: 'created',
  ...createMember(world, params, 'user/create'),
});

/** Changes what the parameters name. */
export function updateMember(world: World, params: Params): void {
  const member = needMember(world, needUserid({ params }));
  const fields = readFields(world, params, member);
  const { prepare, created, ...placement } = readPlacement(world, params, member);
  const patch = { ...fields, ...placement, ...newUserid(world, params, member) };
  world.changes.changeMember('api', member.userid, { patch, prepare });
}

const update: Handler = (world, { params }) => {
  updateMember(world, params);
  return { errmsg: 'updated' };
};

function needMember({ corp }: World, userid: string): Member {
  return memberOf(corp, userid) ?? fail(60111);
}

/** A userid that the system made may be changed, once. */
function newUserid(world: World, params: Params, member: Member): MemberPatch {
  if (!params.has('new_userid')) return {};
  const userid = needUserid({ params }, 'new_userid');
  if (!member.useridGenerated) fail(301036);
  const holder = memberOf(world.corp, userid);
  if (holder && holder !== member) fail(60102);
  return { userid, useridGenerated: false };
}

/** Takes the member out of the corp; its creator stays. */
export function deleteMember(world: World, member: Member): void {
  if (world.corp.creator === keyOf(member.userid)) fail(301005);
  world.changes.removeMember('api', member.userid);
}

const remove: Handler = (world, call) => {
  deleteMember(world, needMember(world, needUserid(call)));
  return { errmsg: 'deleted' };
};

/** One wrong userid fails the whole call. */
const batchDelete: Handler = (world, { params }) => {
  const userids = params.texts('useridlist');
  if (!userids || userids.length === 0) fail(40063, 'useridlist missing');
  if (userids.length > MOST_DELETED) fail(40032);
  const members = new Set(userids.map((userid) => memberOf(world.corp, userid) ?? fail(40031)));
  if ([...members].some((member) => world.corp.creator === keyOf(member.userid))) fail(301005);
  for (const member of members) deleteMember(world, member);
  return { errmsg: 'deleted' };
};

const WRITE = { access: 'edit', writes: true } as const;

export const MEMBER_WRITES: readonly Route[] = [
  { ...WRITE, method: 'POST', path: '/cgi-bin/user/create', handle: create },
  { ...WRITE, method: 'POST', path: '/cgi-bin/user/update', handle: update },
  { ...WRITE, method: 'GET', path: '/cgi-bin/user/delete', handle: remove },
  { ...WRITE, method: 'POST', path: '/cgi-bin/user/batchdelete', handle: batchDelete },
];
