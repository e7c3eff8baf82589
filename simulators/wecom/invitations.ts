import { keyOf, type Member, memberOf, statusOf, subtreeOf } from './corp.ts';
import { fail } from './failures.ts';
import { isId } from './params.ts';
import { departmentVisible, memberVisible } from './view.ts';
import { type Handler, type Route, readable, type World } from './world.ts';

const DAY_MS = 86_400_000;
const MOST_USERS = 1000;
const MOST_PARTIES = 100;

/** Notes a notice to join; whoever was asked within a day is not asked again. */
export function invite(world: World, member: Member, by: string): void {
  const now = world.clock.now();
  if (statusOf(member) !== 4) return;
  const recent = world.invitations.some(
    ({ userid, at }) => keyOf(userid) === keyOf(member.userid) && now - at < DAY_MS,
  );
  if (!recent) world.invitations.push({ userid: member.userid, at: now, by });
}

/** Errcode 0 with the invalid ones named, unless all are. There are no tags here: every one is invalid. */
const batchInvite: Handler = (world, { params, app }) => {
  const users = params.texts('user') ?? [];
  const parties = params.texts('party')?.map(Number) ?? [];
  const tags = params.texts('tag')?.map(Number) ?? [];
  if (users.length + parties.length + tags.length === 0) fail(40063, 'user, party and tag are all empty');
  if (users.length > MOST_USERS) fail(40032);
  if (parties.length > MOST_PARTIES || tags.length > MOST_PARTIES) fail(40058, 'party or tag list too long');
  const corp = readable(world);
  const asked = users.map((userid) => ({ userid, member: memberOf(corp, userid) }));
  const isGood = (member: Member | undefined): member is Member =>
    member !== undefined && memberVisible(corp, app, member);
  const invalidUsers = asked.filter(({ member }) => !isGood(member)).map(({ userid }) => userid);
  const goodParties = parties.filter((id) => isId(id) && departmentVisible(corp, app, id));
  if (invalidUsers.length === users.length && goodParties.length === 0) fail(81013);
  const people = [
    ...asked.map(({ member }) => member).filter(isGood),
    ...goodParties
      .flatMap((id) => subtreeOf(corp, id))
      .flatMap((dept) => [...dept.members].map((key) => corp.members.get(key) as Member)),
  ];
  for (const member of new Set(people)) invite(world, member, 'batch/invite');
  const invalidParties = parties.filter((id) => !goodParties.includes(id));
  return {
    ...(invalidUsers.length > 0 ? { invaliduser: invalidUsers } : {}),
    ...(invalidParties.length > 0 ? { invalidparty: invalidParties } : {}),
    ...(tags.length > 0 ? { invalidtag: tags } : {}),
  };
};

export const INVITATION_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/cgi-bin/batch/invite', access: 'any', handle: batchInvite },
];
