import { z } from 'zod';
import { integer, orAbsent, text, texts, under } from '../kit/lenient.ts';

// Lenient about keys that we do not use, strict about the types of those that we do. Numbers are vendor pages below
// https://developer.work.weixin.qq.com/document/path/

/** Longest id that we can keep; the platform's own have 64 bytes. */
const ID_MAX_LENGTH = 256;
const id = z.string().min(1).max(ID_MAX_LENGTH);
const list = <Item extends z.ZodType>(item: Item) => orAbsent(z.array(item));
const people = list(z.object({ userid: id }));

/** 90313: of every answer; a few successes leave the code out. */
export const envelope = z.object({ errcode: orAbsent(integer), errmsg: text });

/** 90227 */
export const agentAnswer = z.object({
  allow_userinfos: orAbsent(z.object({ user: people })),
  allow_tags: orAbsent(z.object({ tagid: list(integer) })),
});

/** 90213 */
export const tagAnswer = under('userlist', people);

const numbers = { parentid: orAbsent(integer), order: orAbsent(integer) };
const department = z.object({ id: integer, ...texts('name name_en'), ...numbers });
export type Department = z.infer<typeof department>;

/** 90208 */
export const departmentsAnswer = under('department', z.array(department));
/** 95350 */
export const departmentIdsAnswer = under('department_id', z.array(department));
/** 95351 */
export const departmentAnswer = under('department', department);

/** A custom or external attribute; what is not a text is kept as it came. */
const attribute = z.looseObject({
  name: z.string(),
  value: text,
  text: orAbsent(z.looseObject({ value: text })),
});
const profile = z.looseObject({ external_corp_name: text, external_attr: list(attribute) });
export type Profile = Partial<z.infer<typeof profile>>;

/** "0" is said of those who have not told it, and of everybody where it may not be seen. */
const told = (gender: string | number | undefined) =>
  String(gender ?? 0) === '0' ? undefined : String(gender);

/** 90196 */
export const personAnswer = z.object({
  userid: id,
  ...texts('open_userid name alias english_name mobile email biz_mail position'),
  ...texts('telephone address avatar external_position'),
  gender: orAbsent(z.union([z.string(), z.number()])).transform(told),
  status: orAbsent(z.number()),
  department: list(integer),
  order: list(integer),
  is_leader_in_dept: list(z.number()),
  main_department: orAbsent(integer),
  direct_leader: list(z.string()),
  extattr: orAbsent(z.looseObject({ attrs: list(attribute) })).catch(undefined),
  external_profile: orAbsent(profile).catch(undefined),
});
export type Person = z.infer<typeof personAnswer>;

/** 90201 */
export const membersAnswer = under('userlist', z.array(personAnswer));
/** 90200 */
export const memberIdsAnswer = under('userlist', z.array(z.object({ userid: id })));
/** 96067 */
export const placesAnswer = z.object({
  next_cursor: text,
  dept_user: z.array(z.object({ userid: id, department: integer })),
});
/** 92520, 92521; some entries end with a wildcard. */
export const addressesAnswer = under('ip_list', z.array(z.string()));

/** 90205 */
export const departmentMade = under('id', integer);

/** Answers that tell nothing but success. */
export const done = z.object({});
