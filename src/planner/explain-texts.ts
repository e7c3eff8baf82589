import type { Text } from '../domain/errors/app-error.ts';
import type { Decision, IssueCode, Outcome, Situation } from '../domain/staging.ts';
import type { LEAVER_REFUSALS } from './leavers.ts';
import type { ReasonCode } from './reasons.ts';

/** Every sentence by its code, so that a code without sentence does not compile. */
export const SITUATION_TEXTS: Readonly<Record<Situation, Text>> = {
  LINKED: {
    zh: '平台对象此前已与名册对象关联，关联不会被导入改变。',
    en: 'The platform object was linked before; an import never changes a link.',
  },
  UNLINKED: {
    zh: '尚未关联；平台的 {remote} 与名册的 {roster} 恰好匹配一个对象。',
    en: 'Not linked; the platform’s {remote} matches {roster} of exactly one object of the roster.',
  },
  UNMATCHED: {
    zh: '尚未关联，也没有匹配规则找到名册对象。',
    en: 'Not linked, and no matching rule found an object of the roster.',
  },
  DISPUTED: {
    zh: '匹配不唯一或对象已被占用（候选 {candidates} 个，依据 {remote} 与 {roster}），系统不作猜测。',
    en: 'The match is not unique or is taken ({candidates} candidates by {remote} and {roster}); nothing is guessed.',
  },
  DELETED: {
    zh: '已关联，但完整拉取的结果中没有该对象。',
    en: 'Linked, and absent from a complete fetch.',
  },
};

export const REASON_TEXTS: Readonly<Record<ReasonCode, Text>> = {
  NEW_ON_PLATFORM: { zh: '平台上的新对象：建议新建。', en: 'New on the platform: a create is proposed.' },
  MATCHED: {
    zh: '建议建立关联，差异字段随之更新。',
    en: 'A link is proposed; differing fields are updated with it.',
  },
  UNCHANGED: { zh: '与名册一致，无需操作。', en: 'Nothing differs from the roster.' },
  ROSTER_STANDS: {
    zh: '差异字段以名册为准，或只在名册中有改动、等待推送：无需操作。',
    en: 'What differs is the roster’s to say, or has changed in the roster alone and waits for a push: nothing is taken over.',
  },
  FIELDS_CHANGED: { zh: '字段有变化：建议更新。', en: 'Fields differ: an update is proposed.' },
  MEMBERSHIPS_CHANGED: {
    zh: '所属组织单元或主组织单元有变化：建议移动。',
    en: 'The units or the primary unit differ: a move is proposed.',
  },
  PARENT_CHANGED: {
    zh: '上级组织单元有变化：建议移动。',
    en: 'The parent unit differs: a move is proposed.',
  },
  SEVERAL_MATCHES: {
    zh: '匹配有争议：请选择正确的对象。',
    en: 'The match is disputed: choose the right object.',
  },
  MATCH_TAKEN: {
    zh: '匹配到的账号已关联到同一连接的另一人。',
    en: 'The matching account is linked to another person of this connection.',
  },
  LEFT_PLATFORM: {
    zh: '此人已离开平台：建议停用，须人工确认。',
    en: 'The person has left the platform: a disable is proposed and held for review.',
  },
  LEAVER_RULE_NONE: {
    zh: '此人已离开平台；按规则不作处理。',
    en: 'The person has left the platform; by rule nothing is done.',
  },
  LEAVER_ALREADY_DISABLED: {
    zh: '此人已离开平台，账号先前已停用。',
    en: 'The person has left the platform and the account is disabled already.',
  },
  LEAVER_PROTECTED: {
    zh: '此人已离开平台，但账号拥有管理角色，导入不会停用它。',
    en: 'The person has left the platform, but holds an administrative role: an import never disables it.',
  },
  REMOTE_INACTIVE: {
    zh: '平台表明该账号不可使用：建议停用，须人工确认。',
    en: 'The platform says that the account may not be used: a disable is proposed and held for review.',
  },
  RETURNED: {
    zh: '先前因离职被导入停用的人重新出现：建议启用，须人工确认。',
    en: 'A person whom an import disabled as a leaver is back: enabling is proposed and held for review.',
  },
  DELETED_IN_ROSTER: {
    zh: '名册中的对象已被删除；导入不会恢复它。',
    en: 'The object was deleted in the roster; an import does not restore it.',
  },
  UNIT_LEFT_PLATFORM: {
    zh: '组织单元已不在平台上；导入不会删除它。',
    en: 'The unit is no longer on the platform; an import does not remove it.',
  },
};

export const REFUSAL_TEXTS: Readonly<Record<(typeof LEAVER_REFUSALS)[number], Text>> = {
  NOT_ASKED: {
    zh: '本次拉取不含此类对象，缺席不代表离开。',
    en: 'This run did not ask for such objects, so absence means nothing.',
  },
  INCOMPLETE: {
    zh: '本次拉取不完整，缺席不代表离开。',
    en: 'The fetch was not complete, so absence means nothing.',
  },
  COUNT_MISMATCH: {
    zh: '人数与平台统计不符，缺席不代表离开。',
    en: 'The count differs from the platform’s own, so absence means nothing.',
  },
  EMPTY: {
    zh: '平台没有返回任何对象，缺席不代表离开。',
    en: 'The platform returned nothing at all, so absence means nothing.',
  },
};

