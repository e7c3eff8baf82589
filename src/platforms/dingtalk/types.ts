import { z } from 'zod';
import { flag, flags, integer, orAbsent, text, texts } from '../kit/lenient.ts';
import { tokenAnswer } from '../kit/token-answer.ts';

// Lenient about keys that we do not use, strict about the types of those that we do. The pages named below lie at
// https://open.dingtalk.com/document/development/

/** Longest id that we can keep; the platform's own have 64 characters. */
const ID_MAX_LENGTH = 256;

/** Envelope of the legacy family. Page `server-api-error-codes-1`. */
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

/** The three token answers, brought to one shape. */
export const tokenAnswers = {
  legacy: tokenAnswer('access_token', 'expires_in'),
  new: tokenAnswer('accessToken', 'expireIn'),
  unified: tokenAnswer('access_token', 'expires_in'),
};

/** Answers that tell nothing but success. */
export const done = z.object({});
export const switched = z.object({ result: z.literal(true) });

/** Where nearly all answers hold what they tell. */
const result = <Schema extends z.ZodType>(schema: Schema) => z.object({ result: schema });
const ids = orAbsent(z.array(integer)).transform((list) => list ?? []);

/** Page `obtain-corpsecret-authorization-scope`. */
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

/** Page `user-management-acquires-the-list-departments`. */
export const subDepartmentsAnswer = result(z.array(department));
/** Page `obtain-the-list-of-sub-department-ids`. */
export const childIdsAnswer = result(z.object({ dept_id_list: z.array(integer) }));
/** Page `query-department-details0-v2`. */
export const departmentAnswer = result(
  department.extend({ dept_manager_userid_list: orAbsent(z.array(z.string())) }),
);
/** Page `query-the-list-of-all-parent-departments-of-a-department`. */
export const parentsAnswer = result(z.object({ parent_id_list: z.array(integer) }));
/** Page `address-book-creation-department-established-department`. */
export const departmentMade = result(z.object({ dept_id: integer }));

const person = z.object({
  userid: z.string().min(1).max(ID_MAX_LENGTH),
  unionid: orAbsent(z.string().max(ID_MAX_LENGTH)),
  name: z.string(),
  ...texts('avatar state_code mobile telephone job_number title email org_email work_place remark'),
  ...texts('extension manager_userid'),
  ...flags('hide_mobile active admin boss exclusive_account'),
  hired_date: orAbsent(z.number()),
  dept_id_list: ids,
});
export type Person = z.infer<typeof person>;

/** Custom fields of a person; a text or a number each. */
export const extension = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

const listedPerson = person.extend({ dept_order: orAbsent(integer), leader: flag });
export type ListedPerson = z.infer<typeof listedPerson>;

const fullPerson = person.extend({
  dept_order_list: orAbsent(z.array(z.object({ dept_id: integer, order: integer }))),
  leader_in_dept: orAbsent(z.array(z.object({ dept_id: integer, leader: z.boolean() }))),
});
export type FullPerson = z.infer<typeof fullPerson>;

/** Page `queries-the-complete-information-of-a-department-user`. */
export const membersAnswer = result(
  z
    .object({ has_more: z.boolean(), next_cursor: orAbsent(integer), list: z.array(listedPerson) })
    .refine((page) => !page.has_more || page.next_cursor !== undefined, 'more is promised without a cursor'),
);
/** Page `query-user-details`. */
export const personAnswer = result(fullPerson);
/** Page `query-the-list-of-department-userids`. */
export const memberIdsAnswer = result(z.object({ userid_list: z.array(z.string()) }));
/** Page `user-management-acquires-number-employees`. */
export const countAnswer = result(z.object({ count: z.int().nonnegative() }));
/** Page `query-users-by-phone-number`. */
export const byMobileAnswer = result(z.object({ userid: z.string().min(1) }));
/** Page `user-information-creation`; both spellings are met. */
export const personMade = result(z.object({ userid: z.string().min(1), unionId: text, unionid: text }));

/** Page `event-subscription-and-data-push`. What is read is off the list: one odd entry must not cost the others. */
export const failedAnswer = z.object({
  has_more: flag,
  failed_list: orAbsent(z.array(z.record(z.string(), z.unknown()))).transform((list) => list ?? []),
});
export const registeredAnswer = z.object({ url: z.string() });

/** Stream: https://open-dingtalk.github.io/developerpedia/docs/learn/stream/protocol */
export const ticket = z.object({ endpoint: z.string(), ticket: z.string().min(1) });
