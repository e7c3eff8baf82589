import { z } from 'zod';
import { flag, integer, orAbsent, text } from '../kit/lenient.ts';

// Lenient about keys that we do not use, strict about the types of those that we do.

/** Longest id that we can keep; the platform's own have 64 characters. */
const ID_MAX_LENGTH = 256;

/** Envelope of the legacy family. https://open.dingtalk.com/document/development/server-api-error-codes-1 */
export const legacyEnvelope = z.object({
  errcode: integer,
  errmsg: text,
  sub_code: orAbsent(z.union([z.string(), z.number()]).transform(String)),
  sub_msg: text,
});

/** Failure of the new family. */
export const newFailure = z.object({
  code: z.string(),
  message: text,
  accessdenieddetail: orAbsent(z.object({ requiredScopes: orAbsent(z.array(z.string())) })),
});

const tokenAnswer = (value: string, life: string) =>
  z
    .object({ [value]: z.string().min(1), [life]: z.number().positive() })
    .transform((answer) => ({ value: String(answer[value]), lifeSeconds: Number(answer[life]) }));

/** The three token answers, brought to one shape. */
export const tokenAnswers = {
  legacy: tokenAnswer('access_token', 'expires_in'),
  new: tokenAnswer('accessToken', 'expireIn'),
  unified: tokenAnswer('access_token', 'expires_in'),
};

/** https://open.dingtalk.com/document/development/obtain-corpsecret-authorization-scope */
export const scopesAnswer = z.object({
  auth_user_field: z.array(z.string()).optional(),
  auth_org_scopes: z.object({ authed_dept: z.array(integer), authed_user: z.array(z.string()) }),
});

const department = z.object({
  dept_id: integer,
  name: z.string(),
  parent_id: orAbsent(integer),
  source_identifier: text,
});
export type Department = z.infer<typeof department>;

/** https://open.dingtalk.com/document/development/user-management-acquires-the-list-departments */
export const subDepartmentsAnswer = z.object({ result: z.array(department) });

/** https://open.dingtalk.com/document/development/obtain-the-list-of-sub-department-ids */
export const childIdsAnswer = z.object({ result: z.object({ dept_id_list: z.array(integer) }) });

/** https://open.dingtalk.com/document/development/query-department-details0-v2 */
export const departmentAnswer = z.object({
  result: department.extend({ dept_manager_userid_list: orAbsent(z.array(z.string())) }),
});

/** https://open.dingtalk.com/document/development/query-the-list-of-all-parent-departments-of-a-department */
export const parentsAnswer = z.object({ result: z.object({ parent_id_list: z.array(integer) }) });

const person = z.object({
  userid: z.string().min(1).max(ID_MAX_LENGTH),
  unionid: orAbsent(z.string().max(ID_MAX_LENGTH)),
  name: z.string(),
  avatar: text,
  state_code: text,
  mobile: text,
  hide_mobile: flag,
  telephone: text,
  job_number: text,
  title: text,
  email: text,
  org_email: text,
  work_place: text,
  remark: text,
  extension: text,
  hired_date: orAbsent(z.number()),
  active: flag,
  admin: flag,
  boss: flag,
  exclusive_account: flag,
  manager_userid: text,
  dept_id_list: orAbsent(z.array(integer)).transform((ids) => ids ?? []),
});
export type Person = z.infer<typeof person>;

/** Custom fields of a person; a text or a number each. */
export const extension = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

const listedPerson = person.extend({ dept_order: orAbsent(integer), leader: flag });
export type ListedPerson = z.infer<typeof listedPerson>;

/** https://open.dingtalk.com/document/development/queries-the-complete-information-of-a-department-user */
export const membersAnswer = z.object({
  result: z
    .object({ has_more: z.boolean(), next_cursor: orAbsent(integer), list: z.array(listedPerson) })
    .refine((page) => !page.has_more || page.next_cursor !== undefined, 'more is promised without a cursor'),
});

const fullPerson = person.extend({
  dept_order_list: orAbsent(z.array(z.object({ dept_id: integer, order: integer }))),
  leader_in_dept: orAbsent(z.array(z.object({ dept_id: integer, leader: z.boolean() }))),
});
export type FullPerson = z.infer<typeof fullPerson>;

/** https://open.dingtalk.com/document/development/query-user-details */
export const personAnswer = z.object({ result: fullPerson });

/** https://open.dingtalk.com/document/development/query-the-list-of-department-userids */
export const memberIdsAnswer = z.object({ result: z.object({ userid_list: z.array(z.string()) }) });

/** https://open.dingtalk.com/document/development/user-management-acquires-number-employees */
export const countAnswer = z.object({ result: z.object({ count: z.int().nonnegative() }) });

/** https://open.dingtalk.com/document/development/query-users-by-phone-number */
export const byMobileAnswer = z.object({ result: z.object({ userid: z.string().min(1) }) });

/** https://open.dingtalk.com/document/development/address-book-creation-department-established-department */
export const departmentMade = z.object({ result: z.object({ dept_id: integer }) });

/** https://open.dingtalk.com/document/development/user-information-creation; both spellings are met. */
export const personMade = z.object({
  result: z.object({ userid: z.string().min(1), unionId: text, unionid: text }),
});

/** Answers that tell nothing but success. */
export const done = z.object({});
export const switched = z.object({ result: z.literal(true) });