export const ISSUE_TEXTS: Readonly<Record<IssueCode, Text>> = {
  NAME_MISSING: { zh: '没有名称。', en: 'There is no name.' },
  NAME_TOO_LONG: { zh: '{field} 过长。', en: 'The value of {field} is too long.' },
  MOBILE_MISSING: { zh: '缺少必填的手机号。', en: 'The mobile number, which is required, is missing.' },
  MOBILE_ILLEGAL: { zh: '手机号“{value}”不合法。', en: '“{value}” is not a mobile number.' },
  MOBILE_DUPLICATE: {
    zh: '手机号“{value}”与他人重复。',
    en: 'Somebody else has the mobile number “{value}”, too.',
  },
  EMAIL_ILLEGAL: { zh: '邮箱“{value}”不合法。', en: '“{value}” is not a mail address.' },
  EMAIL_DUPLICATE: {
    zh: '邮箱“{value}”与他人重复。',
    en: 'Somebody else has the mail address “{value}”, too.',
  },
  USER_NAME_MISSING: {
    zh: '规则指定的来源字段为空，无法生成用户名。',
    en: 'The field that user names are made from is empty.',
  },
  USER_NAME_ILLEGAL: {
    zh: '用户名“{value}”不合法：1–64 个字符，不含空白和控制字符。',
    en: '“{value}” is no user name: 1–64 characters without blanks and control characters.',
  },
  USER_NAME_DUPLICATE: {
    zh: '用户名“{value}”已被使用（不区分大小写）。',
    en: 'The user name “{value}” is taken (case does not matter).',
  },
  ORG_UNIT_UNKNOWN: {
    zh: '组织单元“{value}”未知：请先导入组织单元。',
    en: 'The unit “{value}” is not known: import the units first.',
  },
  ORG_UNIT_MISSING: { zh: '不属于任何组织单元。', en: 'The person is in no unit.' },
  PARENT_UNKNOWN: { zh: '上级组织单元“{value}”未知。', en: 'The parent unit “{value}” is not known.' },
  PARENT_CYCLE: {
    zh: '组织单元会成为自己的上级。',
    en: 'The unit would be above itself in the tree.',
  },
  SIBLING_NAME_DUPLICATE: {
    zh: '同一上级下已有同名组织单元“{value}”。',
    en: 'Another unit below the same parent is called “{value}”.',
  },
  MATCH_DISPUTED: { zh: '匹配到多个对象。', en: 'There are several matches.' },
  MATCH_TAKEN: { zh: '匹配到的对象已被关联。', en: 'The matching object is linked already.' },
  QUOTA_EXCEEDED: {
    zh: '超出账号配额（还可新建 {value} 个）。',
    en: 'The quota of accounts is used up ({value} may still be created).',
  },
  ATTRIBUTE_ILLEGAL: { zh: '{field} 的值“{value}”不合法。', en: '“{value}” is not legal for {field}.' },
  ATTRIBUTE_REQUIRED: { zh: '{field} 为必填。', en: '{field} is required.' },
  ATTRIBUTE_DUPLICATE: {
    zh: '{field} 的值“{value}”与他人重复。',
    en: 'Somebody else has the value “{value}” of {field}, too.',
  },
  IDENTITY_DUPLICATE: {
    zh: '平台把身份标识 {field}“{value}”同时给了他人，无法确定属于谁：请先在平台上更正。',
    en: 'The platform gives the identity {field} “{value}” to somebody else, too: mend that on the platform first.',
  },
  LEAVER: {
    zh: '离开平台的对象须人工确认。',
    en: 'Objects that left the platform are always held for review.',
  },
  PROTECTED_ACCOUNT: {
    zh: '账号拥有管理角色，导入不会关联、停用它或改变其登录字段（{field}：{value}）。',
    en: 'The account holds an administrative role: an import does not link or disable it or change how it signs in ({field}: {value}).',
  },
  GUARD_TRIPPED: {
    zh: '同类变更过多，触发保护，须人工确认。',
    en: 'There are too many changes of this kind: the guard holds them for review.',
  },
  MANAGER_UNKNOWN: {
    zh: '上级主管“{value}”尚未导入，待其出现后补上。',
    en: 'The manager “{value}” is not imported yet; the reference is repaired when they appear.',
  },
  FIELD_CONFLICT: {
    zh: '{field} 自上次一致（“{value}”）以来，平台与名册都改过且改得不同，须人工决定：接受 = 采用平台的值，修正 = 填写另一个值，跳过 = 保留名册的值。',
    en: 'Both sides have changed {field} to different values since they last agreed on “{value}”: accept = the platform’s value, mend = another one, skip = the roster’s stands.',
  },
  FIELD_KEPT: {
    zh: '{field} 保留名册的值：由字段主控方决定，或只有名册改过；平台上是“{value}”。',
    en: 'The roster’s value of {field} stands, by the field’s master or because the roster alone has changed it; the platform says “{value}”.',
  },
};

export const OUTCOME_TEXTS: Readonly<Record<Outcome | Decision | 'BLOCKED', Text>> = {
  APPLIED: { zh: '已写入名册。', en: 'Written to the roster.' },
  UNCHANGED: { zh: '没有变化，未写入。', en: 'Nothing had to be written.' },
  SKIPPED: { zh: '审核人选择跳过。', en: 'The reviewer skipped it.' },
  HELD: { zh: '未获确认，保留到下次审核。', en: 'Not confirmed: kept for the next review.' },
  FAILED: { zh: '写入失败。', en: 'It could not be written.' },
  PENDING: { zh: '等待审核人决定。', en: 'Waits for the reviewer.' },
  ACCEPTED: { zh: '将在提交时写入。', en: 'Will be written at the commit.' },
  BLOCKED: {
    zh: '存在必须先修正、跳过或移除的问题。',
    en: 'Cannot be accepted until its issues are mended, or it is skipped or removed.',
  },
};
