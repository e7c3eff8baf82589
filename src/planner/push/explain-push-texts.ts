import type { Text } from '../../domain/errors/app-error.ts';
import type { HoldCode, OperationState, PushIssueCode, PushReason } from '../../domain/sync.ts';

/** Every sentence by its code, so that a code without sentence does not compile. */
export const PUSH_REASON_TEXTS: Readonly<Record<PushReason, Text>> = {
  NEW_IN_ROSTER: {
    zh: '名册中的新对象：在平台上新建。',
    en: 'New in the roster: it is created on the platform.',
  },
  SAME_NAME_AND_LEVEL: {
    zh: '平台上同级同名的部门：建立关联，不写入平台。',
    en: 'The platform has a unit of this name at this level: they are linked, nothing is written.',
  },
  MATCHED: {
    zh: '按匹配规则 {rule} 找到平台上的同一人。',
    en: 'Found on the platform by the matching rule {rule}.',
  },
  ROSTER_CHANGED: { zh: '名册有变更，平台随之更新。', en: 'The roster has changed; the platform follows.' },
  DRIFT: {
    zh: '名册未变，平台上被改动：恢复为名册的内容。',
    en: 'Somebody changed it on the platform, not in the roster: it is brought back to what the roster says.',
  },
  DISABLED_IN_ROSTER: { zh: '账号在名册中已停用。', en: 'The account is disabled in the roster.' },
  DELETED_IN_ROSTER: { zh: '对象在名册中已删除。', en: 'It was deleted in the roster.' },
  DELETE_DUE: {
    zh: '停用已满规定天数：删除。',
    en: 'Disabled for as many days as the rule says: it is deleted.',
  },
  PARKED: {
    zh: '已停用的人员移入指定部门。',
    en: 'Disabled people are put into the unit that the rule names.',
  },
  OUT_OF_SCOPE: { zh: '不在推送范围内。', en: 'Outside of what is pushed.' },
  EXCLUDED: { zh: '已被明确排除（排除优先）。', en: 'Excluded by name; exclusion beats inclusion.' },
  RETURNED: { zh: '人员已恢复：在平台上启用。', en: 'Active again in the roster: enabled on the platform.' },
  GONE_ON_PLATFORM: {
    zh: '已关联的对象在平台上不复存在：须确认后重新新建。',
    en: 'Linked, and no longer on the platform: it is created again once somebody agrees.',
  },
  VACATE_NAME: {
    zh: '名称将由同级部门使用：先临时改名。',
    en: 'Its name is wanted beside it: it is called something else for a moment.',
  },
  VACATE_VALUE: {
    zh: '该值将由他人使用：先清空。',
    en: 'Somebody else gets the value: it is emptied first.',
  },
  INVITATION_ACCEPTED: {
    zh: '受邀人员已加入平台：建立关联。',
    en: 'The invitation was accepted: the person is linked.',
  },
  INVITATION_PENDING: { zh: '已邀请，等待本人同意。', en: 'Invited; the person has not agreed yet.' },
  UNDO: { zh: '撤销此前的一次推送。', en: 'Takes an earlier push back.' },
};

export const HOLD_TEXTS: Readonly<Record<HoldCode, Text>> = {
  GUARD_TRIPPED: {
    zh: '同类变更过多，触发保护：须人工放行。',
    en: 'There are too many changes of this kind: the guard holds them until somebody releases them.',
  },
  SHRINK_GUARD: {
    zh: '名册人数比上次明显减少：人员变更暂缓。',
    en: 'The roster has far fewer people than last time: changes of people are held.',
  },
  REMOTE_INCOMPLETE: {
    zh: '平台数据拉取不完整，无法确认对象是否存在。',
    en: 'The platform was not fetched completely, so nobody can say who is not there.',
  },
  GONE_ON_PLATFORM: {
    zh: '对象在平台上消失，须人工确认。',
    en: 'It vanished from the platform: a person has to look.',
  },
  DEPENDS_ON_HELD: { zh: '依赖的操作被暂缓。', en: 'It waits for another row that is held.' },
};

