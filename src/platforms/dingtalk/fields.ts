import type { Connection, TargetField, TargetMembership, TargetValues } from '../../domain/index.ts';
import { unitNumber as departmentId, exactInteger } from '../kit/json.ts';
import { writtenMobile } from '../kit/mobile.ts';
import { FOR_GOOD, FORMS, targetField, type WireField, wireBody } from '../kit/target-field.ts';
import { negated } from '../kit/text.ts';
import { dingtalkSettings } from './config.ts';

const NAME = { maxLength: 80, required: true, clearable: false, from: 'displayName' };
const MOBILE = { maxLength: 20, ...FOR_GOOD, from: 'mobile', pattern: FORMS.mobile };
const HIRED = { maxLength: 15, clearable: false, pattern: FORMS.milliseconds };
const TELEPHONE = { maxLength: 50, unique: true };

/** Both mailboxes by name on the wire; which of them is the person's mail is a pull rule (row ID-08). */
const mailboxes = (isCompany: boolean): readonly WireField[] => {
  const own = { maxLength: 50, unique: true, pattern: FORMS.mail, ...(isCompany ? {} : { from: 'email' }) };
  const office = { maxLength: 100, pattern: FORMS.mail, ...(isCompany ? { from: 'email' } : {}) };
  return [
    ['email', targetField(isCompany ? 'personalEmail' : 'email', ['个人邮箱', 'own mail'], own)],
    ['org_email', targetField(isCompany ? 'email' : 'companyEmail', ['企业邮箱', 'company mail'], office)],
  ];
};

/** https://open.dingtalk.com/document/development/user-information-creation, and `user-information-update` */
const table = ({ pullRules }: Connection): readonly WireField[] => [
  ['name', targetField('name', ['姓名', 'name'], NAME)],
  ['mobile', targetField('mobile', ['手机号', 'mobile'], MOBILE)],
  ...mailboxes(pullRules.emailField === 'company'),
  ['job_number', targetField('jobNumber', ['工号', 'job number'], { maxLength: 50, from: 'jobNumber' })],
  ['title', targetField('title', ['职位', 'title'], { maxLength: 200, from: 'title' })],
  ['telephone', targetField('telephone', ['分机号', 'extension number'], TELEPHONE)],
  ['work_place', targetField('workPlace', ['办公地点', 'work place'], { maxLength: 100 })],
  ['remark', targetField('remark', ['备注', 'remark'], { maxLength: 2000 })],
  ['hired_date', targetField('hiredDate', ['入职时间', 'hired'], HIRED)],
];

export const fieldsOf = (connection: Connection): readonly TargetField[] =>
  table(connection).map(([, field]) => field);

/** Values as the body of a call. */
export const valuesBody = (connection: Connection, values: TargetValues): Record<string, unknown> => {
  const prefixed = dingtalkSettings(connection).mainlandNumbers === 'prefixed';
  const written = (wire: string, value: string): unknown => {
    if (wire === 'hired_date' && /^-?\d+$/.test(value)) return exactInteger(value);
    return wire === 'mobile' ? writtenMobile(value, { prefixed }) : value;
  };
  return wireBody(table(connection), values, written);
};

/** Departments of a person as the body of a call: the first is the main one, a larger order is nearer the top. */
export const membershipsBody = (memberships: readonly TargetMembership[]): Record<string, unknown> => {
  const ids = memberships.toSorted((a, b) => Number(b.primary) - Number(a.primary));
  const orders = memberships.flatMap(({ orgUnitExternalId: id, order }) =>
    order === undefined ? [] : [{ dept_id: departmentId(id), order: exactInteger(negated(order)) }],
  );
  const list = ids.map((one) => one.orgUnitExternalId).join(',');
  return { dept_id_list: list, ...(orders.length === 0 ? {} : { dept_order_list: orders }) };
};
