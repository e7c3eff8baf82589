import {
  type Corp,
  type Department,
  type Member,
  memberOf,
  membersOf,
  plainMobile,
  subtreeOf,
} from './corp.ts';
import { needVisibleDepartment } from './department-reads.ts';
import { fail } from './failures.ts';
import { departmentVisible, memberBody, memberVisible } from './view.ts';
import { type Call, type Handler, type Route, readable, type World } from './world.ts';

const USERID = /^[0-9A-Za-z][0-9A-Za-z_\-@.]{0,63}$/;

/** The userid of a parameter, well-formed. */
export function needUserid({ params }: Pick<Call, 'params'>, name = 'userid'): string {
  const userid = params.text(name);
  if (!userid) fail(41009);
  if (!USERID.test(userid)) fail(40003);
  return userid;
}

const get: Handler = (world, call) => {
  const corp = readable(world);
  const member = memberOf(corp, needUserid(call));
  if (!member) fail(60111);
  if (!memberVisible(corp, call.app, member)) fail(world.settings.outOfRangeUserCode);
  return memberBody(corp, member, { app: call.app, settings: world.settings });
};

/** Members of the department of the call, of all below it with `fetch_child`; each once. */
function rows(world: World, call: Call): { corp: Corp; members: Member[] } {
  const corp = readable(world);
  const id = call.params.queryNumber('department_id');
  if (id === undefined) fail(40063);
  const dept = needVisibleDepartment(world, call, id, world.settings.unknownDepartmentCode);
  const depts: Department[] = call.params.queryNumber('fetch_child') === 1 ? subtreeOf(corp, id) : [dept];
  const members = [...new Set(depts.flatMap((one) => membersOf(corp, one)))];
  const { maxListRows } = world.settings;
  if (maxListRows !== null && members.length > maxListRows) fail(45029);
  return { corp, members };
}

const list: Handler = (world, call) => {
  const { corp, members } = rows(world, call);
  const viewer = { app: call.app, settings: world.settings };
  return { userlist: members.map((member) => memberBody(corp, member, viewer)) };
};

const simplelist: Handler = (world, call) => {
  const { corp, members } = rows(world, call);
  return {
    userlist: members.map((member) => ({
      userid: member.userid,
      name: member.name,
      department: member.memberships
        .map((entry) => entry.departmentId)
        .filter((id) => departmentVisible(corp, call.app, id)),
    })),
  };
};

const MOST_IDS = 10_000;

/** The last row that was given: member by age, then its so-manieth department. */
interface Row {
  readonly seq: number;
  readonly place: number;
}

function readCursor(cursor: string): Row {
  const [seq, place] = Buffer.from(cursor, 'base64url').toString().split('.').map(Number);
  if (!Number.isInteger(seq) || !Number.isInteger(place)) fail(40058, 'invalid cursor');
  return { seq: seq as number, place: place as number };
}

function writeCursor({ seq, place }: Row): string {
  return Buffer.from(`${seq}.${place}`).toString('base64url');
}

function byAge(corp: Corp): Member[] {
  return [...corp.members.values()].sort((a, b) => a.seq - b.seq);
}

/** One row per member and department. Whoever is created while pages are read comes last, nobody shifts. */
const listId: Handler = (world, { params }) => {
  const limit = params.number('limit') ?? MOST_IDS;
  if (limit < 1 || limit > MOST_IDS) fail(40058, 'limit out of range');
  const given = params.text('cursor');
  const after = given ? readCursor(given) : { seq: -1, place: -1 };
  const page: { userid: string; department: number }[] = [];
  let last = after;
  for (const member of byAge(readable(world))) {
    for (const [place, { departmentId }] of member.memberships.entries()) {
      const row = { seq: member.seq, place };
      if (row.seq < after.seq || (row.seq === after.seq && place <= after.place)) continue;
      if (page.length === limit) return { next_cursor: writeCursor(last), dept_user: page };
      page.push({ userid: member.userid, department: departmentId });
      last = row;
    }
  }
  return { next_cursor: '', dept_user: page };
};

const byMobile: Handler = (world, call) => {
  const { limits } = world;
  if (limits.lookupsBlocked(call.now)) fail(45009);
  const mobile = call.params.text('mobile') ?? '';
  if (mobile.length < 5 || mobile.length > 32) fail(60103);
  const corp = readable(world);
  const key = corp.byMobile.get(plainMobile(mobile));
  const member = key === undefined ? undefined : corp.members.get(key);
  if (member && memberVisible(corp, call.app, member)) return { userid: member.userid };
  limits.wrongLookup(corp.members.size, call.now);
  return fail(46004);
};

const byEmail: Handler = (world, { params, app }) => {
  const email = params.text('email');
  if (!email) fail(40063);
  const type = params.number('email_type') ?? 1;
  if (type !== 1 && type !== 2) fail(40058, 'email_type must be 1 or 2');
  const corp = readable(world);
  const key = (type === 1 ? corp.byBizMail : corp.byEmail).get(email.toLowerCase());
  const member = key === undefined ? undefined : corp.members.get(key);
  if (!member || !memberVisible(corp, app, member)) fail(46004);
  return { userid: member.userid };
};

const NO_MEMBER = { department: [], order: [], is_leader_in_dept: [], direct_leader: [] };
const NO_LIST = { userlist: [] };

export const MEMBER_READS: readonly Route[] = [
  { method: 'GET', path: '/cgi-bin/user/get', access: 'details', empty: NO_MEMBER, handle: get },
  { method: 'GET', path: '/cgi-bin/user/list', access: 'details', empty: NO_LIST, handle: list },
  { method: 'GET', path: '/cgi-bin/user/simplelist', access: 'details', empty: NO_LIST, handle: simplelist },
  {
    method: 'POST',
    path: '/cgi-bin/user/list_id',
    access: 'contacts',
    empty: { dept_user: [] },
    handle: listId,
  },
  { method: 'POST', path: '/cgi-bin/user/getuserid', access: 'any', handle: byMobile },
  { method: 'POST', path: '/cgi-bin/user/get_userid_by_email', access: 'any', handle: byEmail },
];