export const PUSH_ISSUE_TEXTS: Readonly<Record<PushIssueCode, Text>> = {
  SWITCHED_OFF: { zh: '规则 {field} 已关闭此类操作。', en: 'The rule {field} switches this off.' },
  UNSUPPORTED: { zh: '平台不支持此操作。', en: 'The platform cannot do this.' },
  PROTECTED: {
    zh: '受保护的对象，不作停用、删除、移动或改名。',
    en: 'Protected: never disabled, deleted, moved or renamed.',
  },
  QUARANTINED: { zh: '连续失败，已隔离。', en: 'In quarantine after failing again and again.' },
  MATCH_DISPUTED: {
    zh: '匹配不唯一（{value}），系统不作猜测：请手工关联。',
    en: 'The match is not unique ({value}) and nothing is guessed: link by hand.',
  },
  MATCH_TAKEN: {
    zh: '匹配到的平台人员（{value}）已关联他人。',
    en: 'The matching person of the platform ({value}) is linked to somebody else.',
  },
  NAME_ILLEGAL: {
    zh: '名称“{value}”含有平台不允许的字符。',
    en: 'The platform does not take the name “{value}”.',
  },
  NAME_TOO_LONG: {
    zh: '名称“{value}”超出平台长度限制。',
    en: 'The name “{value}” is too long for the platform.',
  },
  SIBLING_NAME_TAKEN: {
    zh: '同级已有同名部门“{value}”。',
    en: 'Another unit beside it is called “{value}”.',
  },
  DEPTH_EXCEEDED: {
    zh: '超过平台层级上限 {value}。',
    en: 'It would hang deeper than the {value} levels that the platform takes.',
  },
  CHILDREN_EXCEEDED: {
    zh: '上级的下级部门数超过上限 {value}。',
    en: 'Its parent would have more than {value} units in it.',
  },
  FIELD_REQUIRED: { zh: '缺少平台必填的 {field}。', en: 'The platform requires {field}, and it is empty.' },
  FIELD_ILLEGAL: {
    zh: '{field} 的值“{value}”不合法。',
    en: 'The platform does not take “{value}” for {field}.',
  },
  FIELD_TOO_LONG: { zh: '{field} 的值“{value}”过长。', en: '“{value}” is too long for {field}.' },
  FIELD_NOT_UPDATABLE: {
    zh: '{field} 新建后不可修改。',
    en: '{field} cannot be changed once the person is there.',
  },
  FIELD_NOT_CLEARABLE: { zh: '{field} 不能清空。', en: '{field} cannot be emptied.' },
  VALUE_TAKEN: {
    zh: '{field} 的值“{value}”已属他人。',
    en: 'Somebody else has the value “{value}” of {field}.',
  },
  TEMPLATE_FAILED: { zh: '{field} 的模板无法求值。', en: 'The template of {field} cannot be filled.' },
  EXTERNAL_ID_ILLEGAL: {
    zh: '平台账号“{value}”为空或不合法。',
    en: '“{value}” cannot be an id on the platform.',
  },
  EXTERNAL_ID_TAKEN: { zh: '平台账号“{value}”已被使用。', en: 'The platform id “{value}” is taken.' },
  ORG_UNIT_MISSING: { zh: '部门“{value}”不在平台上。', en: 'The unit “{value}” is not on the platform.' },
  MEMBERSHIPS_EXCEEDED: { zh: '所属部门超过上限 {value}。', en: 'Nobody can be in more than {value} units.' },
  MEMBERSHIP_REQUIRED: { zh: '至少须属于一个部门。', en: 'A person has to be in at least one unit.' },
  ORG_UNIT_NOT_EMPTY: {
    zh: '部门内仍有成员或下级（{value}）。',
    en: 'Somebody or something is still in it ({value}).',
  },
  PARENT_BLOCKED: {
    zh: '上级部门“{value}”未就绪。',
    en: 'Its parent “{value}” will not be where it has to be.',
  },
  REFERENCE_MISSING: {
    zh: '引用的人员“{value}”不在平台上，出现后补上。',
    en: '“{value}” is not on the platform; set when they appear.',
  },
  ROOT_FIXED: {
    zh: '平台的根部门不能移动、改名或删除。',
    en: 'The platform’s root cannot be moved, renamed or removed.',
  },
  IRREVERSIBLE: { zh: '无法撤销（{field}）。', en: 'It cannot be taken back ({field}).' },
};

export const OPERATION_STATE_TEXTS: Readonly<Record<OperationState, Text>> = {
  PLANNED: { zh: '批准后执行。', en: 'Done once the plan is approved and applied.' },
  RUNNING: { zh: '正在执行。', en: 'Being done.' },
  WAITING: { zh: '稍后重试。', en: 'Tried again later.' },
  INVITED: { zh: '已邀请，等待本人同意。', en: 'Invited; waits for the person.' },
  APPLIED: { zh: '已写入平台。', en: 'Written to the platform.' },
  UNCHANGED: { zh: '平台上已是如此。', en: 'It was so already.' },
  SKIPPED: { zh: '不执行。', en: 'Not done.' },
  HELD: { zh: '暂缓，等待放行或拒绝。', en: 'Held until somebody releases or rejects it.' },
  FAILED: { zh: '执行失败。', en: 'It could not be done.' },
  QUARANTINED: { zh: '对象已隔离。', en: 'The object is in quarantine.' },
  SUPERSEDED: {
    zh: '依据的数据已变化，未执行。',
    en: 'What it was computed from has changed; it was not done.',
  },
};
