import type { OpenConnection, RemoteAccountValue, RemoteMembershipValue } from '../../domain/index.ts';
import type { Appearance } from '../kit/directory-reader.ts';
import { cleanText, negated, seenText } from '../kit/text.ts';
import type { FullPerson, ListedPerson, Person } from './types.ts';

/** Negative numbers are departments of home-school contacts, which no contact call accepts. */
export const isOrdinary = (departmentId: string): boolean => !departmentId.startsWith('-');

const parseExtension = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Mainland numbers plain, all others with their country number; `+xx-xxxx` and `state_code` are two spellings. */
const mobileOf = ({ mobile, state_code: state }: Person): RemoteAccountValue['mobile'] => {
  const text = seenText(mobile);
  if (typeof text !== 'string') return text;
  const digits = text.replace(/[\s-]/g, '');
  if (/^(\+?86)?1\d{10}$/.test(digits)) return digits.slice(-11);
  const country = cleanText(state ?? '').replace(/^\+/, '');
  return /^\d+$/.test(digits) && country !== '' && country !== '86' ? `+${country}${digits}` : digits;
};

const attributesOf = (person: Person): Record<string, unknown> => {
  const attributes: Record<string, unknown> = {
    personalEmail: seenText(person.email),
    companyEmail: seenText(person.org_email),
    avatar: seenText(person.avatar),
    telephone: seenText(person.telephone),
    workPlace: seenText(person.work_place),
    remark: seenText(person.remark),
    stateCode: seenText(person.state_code),
    hideMobile: person.hide_mobile,
    hiredDate: person.hired_date,
    activated: person.active,
    administrator: person.admin,
    boss: person.boss,
    exclusiveAccount: person.exclusive_account,
    extension: typeof person.extension === 'string' ? parseExtension(person.extension) : undefined,
  };
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
};

const accountOf = (
  person: Person,
  connection: OpenConnection,
  memberships: readonly RemoteMembershipValue[],
): RemoteAccountValue => ({
  externalId: person.userid,
  ids: [
    { kind: 'userid', value: person.userid },
    ...(person.unionid === undefined || person.unionid === ''
      ? []
      : [{ kind: 'unionid', value: person.unionid }]),
  ],
  name: seenText(person.name),
  mobile: mobileOf(person),
  email: seenText(connection.pullRules.emailField === 'company' ? person.org_email : person.email),
  jobNumber: seenText(person.job_number),
  title: seenText(person.title),
  managerExternalId: seenText(person.manager_userid),
  // The wire's `active` means "has signed in to the client once", not "may be used".
  active: undefined,
  memberships,
  attributes: attributesOf(person),
});

const membership = (
  orgUnitExternalId: string,
  leader: boolean | undefined,
  order: string | undefined,
): RemoteMembershipValue => ({
  orgUnitExternalId,
  leader: leader ?? false,
  // Within a department a larger number stands nearer the top.
  ...(order === undefined ? {} : { order: negated(order) }),
});

/** The person as the listing of one department shows him. */
export const listedAccount = (
  person: ListedPerson,
  connection: OpenConnection,
  departmentId: string,
): Appearance => ({
  account: accountOf(person, connection, [membership(departmentId, person.leader, person.dept_order)]),
  unitIds: person.dept_id_list.filter(isOrdinary),
});

/** The person with all departments, from the call for one person. */
export const fullAccount = (person: FullPerson, connection: OpenConnection): RemoteAccountValue => {
  const orders = new Map(person.dept_order_list?.map((one) => [one.dept_id, one.order]));
  const leads = new Map(person.leader_in_dept?.map((one) => [one.dept_id, one.leader]));
  const ids = [...new Set(person.dept_id_list)].filter(isOrdinary);
  const memberships = ids.map((id) => membership(id, leads.get(id), orders.get(id)));
  return accountOf(person, connection, memberships);
};
