import type { Text } from '../../domain/errors/app-error.ts';
import type { HoldCode, OperationState, PushIssueCode, PushReason } from '../../domain/sync.ts';

/** Every sentence by its code, so that a code without sentence does not compile. */
export const PUSH_REASON_TEXTS: Readonly<Record<PushReason, Text>> = {
  NEW_IN_ROSTER: {
    zh: '花名册中有而平台上没有：将新建。',
    en: 'In the roster and not on the platform: it is made.',
  },
  SAME_NAME_AND_LEVEL: {
    zh: '平台上同级有同名部门：将建立关联。',
    en: 'The platform has a unit of that name at that place: the two are linked.',
  },
  MATCHED: {
    zh: '匹配规则在两侧各找到唯一一人：将建立关联。',
    en: 'A matching rule found exactly one person on both sides: the two are linked.',
  },
  ROSTER_CHANGED: {
    zh: '花名册在上次一致之后有变更：将更新平台。',
    en: 'The roster has changed since both last agreed: the platform follows.',
  },
  DRIFT: {
    zh: '平台与花名册不一致，而花名册自上次一致以来没有变化：平台将改为花名册的内容。',
    en: 'The platform differs although the roster has not changed since: it becomes what the roster says.',
  },
  DISABLED_IN_ROSTER: {
    zh: '账号已在花名册中停用。',
    en: 'The account is disabled in the roster.',
  },
  DELETED_IN_ROSTER: {
    zh: '对象已在花名册中删除。',
    en: 'It was deleted in the roster.',
  },
  DELETE_DUE: {
    zh: '停用已满规则规定的天数：将删除。',
    en: 'It has been disabled for as many days as the rule says: it is deleted.',
  },
  PARKED: {
    zh: '按规则把停用人员移入指定部门。',
    en: 'By rule, disabled people are put into a unit of their own.',
  },
  OUT_OF_SCOPE: {
    zh: '已关联但不在推送范围内，按规则移除。',
    en: 'Linked and outside of the scope: by rule it is removed.',
  },
  EXCLUDED: {
    zh: '已关联但被规则排除，按规则移除。',
    en: 'Linked and excluded by rule: it is removed.',
  },
  RETURNED: {
    zh: '账号重新启用：将在平台上启用。',
    en: 'The account is active again: so it is on the platform.',
  },
  GONE_ON_PLATFORM: {
    zh: '已关联的对象在平台上消失：新建前须人工确认。',
    en: 'Linked, and gone from the platform: making it anew is held for review.',
  },
  VACATE_NAME: {
    zh: '先让出名称，供同级另一部门使用。',
    en: 'It gives up its name first, which a sibling is going to have.',
  },
  VACATE_VALUE: {
    zh: '先清空该值，供另一人使用。',
    en: 'It gives up a value first, which somebody else is going to have.',
  },
  INVITATION_ACCEPTED: {
    zh: '受邀人已同意加入：将建立关联。',
    en: 'The person has accepted the invitation: the two are linked.',
  },
  INVITATION_PENDING: {
    zh: '受邀人尚未同意加入。',
    en: 'The person has not accepted the invitation yet.',
  },
  UNDO: { zh: '撤销先前的同步。', en: 'It takes an earlier run back.' },
};

export const HOLD_TEXTS: Readonly<Record<HoldCode, Text>> = {
  GUARD_TRIPPED: {
    zh: '同类变更超过保护上限，须人工放行或拒绝。',
    en: 'There are more changes of this kind than the guard lets pass: release or reject it.',
  },
  SHRINK_GUARD: {
    zh: '范围内的账号比上次全量计划少得过多，须人工放行或拒绝。',
    en: 'So many accounts are missing from the scope since the last full plan: release or reject it.',
  },
  REMOTE_INCOMPLETE: {
    zh: '平台数据未能完整读取，新建和删除须人工确认。',
    en: 'The platform could not be read completely: creates and deletes wait for a word.',
  },
  GONE_ON_PLATFORM: {
    zh: '对象可能是有意从平台删除的，须人工确认。',
    en: 'It may have been removed from the platform on purpose: release or reject it.',
  },
  FIELD_CONFLICT: {
    zh: '字段在平台与花名册两侧都改过且改得不同：放行 = 写入花名册的值。',
    en: 'Both sides have changed a field to different values: releasing it writes the roster’s.',
  },
  DEPENDS_ON_HELD: {
    zh: '依赖于另一条待确认的操作。',
    en: 'It depends on another row that is held.',
  },
};

