import type { User } from './corp.ts';
import { fresh } from './failures.ts';
import { needNew } from './params.ts';
import { userInRange } from './range.ts';
import type { Call, Handler, Route, World } from './world.ts';

/** Only accounts that belong to the company can be switched; ordinary ones belong to the person. */
function need({ corp }: World, { app, params }: Call): User {
  const user = corp.users.get(needNew(params, 'userId'));
  if (!user || corp.gone.has(user.userid) || !userInRange(corp, app, user))
    throw fresh(400, 'user.not.exist', '用户不存在');
  if (!user.exclusive) throw fresh(400, 'exclusive.account.only', '只支持专属帐号');
  return user;
}

/** Answers the same when it is so already. */
function switching(disabled: boolean): Handler {
  return (world, call) => {
    need(world, call).disabled = disabled;
    return { result: true };
  };
}

const signOut: Handler = (world, call) => {
  need(world, call);
  return { result: true };
};

const status: Handler = (world, call) => ({ result: !need(world, call).disabled });

const SWITCH = {
  method: 'POST',
  family: 'new',
  shape: 'new',
  scope: 'Contact.OrgAccountSecurity.ReadWrite',
  writes: true,
} as const;
const BASE = '/v1.0/contact/orgAccounts';

export const ACCOUNT_SWITCHES: readonly Route[] = [
  { ...SWITCH, path: `${BASE}/disable`, handle: switching(true) },
  { ...SWITCH, path: `${BASE}/enable`, handle: switching(false) },
  { ...SWITCH, path: `${BASE}/signOut`, handle: signOut },
  { ...SWITCH, method: 'GET', writes: false, path: `${BASE}/status`, handle: status },
];
