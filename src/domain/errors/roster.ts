import type { ErrorRow } from './app-error.ts';

const never = { kind: 'never' } as const;
const afterFix = { kind: 'after-fix' } as const;

/** Refusals of edits to the roster. */
export const ROSTER_ERRORS = {
  USER_NAME_TAKEN: {
    httpStatus: 409,
    retry: never,
    text: { zh: '用户名 {userName} 已被使用', en: 'The user name {userName} is taken' },
    remedy: {
      zh: '请换一个用户名；大小写、全角半角视为相同。',
      en: 'Choose another one; case and full-width forms make no difference.',
    },
  },
  SIBLING_NAME_TAKEN: {
    httpStatus: 409,
    retry: never,
    text: {
      zh: '同一上级下已有名为 {name} 的组织单元',
      en: 'The parent already holds an org unit named {name}',
    },
    remedy: { zh: '请改名或选择其他上级。', en: 'Choose another name or another parent.' },
  },
  ATTRIBUTE_VALUE_TAKEN: {
    httpStatus: 409,
    retry: never,
    text: {
      zh: '唯一属性 {name} 的值 {value} 已被使用',
      en: 'The value {value} of the unique attribute {name} is taken',
    },
    remedy: { zh: '请填写其他值。', en: 'Enter another value.' },
  },
  ATTRIBUTE_NAME_TAKEN: {
    httpStatus: 409,
    retry: never,
    text: { zh: '属性 {name} 已存在', en: 'There already is an attribute {name}' },
    remedy: {
      zh: '请换一个名称，或修改已有的属性。',
      en: 'Choose another name, or edit the existing attribute.',
    },
  },
  ATTRIBUTE_UNKNOWN: {
    httpStatus: 400,
    retry: never,
    text: { zh: '没有名为 {name} 的已启用属性', en: 'There is no enabled attribute named {name}' },
    remedy: {
      zh: '请先在数据字典中建立并启用该属性。',
      en: 'Define and enable it in the data dictionary first.',
    },
  },
  ATTRIBUTE_ILLEGAL: {
    httpStatus: 400,
    retry: never,
    text: {
      zh: '属性 {name} 的值不正确：{reason}',
      en: 'The value of attribute {name} is not acceptable: {reason}',
    },
    remedy: { zh: '请按属性定义填写。', en: 'Enter a value of the type that the attribute is defined with.' },
  },
  ATTRIBUTE_REQUIRED: {
    httpStatus: 400,
    retry: never,
    text: { zh: '属性 {name} 为必填', en: 'The attribute {name} is required' },
    remedy: { zh: '请填写该属性。', en: 'Enter a value.' },
  },
  ATTRIBUTE_READ_ONLY: {
    httpStatus: 403,
    retry: never,
    text: { zh: '属性 {name} 不可编辑', en: 'The attribute {name} may not be edited' },
    remedy: {
      zh: '该属性只由导入或机器客户端写入；如需手工修改，请在数据字典中设为可编辑。',
      en: 'Only imports and machine clients write it; make it editable in the data dictionary to edit it by hand.',
    },
  },
  ATTRIBUTE_IN_USE: {
    httpStatus: 409,
    retry: afterFix,
    text: {
      zh: '属性 {name} 已有 {count} 个值，不能{change}',
      en: 'The attribute {name} has {count} values, so this is refused: {change}',
    },
    remedy: {
      zh: '请先清除这些值，或新建一个属性。',
      en: 'Clear the values first, or define a new attribute.',
    },
  },
  ATTRIBUTE_DEFINITION_ILLEGAL: {
    httpStatus: 400,
    retry: never,
    text: { zh: '属性定义不正确：{reason}', en: 'The attribute definition is not acceptable: {reason}' },
    remedy: { zh: '请按说明修改。', en: 'Correct it as described.' },
  },
  QUOTA_EXCEEDED: {
    httpStatus: 409,
    retry: afterFix,
    text: {
      zh: '账号数量已达配额（{count} / {quota}）',
      en: 'The account quota is used up ({count} of {quota})',
    },
    remedy: {
      zh: '请删除不再使用的账号，或提高配额。',
      en: 'Delete accounts that are no longer used, or raise the quota.',
    },
  },
  ORG_UNIT_NOT_EMPTY: {
    httpStatus: 409,
    retry: afterFix,
    text: {
      zh: '组织单元 {name} 下还有 {children} 个下级单元、{accounts} 个账号',
      en: 'The org unit {name} still holds {children} units and {accounts} accounts',
    },
    remedy: {
      zh: '请先移走它们，或选择连同下级一并删除。',
      en: 'Move them away first, or delete the unit together with what it holds.',
    },
  },
  ORG_UNIT_CYCLE: {
    httpStatus: 409,
    retry: never,
    text: {
      zh: '组织单元 {name} 不能移到自身或其下级之下',
      en: 'The org unit {name} cannot be moved below itself',
    },
    remedy: { zh: '请选择其他上级。', en: 'Choose another parent.' },
  },
  ORG_UNIT_IS_ROOT: {
    httpStatus: 409,
    retry: never,
    text: { zh: '根组织单元不能{action}', en: 'The root org unit cannot be changed this way: {action}' },
    remedy: { zh: '请对其下级进行操作。', en: 'Do this to one of its children.' },
  },
  ORG_UNIT_DELETED: {
    httpStatus: 409,
    retry: afterFix,
    text: { zh: '组织单元 {name} 已删除', en: 'The org unit {name} is deleted' },
    remedy: { zh: '请先恢复它，或选择其他组织单元。', en: 'Restore it first, or choose another org unit.' },
  },
  STATUS_CONFLICT: {
    httpStatus: 409,
    retry: never,
    text: {
      zh: '{type} {name} 当前状态为 {status}，不能{action}',
      en: '{type} {name} is {status}, so it cannot be {action}',
    },
    remedy: { zh: '请刷新后确认其状态。', en: 'Read it again and look at its status.' },
  },
  RESTORE_WINDOW_OVER: {
    httpStatus: 409,
    retry: never,
    text: { zh: '{name} 的恢复期已于 {until} 结束', en: 'The time to restore {name} ended at {until}' },
    remedy: { zh: '请新建。', en: 'Create it anew.' },
  },
  MANAGER_CYCLE: {
    httpStatus: 409,
    retry: never,
    text: {
      zh: '{manager} 不能成为 {name} 的上级：会形成循环',
      en: '{manager} cannot manage {name}: the line of managers would be a circle',
    },
    remedy: { zh: '请选择其他上级。', en: 'Choose another manager.' },
  },
  PRIMARY_MEMBERSHIP_REQUIRED: {
    httpStatus: 409,
    retry: never,
    text: { zh: '每个账号必须有且只有一个主组织单元', en: 'An account has exactly one primary org unit' },
    remedy: {
      zh: '请先把另一个组织单元设为主组织单元。',
      en: 'Make another org unit its primary one first.',
    },
  },
  OUTSIDE_SUBTREE: {
    httpStatus: 403,
    retry: never,
    text: {
      zh: '{type} {id} 不在您管理的组织范围内',
      en: '{type} {id} lies outside the org unit that you administer',
    },
    remedy: { zh: '请联系所有者扩大您的管理范围。', en: 'Ask an owner to widen your subtree.' },
  },
  PROTECTED_ACCOUNT: {
    httpStatus: 403,
    retry: never,
    text: {
      zh: '账号 {userName} 持有高于您的角色，您不能修改它',
      en: 'The account {userName} holds a role above yours, so you may not change it',
    },
    remedy: { zh: '请由所有者操作。', en: 'Ask an owner to do it.' },
  },
} as const satisfies Record<string, ErrorRow>;