export const PUSH_ISSUE_TEXTS: Readonly<Record<PushIssueCode, Text>> = {
  SWITCHED_OFF: {
    zh: '推送规则已关闭此类操作。',
    en: 'The push rules have switched off operations of this kind.',
  },
  UNSUPPORTED: { zh: '平台不支持此操作。', en: 'The platform cannot do this.' },
  PROTECTED: { zh: '对象受推送规则保护。', en: 'The push rules protect it.' },
  QUARANTINED: {
    zh: '多次同样失败后已隔离：请修正原因后解除隔离。',
    en: 'It failed in the same way too often: mend the cause, then release it from quarantine.',
  },
  MATCH_DISPUTED: {
    zh: '匹配到多个对象，系统不作猜测：请手工关联。',
    en: 'There are several matches and nothing is guessed: link it by hand.',
  },
  MATCH_TAKEN: {
    zh: '匹配到的对象已与他人关联：请检查关联。',
    en: 'The match is linked to somebody else: look at the links.',
  },
  NAME_ILLEGAL: {
    zh: '名称“{value}”含有平台不允许的内容：请在花名册中改名。',
    en: 'The platform does not take the name “{value}”: change it in the roster.',
  },
  NAME_TOO_LONG: {
    zh: '名称“{value}”超过平台允许的长度。',
    en: 'The name “{value}” is longer than the platform allows.',
  },
  SIBLING_NAME_TAKEN: {
    zh: '平台上同级已有名称“{value}”。',
    en: 'A sibling on the platform has the name “{value}”.',
  },
  DEPTH_EXCEEDED: {
    zh: '部门层级超过平台上限（{value}）。',
    en: 'The unit lies deeper than the platform allows ({value}).',
  },
  CHILDREN_EXCEEDED: {
    zh: '下级部门数超过平台上限（{value}）。',
    en: 'The unit above has more units below it than the platform allows ({value}).',
  },
  FIELD_REQUIRED: {
    zh: '平台要求填写 {field}，而值为空。',
    en: 'The platform requires {field}, and it is empty.',
  },
  FIELD_ILLEGAL: {
    zh: '{field} 的值“{value}”不符合平台规则。',
    en: 'The platform does not take “{value}” for {field}.',
  },
  FIELD_TOO_LONG: {
    zh: '{field} 的值超过平台允许的长度。',
    en: 'The value of {field} is longer than the platform allows.',
  },
  FIELD_NOT_UPDATABLE: {
    zh: '{field} 与花名册不同，但平台不允许修改。',
    en: '{field} differs, and the platform does not let it be changed.',
  },
  FIELD_NOT_CLEARABLE: {
    zh: '{field} 在花名册中为空，但平台不允许清空。',
    en: '{field} is empty in the roster, and the platform does not let it be emptied.',
  },
  VALUE_TAKEN: {
    zh: '{field} 的值“{value}”已被平台上的他人使用。',
    en: 'Somebody else on the platform has the value “{value}” of {field}.',
  },
  TEMPLATE_FAILED: {
    zh: '{field} 的模板无法求值（{value}）。',
    en: 'The template of {field} cannot be worked out ({value}).',
  },
  EXTERNAL_ID_ILLEGAL: {
    zh: '平台不接受标识“{value}”。',
    en: 'The platform does not take the id “{value}”.',
  },
  EXTERNAL_ID_TAKEN: {
    zh: '标识“{value}”已被使用。',
    en: 'The id “{value}” is taken.',
  },
  ORG_UNIT_MISSING: {
    zh: '所属部门在平台上不存在，也不在本计划中。',
    en: 'The unit is not on the platform, and this plan does not make it.',
  },
  MEMBERSHIPS_EXCEEDED: {
    zh: '所属部门数超过平台上限（{value}）。',
    en: 'The person is in more units than the platform allows ({value}).',
  },
  MEMBERSHIP_REQUIRED: {
    zh: '平台要求至少属于一个部门。',
    en: 'The platform wants everybody in at least one unit.',
  },
  ORG_UNIT_NOT_EMPTY: {
    zh: '部门内仍有花名册以外的人员或部门，不会删除。',
    en: 'The unit still holds people or units that are not in the roster: it is not deleted.',
  },
  PARENT_BLOCKED: {
    zh: '上级部门的操作被跳过，因此无法执行。',
    en: 'The unit above is skipped, so this cannot be done.',
  },
  REFERENCE_MISSING: {
    zh: '被引用的人“{value}”不在平台上，待其出现后补上。',
    en: 'The person it refers to (“{value}”) is not on the platform; it is repaired once they are.',
  },
  ROOT_FIXED: { zh: '平台的根部门不可改动。', en: "The platform's root cannot be changed." },
  IRREVERSIBLE: {
    zh: '此操作在平台上不可撤销。',
    en: 'This cannot be undone on the platform.',
  },
  FIELD_CONFLICT: {
    zh: '{field} 自上次一致（“{value}”）以来，平台与花名册都改过且改得不同。',
    en: 'Both sides have changed {field} to different values since they last agreed on “{value}”.',
  },
  PLATFORM_MASTER: {
    zh: '{field} 以平台为准（pullRules.masters），不会推送；拉取会带来平台的值。',
    en: 'The platform is the master of {field} (pullRules.masters): it is not pushed, and a pull brings the platform’s value.',
  },
  WAITS_FOR_PULL: {
    zh: '{field} 只有平台改过：不会覆盖，等待拉取带入花名册。',
    en: 'The platform alone has changed {field}: it is not written over, and waits for a pull to bring it.',
  },
};

export const OPERATION_STATE_TEXTS: Readonly<Record<OperationState, Text>> = {
  PLANNED: { zh: '计划执行，等待应用。', en: 'Planned; it is done when the plan is applied.' },
  RUNNING: { zh: '正在执行。', en: 'Being done.' },
  WAITING: { zh: '稍后重试。', en: 'It is tried again later.' },
  INVITED: { zh: '已邀请，等待本人同意。', en: 'The person was invited and has not agreed yet.' },
  APPLIED: { zh: '已写入平台。', en: 'Done.' },
  UNCHANGED: { zh: '平台上已经如此，未写入。', en: 'The platform held it already; nothing was written.' },
  SKIPPED: { zh: '已跳过，未写入。', en: 'Left out; nothing was written.' },
  HELD: { zh: '等待人工放行或拒绝。', en: 'Held until somebody releases or rejects it.' },
  FAILED: { zh: '执行失败。', en: 'It failed.' },
  QUARANTINED: { zh: '因多次同样失败而隔离。', en: 'Left out, because it failed so often in the same way.' },
  SUPERSEDED: {
    zh: '计划依据的数据已变化，未执行；由新计划处理。',
    en: 'What it was planned from has changed: it is not done, a newer plan sees to it.',
  },
};
