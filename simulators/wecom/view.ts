import { type App, isRestricted } from './apps.ts';
import { type Corp, chainOf, type Department, type Member, membershipOf, ROOT, statusOf } from './corp.ts';
import type { Settings } from './settings.ts';

type Body = Record<string, unknown>;

/** Whether the app's range covers the department: it or one above it is listed. */
export function departmentVisible(corp: Corp, app: App, id: number): boolean {
  if (app.kind === 'contacts') return corp.departments.has(id);
  return chainOf(corp, id).some((part) => app.range.depts.includes(part));
}

/** Whether the app's range covers the member: listed, or in a visible department. */
export function memberVisible(corp: Corp, app: App, member: Member): boolean {
  if (app.kind === 'contacts') return true;
  // Whoever left is in no department any more.
  if (member.left && app.range.depts.includes(ROOT)) return true;
  const listed = app.range.users.some((userid) => userid.toLowerCase() === member.userid.toLowerCase());
  return listed || member.memberships.some(({ departmentId }) => departmentVisible(corp, app, departmentId));
}

/** Row of `department/list`, and `department/get`. */
export function departmentBody(
  corp: Corp,
  dept: Department,
  { app, settings }: { app: App; settings: Settings },
): Body {
  const leaders = [...dept.members].map((key) => corp.members.get(key) as Member);
  return {
    id: dept.id,
    name: dept.name,
    ...(dept.nameEn === '' ? {} : { name_en: dept.nameEn }),
    department_leader: leaders
      .filter((member) => membershipOf(member, dept.id)?.leader && memberVisible(corp, app, member))
      .map((member) => member.userid),
    parentid: dept.parentId ?? settings.rootParentId,
    order: dept.order,
  };
}

/** What is absent of a restricted app, besides the true gender. */
const RESTRICTED = ['avatar', 'mobile', 'email', 'biz_mail', 'qr_code', 'address'] as const;

/** The answer of `user/get`, and a row of `user/list`. */
export function memberBody(
  corp: Corp,
  member: Member,
  { app, settings }: { app: App; settings: Settings },
): Body {
  const places = member.memberships.filter(({ departmentId }) => departmentVisible(corp, app, departmentId));
  const body: Body = {
    userid: member.userid,
    name: member.name,
    department: places.map((entry) => entry.departmentId),
    order: places.map((entry) => entry.order),
    position: member.position,
    mobile: member.mobile,
    gender: member.gender,
    email: member.email,
    biz_mail: member.bizMail,
    is_leader_in_dept: places.map((entry) => (entry.leader ? 1 : 0)),
    direct_leader: member.directLeaders
      .map((key) => corp.members.get(key))
      .filter((leader) => leader !== undefined && memberVisible(corp, app, leader))
      .map((leader) => leader?.userid),
    avatar: avatarOf(member, 0),
    thumb_avatar: avatarOf(member, 100),
    telephone: member.telephone,
    alias: member.alias,
    address: member.address,
    extattr: { attrs: attributesOf(member) },
    status: statusOf(member),
    qr_code: `https://open.work.weixin.qq.com/wwopen/userQRCode?vcode=vc${member.seq}`,
    external_position: member.externalPosition,
    ...(member.externalProfile ? { external_profile: member.externalProfile } : {}),
    ...(settings.legacyExtras ? legacyExtras(member) : {}),
  };
  if (places.some((entry) => entry.departmentId === member.mainDepartment))
    body['main_department'] = member.mainDepartment;
  return app.kind === 'selfBuilt' && isRestricted(app) ? restricted(body, settings) : body;
}

function restricted(body: Body, settings: Settings): Body {
  for (const name of RESTRICTED) delete body[name];
  if (settings.thumbAvatarRestricted) delete body['thumb_avatar'];
  return { ...body, gender: '0' };
}

function avatarOf(member: Member, size: 0 | 100): string {
  return member.avatar === '' ? '' : `https://wework.qpic.cn/bizmail/${member.avatar}/${size}`;
}

function attributesOf(member: Member): Body[] {
  return [...member.attributes].map(([name, attribute]) =>
    attribute.type === 0
      ? { type: 0, name, value: attribute.value, text: { value: attribute.value } }
      : { type: 1, name, web: { url: attribute.url, title: attribute.title } },
  );
}

function legacyExtras(member: Member): Body {
  return {
    enable: member.disabled ? 0 : 1,
    isleader: member.memberships.some((entry) => entry.leader) ? 1 : 0,
    hide_mobile: 0,
    english_name: member.alias,
  };
}
