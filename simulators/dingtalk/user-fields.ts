import type { Corp, User } from './corp.ts';
import { business } from './failures.ts';
import type { NewUser, UserPatch } from './mutations.ts';
import type { Params } from './params.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/** Longest text per wire field, the property it becomes, and the code when it is longer. */
const TEXTS: readonly { wire: string; key: keyof UserPatch; longest: number; code: number }[] = [
  { wire: 'name', key: 'name', longest: 80, code: 60112 },
  { wire: 'telephone', key: 'telephone', longest: 50, code: 40063 },
  { wire: 'job_number', key: 'jobNumber', longest: 50, code: 60123 },
  { wire: 'title', key: 'title', longest: 200, code: 60119 },
  { wire: 'email', key: 'email', longest: 50, code: 60105 },
  { wire: 'org_email', key: 'orgEmail', longest: 100, code: 60105 },
  { wire: 'work_place', key: 'workPlace', longest: 100, code: 40064 },
  { wire: 'remark', key: 'remark', longest: 2000, code: 40065 },
];

const TOO_LONG: Readonly<Record<number, string>> = {
  40063: '分机号长度不合法',
  40064: '办公地点长度不合法',
  40065: '备注长度不合法',
  60105: '邮箱不合法',
  60119: '职位信息不合法',
  60122: '扩展属性不合法',
  60123: '工号不合法',
};

const MOBILE = /^(1\d{10}|\+86-1\d{10}|\+(?!86-)\d{1,4}-\d{4,14})$/;

/** A mobile as it is kept, with its country code; 60103 for any other form. */
export function parseMobile(text: string, settings: Settings): { mobile: string; stateCode: string } {
  if (!MOBILE.test(text) || (settings.registeredAbroad && !text.startsWith('+'))) throw business(60103);
  if (!text.startsWith('+')) return { mobile: text, stateCode: '86' };
  const [stateCode = '', mobile = ''] = text.slice(1).split('-');
  return { mobile: stateCode === '86' ? mobile : text, stateCode };
}

/** The fields of create and update that change a person; checks length, uniqueness and references. */
export function readFields({ corp, settings }: World, params: Params, self: User | undefined): UserPatch {
  const patch: Record<string, unknown> = {};
  for (const { wire, key, longest, code } of TEXTS) {
    const isEmpty = params.values[wire] === '';
    if (isEmpty && self && !settings.emptyTextClears) continue;
    const value = isEmpty ? '' : params.text(wire);
    if (value === undefined) continue;
    if ([...value].length > longest) throw business(code, TOO_LONG[code]);
    patch[key] = value;
  }
  if (patch['name'] === '') throw business(60112);
  checkUnique(corp, patch, self);
  const manager = params.text('manager_userid');
  if (manager !== undefined && !corp.users.has(manager)) throw business(60128);
  if (manager !== undefined) patch['managerUserid'] = manager;
  const hired = params.int('hired_date');
  if (hired !== undefined) patch['hiredDate'] = hired;
  const hidden = params.bool('hide_mobile');
  if (hidden !== undefined) patch['hideMobile'] = hidden;
  const senior = params.bool('senior_mode');
  if (senior !== undefined) patch['senior'] = senior;
  const extension = readExtension(params, settings);
  const appends = params.int('ext_attrs_update_mode') === 1;
  if (extension) patch['extension'] = appends ? { ...self?.extension, ...extension } : extension;
  // Every custom field that is not sent again is cleared, also where none is sent.
  else if (self && !appends && settings.extensionClearedWhenAbsent) patch['extension'] = {};
  return patch as UserPatch;
}

/** Mail and extension number are unique in the corp. */
function checkUnique(corp: Corp, patch: Readonly<Record<string, unknown>>, self: User | undefined): void {
  const email = patch['email'];
  const telephone = patch['telephone'];
  if (!email && !telephone) return;
  if (email && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(String(email))) throw business(60105, TOO_LONG[60105]);
  const taken = (index: ReadonlyMap<string, string>, value: unknown): boolean => {
    const holder = value ? index.get(String(value)) : undefined;
    return holder !== undefined && holder !== self?.userid;
  };
  if (taken(corp.byEmail, email)) throw business(60106);
  if (taken(corp.byTelephone, telephone)) throw business(40100, '分机号已存在');
}

function readExtension(params: Params, { customFields }: Settings): Record<string, string> | undefined {
  const value = params.structure('extension');
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw business(60122, TOO_LONG[60122]);
  if (JSON.stringify(value).length > 2000) throw business(60122, TOO_LONG[60122]);
  if (customFields && Object.keys(value).some((key) => !customFields.includes(key)))
    throw business(60122, TOO_LONG[60122]);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, String(entry)]));
}

/** Departments of create and update with the orders and titles given for them. */
export function readMemberships(corp: Corp, params: Params): NewUser['memberships'] | undefined {
  const ids = params.list('dept_id_list')?.map(Number);
  if (!ids) return undefined;
  if (ids.length > 100 || ids.some((id) => !Number.isSafeInteger(id))) throw business(40066);
  if (ids.some((id) => !corp.departments.has(id))) throw business(60003);
  const orders = entries(params, 'dept_order_list');
  const titles = entries(params, 'dept_title_list');
  return [...new Set(ids)].map((deptId) => {
    const order = orders.find((entry) => Number(entry['dept_id']) === deptId)?.['order'];
    const title = titles.find((entry) => Number(entry['dept_id']) === deptId)?.['title'];
    return {
      deptId,
      ...(order === undefined ? {} : { order: bigOrder(order) }),
      ...(title === undefined ? {} : { title: String(title) }),
    };
  });
}

function entries(params: Params, name: string): Record<string, unknown>[] {
  const value = params.structure(name);
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw business(400002);
  return value as Record<string, unknown>[];
}

function bigOrder(value: unknown): bigint {
  if (!/^-?\d{1,19}$/.test(String(value))) throw business(400002);
  return BigInt(String(value));
}
