import type { App } from './apps.ts';
import type { User } from './corp.ts';
import { business } from './failures.ts';
import { userInRange } from './range.ts';
import { detail } from './user-view.ts';
import type { Call, Handler, Route, World } from './world.ts';

/** The person, if present and within the range: 60121 before 50002. */
function need({ corp }: World, { app }: Call, userid: string | undefined): User {
  const user = userid === undefined ? undefined : corp.users.get(userid);
  if (!user || corp.gone.has(user.userid)) throw business(60121);
  if (!userInRange(corp, app, user)) throw business(50002);
  return user;
}

const get: Handler = (world, call) => {
  const loginId = call.params.text('login_id');
  if (loginId === undefined) return detail(need(world, call, call.params.needText('userid')), call.app);
  // With login_id the userid is ignored; only enterprise accounts have one.
  const holder = world.corp.users.values().find((user) => user.loginId === loginId);
  return detail(need(world, call, holder?.userid), call.app);
};

const getbymobile: Handler = (world, call) => {
  const mobile = call.params.needText('mobile');
  if (!/^(\+\d{1,4}-)?\d{5,15}$/.test(mobile)) throw business(40104);
  const plain = mobile.startsWith('+86-') ? mobile.slice(4) : mobile;
  return { userid: need(world, call, world.corp.byMobile.get(plain)).userid };
};

const getbyunionid: Handler = (world, call) => {
  const userid = world.corp.byUnionid.get(call.params.needText('unionid'));
  return { contact_type: 0, userid: need(world, call, userid).userid };
};

/** Of the whole corp, whatever the range. */
const count: Handler = ({ corp, settings }, { params }) => {
  const onlyActive = params.bool('only_active');
  if (onlyActive === undefined) throw business(400002);
  let people = 0;
  for (const user of corp.users.values()) if (!onlyActive || user.active) people++;
  return { count: people + settings.countOffset };
};

const listadmin: Handler = ({ corp }) =>
  [...corp.users.values()]
    .filter((user) => user.admin > 0)
    .map(({ userid, admin }) => ({ userid, sys_level: admin }));

const scopes: Handler = (_world, { app }) => ({
  auth_user_field: authorisedFields(app),
  condition_field: [],
  auth_org_scopes: { authed_dept: app.range.depts, authed_user: app.range.users },
});

function authorisedFields(app: App): string[] {
  return [
    'name',
    ...(app.mobileField ? ['mobile'] : []),
    ...(app.personalFields ? ['email', 'orgEmail'] : []),
  ];
}

const TOPAPI = { method: 'POST', family: 'legacy', shape: 'topapi', scope: 'qyapi_get_member' } as const;

export const USER_READS: readonly Route[] = [
  { ...TOPAPI, path: '/topapi/v2/user/get', handle: get },
  {
    ...TOPAPI,
    path: '/topapi/v2/user/getbymobile',
    scope: 'qyapi_get_member_by_mobile',
    handle: getbymobile,
  },
  { ...TOPAPI, path: '/topapi/user/getbyunionid', handle: getbyunionid },
  { ...TOPAPI, path: '/topapi/user/count', handle: count },
  { ...TOPAPI, path: '/topapi/user/listadmin', handle: listadmin },
  {
    method: 'GET',
    family: 'legacy',
    shape: 'flat',
    path: '/auth/scopes',
    scope: 'qyapi_base',
    handle: scopes,
  },
];
