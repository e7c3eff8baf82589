import type { App } from './apps.ts';
import { membershipOf, type User } from './corp.ts';
import { literal } from './envelopes.ts';

/** Known to be empty = empty text; not kept = the key is left out (`JSON.stringify` drops `undefined`). */
function shown(value: string | null | undefined): string | undefined {
  return value === null ? '' : value;
}

/** Fields that depend on the app's field permissions; without the permission they are absent. */
function contact(user: User, app: App): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  if (app.mobileField && user.mobile !== undefined) {
    fields['state_code'] = user.stateCode;
    fields['mobile'] = shown(user.mobile);
  }
  if (app.personalFields) {
    fields['email'] = shown(user.email);
    if (user.orgEmail) fields['org_email'] = user.orgEmail;
    fields['work_place'] = shown(user.workPlace);
    fields['remark'] = user.remark ?? '';
    if (user.extension && Object.keys(user.extension).length > 0)
      fields['extension'] = JSON.stringify(user.extension);
  }
  return fields;
}

/** A row of `v2/user/list`; `dept_order` and `leader` are those of the listed department. */
export function listRow(user: User, deptId: number, app: App): Record<string, unknown> {
  const membership = membershipOf(user, deptId);
  return {
    userid: user.userid,
    unionid: user.unionid,
    name: user.name,
    avatar: '',
    ...contact(user, app),
    hide_mobile: user.hideMobile,
    telephone: shown(user.telephone) ?? '',
    job_number: shown(user.jobNumber),
    title: shown(user.title),
    dept_id_list: user.memberships.map((entry) => entry.deptId),
    dept_order: literal(membership?.order ?? 0n),
    hired_date: user.hiredDate,
    active: user.active,
    admin: user.admin > 0,
    boss: user.boss,
    leader: membership?.leader ?? false,
    exclusive_account: user.exclusive,
  };
}

/** The result of `v2/user/get`. */
export function detail(user: User, app: App): Record<string, unknown> {
  return {
    userid: user.userid,
    unionid: user.unionid,
    name: user.name,
    avatar: '',
    ...contact(user, app),
    hide_mobile: user.hideMobile,
    telephone: shown(user.telephone) ?? '',
    job_number: shown(user.jobNumber),
    title: shown(user.title),
    dept_id_list: user.memberships.map((entry) => entry.deptId),
    dept_order_list: user.memberships.map(({ deptId, order }) => ({
      dept_id: deptId,
      order: literal(order),
    })),
    // The wire does not keep the order of dept_id_list here.
    leader_in_dept: user.memberships.map(({ deptId, leader }) => ({ dept_id: deptId, leader })).reverse(),
    dept_position_list: positions(user),
    role_list: user.roles.length
      ? user.roles.map(({ id, name, groupName }) => ({ group_name: groupName, id, name }))
      : undefined,
    active: user.active,
    admin: user.admin > 0,
    boss: user.boss,
    senior: user.senior,
    real_authed: user.active,
    exclusive_account: user.exclusive,
    login_id: user.loginId,
    hired_date: user.hiredDate,
    create_time: new Date(user.createdAt).toISOString(),
    manager_userid: user.managerUserid || undefined,
    union_emp_ext: {},
  };
}

function positions(user: User): object[] | undefined {
  const titled = user.memberships.filter((entry) => entry.title !== undefined);
  if (titled.length === 0) return undefined;
  const main = user.memberships[0]?.deptId;
  return titled.map(({ deptId, title }) => ({ dept_id: deptId, is_main: deptId === main, title }));
}
