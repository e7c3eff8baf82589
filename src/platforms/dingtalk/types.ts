import { z } from 'zod';

// Lenient about keys that we do not use, strict about the types of those that we do.

/** Integers may come as text when they exceed 2^53. */
const integer = z.union([z.int(), z.string().regex(/^-?\d+$/)]).transform(String);
const text = z.string().optional();

/** Envelope of the legacy family. https://open.dingtalk.com/document/development/server-api-error-codes-1 */
export const legacyEnvelope = z.object({
  errcode: integer,
  errmsg: text,
  sub_code: z.union([z.string(), z.number()]).transform(String).optional(),
  sub_msg: text,
});

/** Failure of the new family. */
export const newFailure = z.object({
  code: z.string(),
  message: text,
  accessdenieddetail: z.object({ requiredScopes: z.array(z.string()).optional() }).optional(),
});

/** Answer of the guard before the API when our address is blocked; has neither `errcode` nor `code`. */
export const blockedAnswer = z.union([
  z.object({ status: z.literal(1111), wait: z.number().optional() }),
  z.object({ punish: z.literal('deny'), wait: z.number().optional() }),
]);

const token = z.string().min(1);
const life = z.number().positive();
/** The three token answers, brought to one shape. */
export const tokenAnswers = {
  legacy: z
    .object({ access_token: token, expires_in: life })
    .transform((answer) => ({ value: answer.access_token, lifeSeconds: answer.expires_in })),
  new: z
    .object({ accessToken: token, expireIn: life })
    .transform((answer) => ({ value: answer.accessToken, lifeSeconds: answer.expireIn })),
  unified: z
    .object({ access_token: token, expires_in: life })
    .transform((answer) => ({ value: answer.access_token, lifeSeconds: answer.expires_in })),
};

/** https://open.dingtalk.com/document/development/obtain-corpsecret-authorization-scope */
export const scopesAnswer = z.object({
  auth_user_field: z.array(z.string()).optional(),
  auth_org_scopes: z.object({ authed_dept: z.array(integer), authed_user: z.array(z.string()) }),
});

const department = z.object({
  dept_id: integer,
  name: z.string(),
  parent_id: integer.optional(),
  source_identifier: text,
});
export type Department = z.infer<typeof department>;

/** https://open.dingtalk.com/document/development/user-management-acquires-the-list-departments */
export const subDepartmentsAnswer = z.object({ result: z.array(department) });

/** https://open.dingtalk.com/document/development/obtain-the-list-of-sub-department-ids */
export const childIdsAnswer = z.object({ result: z.object({ dept_id_list: z.array(integer) }) });

/** https://open.dingtalk.com/document/development/query-department-details0-v2 */
export const departmentAnswer = z.object({
  result: department.extend({ dept_manager_userid_list: z.array(z.string()).optional() }),
});

/** https://open.dingtalk.com/document/development/query-the-list-of-all-parent-departments-of-a-department */
export const parentsAnswer = z.object({ result: z.object({ parent_id_list: z.array(integer) }) });

const person = z.object({
  userid: z.string().min(1),
  unionid: text,
  name: z.string(),
  avatar: text,
  state_code: text,
  mobile: text,
  hide_mobile: z.boolean().optional(),
  telephone: text,
  job_number: text,
  title: text,
  email: text,
  org_email: text,
  work_place: text,
  remark: text,
  extension: text,
  hired_date: z.number().optional(),
  active: z.boolean().optional(),
  admin: z.boolean().optional(),
  boss: z.boolean().optional(),
  exclusive_account: z.boolean().optional(),
  manager_userid: text,
  dept_id_list: z.array(integer).default([]),
});
export type Person = z.infer<typeof person>;

const listedPerson = person.extend({ dept_order: integer.optional(), leader: z.boolean().optional() });
export type ListedPerson = z.infer<typeof listedPerson>;

/** https://open.dingtalk.com/document/development/queries-the-complete-information-of-a-department-user */
export const membersAnswer = z.object({
  result: z
    .object({ has_more: z.boolean(), next_cursor: integer.optional(), list: z.array(listedPerson) })
    .refine((page) => !page.has_more || page.next_cursor !== undefined, 'more is promised without a cursor'),
});

const fullPerson = person.extend({
  dept_order_list: z.array(z.object({ dept_id: integer, order: integer })).optional(),
  leader_in_dept: z.array(z.object({ dept_id: integer, leader: z.boolean() })).optional(),
});
export type FullPerson = z.infer<typeof fullPerson>;

/** https://open.dingtalk.com/document/development/query-user-details */
export const personAnswer = z.object({ result: fullPerson });

/** https://open.dingtalk.com/document/development/query-the-list-of-department-userids */
export const memberIdsAnswer = z.object({ result: z.object({ userid_list: z.array(z.string()) }) });

/** https://open.dingtalk.com/document/development/user-management-acquires-number-employees */
export const countAnswer = z.object({ result: z.object({ count: z.int().nonnegative() }) });
