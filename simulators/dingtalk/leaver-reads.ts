import { fresh } from './failures.ts';
import { needNew, type Params } from './params.ts';
import type { Handler, Route } from './world.ts';

const DAY_MS = 86_400_000;

function illegal(name: string): Error {
  return fresh(400, 'invalidParameter', `参数错误: ${name}`);
}

function paging(params: Params, fallback: number): { from: number; size: number } {
  const from = params.int('nextToken') ?? 0;
  const size = params.int('maxResults') ?? fallback;
  if (from < 0) throw illegal('nextToken');
  if (size < 1 || size > 50) throw illegal('maxResults');
  return { from, size };
}

/** Leave records of the address book, newest last; times are ISO texts. */
const leaveRecords: Handler = ({ corp }, { params, now }) => {
  const start = Date.parse(needNew(params, 'startTime'));
  const end = params.has('endTime') ? Date.parse(needNew(params, 'endTime')) : now;
  const { from, size } = paging(params, 50);
  if (Number.isNaN(start) || Number.isNaN(end) || end - start > 365 * DAY_MS) throw illegal('startTime');
  const found = corp.leavers.filter(({ at }) => at >= start && at <= end);
  const records = found.slice(from, from + size).map(({ user, at, reason }) => ({
    userId: user.userid,
    name: user.name,
    stateCode: user.stateCode,
    mobile: user.mobile ?? undefined,
    leaveTime: `${new Date(at).toISOString().slice(0, 19)}Z`,
    leaveReason: reason,
  }));
  const more = from + size < found.length;
  return more ? { nextToken: String(from + size), records } : { records };
};

const dismissions: Handler = ({ corp, settings }, { params }) => {
  if (!settings.hrmOpen) throw hrmClosed();
  const { from, size } = paging(params, 30);
  const ids = [...new Set(corp.leavers.map(({ user }) => user.userid))].filter(
    (userid) => !corp.users.has(userid),
  );
  const userIdList = ids.slice(from, from + size);
  const hasMore = from + size < ids.length;
  return hasMore ? { nextToken: from + size, hasMore, userIdList } : { hasMore, userIdList };
};

const dimissionInfos: Handler = ({ corp, settings }, { params }) => {
  if (!settings.hrmOpen) throw hrmClosed();
  const wanted = parseIds(needNew(params, 'userIdList'));
  const result = corp.leavers
    .filter(({ user }) => wanted.includes(user.userid))
    .map(({ user, at }) => {
      const main = user.memberships[0]?.deptId ?? 1;
      return {
        userId: user.userid,
        lastWorkDay: Math.floor(at),
        deptList: user.memberships.map(({ deptId }) => ({
          dept_id: deptId,
          dept_path: pathOf(corp.departments, deptId),
        })),
        reasonMemo: '',
        preStatus: 3,
        handoverUserId: '',
        status: 2,
        mainDeptId: main,
        mainDeptName: corp.departments.get(main)?.name ?? '',
        voluntaryReason: [],
        passiveReason: [],
      };
    });
  return { result };
};

function parseIds(text: string): string[] {
  let ids: unknown;
  try {
    ids = JSON.parse(text);
  } catch {
    throw illegal('userIdList');
  }
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > 50) throw illegal('userIdList');
  return ids.map(String);
}

function pathOf(
  departments: ReadonlyMap<number, { name: string; parentId: number | null }>,
  id: number,
): string {
  const names: string[] = [];
  for (let dept = departments.get(id); dept; dept = departments.get(dept.parentId ?? 0))
    names.unshift(dept.name);
  return names.join('-');
}

function hrmClosed(): Error {
  return fresh(400, 'corpNotOpenHrm', '企业未开通智能人事');
}

const READ = { method: 'GET', family: 'new', shape: 'new' } as const;

export const LEAVER_READS: readonly Route[] = [
  {
    ...READ,
    path: '/v1.0/contact/empLeaveRecords',
    scope: 'Contact.Common.Read',
    countsForQuota: true,
    handle: leaveRecords,
  },
  { ...READ, path: '/v1.0/hrm/employees/dismissions', scope: 'qyapi_hrm_read_user', handle: dismissions },
  {
    ...READ,
    path: '/v1.0/hrm/employees/dimissionInfos',
    scope: 'qyapi_hrm_read_user',
    handle: dimissionInfos,
  },
];
