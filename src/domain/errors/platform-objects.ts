import type { ErrorRow } from './app-error.ts';
import { after, afterFix, never, row } from './row.ts';

/** What the platform says about one department. */
export const ORG_UNIT_REFUSALS = {
  PLATFORM_ORG_UNIT_UNKNOWN: row(404, never, {
    text: ['平台上没有部门 {object}', 'The platform has no department {object}'],
    remedy: ['该部门可能已被删除，请重新同步。', 'It may have been deleted; pull again.'],
  }),
  PLATFORM_ORG_UNIT_INVALID: row(400, never, {
    text: ['平台不接受部门标识 {object}', 'The platform does not accept the department id {object}'],
    remedy: ['请检查部门对应关系。', 'Check the mapping of departments.'],
  }),
  PLATFORM_ORG_UNIT_ID_TAKEN: row(409, never, {
    text: ['部门标识 {object} 已存在', 'The department id {object} is taken'],
    remedy: ['请关联已有部门。', 'Link the existing department.'],
  }),
  PLATFORM_ORG_UNIT_NAME_TAKEN: row(409, never, {
    text: ['同一上级部门下已有同名部门', 'The parent already has a department of this name'],
    remedy: ['请改名，或关联已有部门。', 'Rename it, or link the existing department.'],
  }),
  PLATFORM_PARENT_UNKNOWN: row(409, never, {
    text: ['平台上没有该上级部门', 'The platform does not have the parent department'],
    remedy: ['请先同步上级部门。', 'Synchronise the parent first.'],
  }),
  PLATFORM_NAME_ILLEGAL: row(400, never, {
    text: ['平台不接受名称（{vendorMessage}）', 'The platform does not accept the name ({vendorMessage})'],
    remedy: [
      '请在来源处改名：注意长度和特殊字符。',
      'Rename it at the source: mind length and special characters.',
    ],
  }),
  PLATFORM_CONTENT_FORBIDDEN: row(400, never, {
    text: ['内容包含平台禁止的词语', 'The content has words that the platform forbids'],
    remedy: ['请修改措辞。', 'Change the wording.'],
  }),
  PLATFORM_ORG_UNIT_NOT_EMPTY: row(409, never, {
    text: ['部门内还有成员，不能删除', 'The department still has members and cannot be deleted'],
    remedy: ['请先移走成员。', 'Move the members first.'],
  }),
  PLATFORM_ORG_UNIT_HAS_CHILDREN: row(409, never, {
    text: ['部门下还有子部门，不能删除', 'The department still has sub-departments and cannot be deleted'],
    remedy: ['请先删除子部门。', 'Delete the sub-departments first.'],
  }),
  PLATFORM_ROOT_PROTECTED: row(409, never, {
    text: ['根部门不能修改或删除', 'The root department can be neither changed nor deleted'],
    remedy: ['请将根部门排除在写入之外。', 'Exclude the root from writes.'],
  }),
  PLATFORM_TREE_CYCLE: row(409, never, {
    text: ['部门之间出现循环', 'The departments would form a cycle'],
    remedy: ['请更正部门的上下级关系。', 'Correct the tree.'],
  }),
  PLATFORM_DEPTH_EXCEEDED: row(409, never, {
    text: ['部门层级超过平台上限', 'The tree is deeper than the platform allows'],
    remedy: ['请减少层级。', 'Flatten the tree.'],
  }),
  PLATFORM_ORG_UNIT_FULL: row(409, never, {
    text: ['部门人数达到平台上限', 'The department has as many members as the platform allows'],
    remedy: ['请拆分部门。', 'Split the department.'],
  }),
  PLATFORM_ORG_UNIT_LIMIT: row(409, never, {
    text: ['部门总数达到平台上限', 'The company has as many departments as the platform allows'],
    remedy: ['请减少部门。', 'Reduce the number of departments.'],
  }),
  PLATFORM_VISIBILITY_INVALID: row(400, never, {
    text: ['部门可见范围设置不正确', 'The visibility settings of the department are wrong'],
    remedy: ['请检查可见名单（最多 50 项）。', 'Check the lists (at most 50 entries).'],
  }),
  PLATFORM_GROUP_OWNER_INVALID: row(400, never, {
    text: ['部门群主或主管不是有效成员', 'The owner of the group or the manager is not a valid member'],
    remedy: ['请先将其加入该部门。', 'Make the person a member of the department first.'],
  }),
} as const satisfies Record<string, ErrorRow>;

/** What the platform says about one person. */
export const ACCOUNT_REFUSALS = {
  PLATFORM_ACCOUNT_UNKNOWN: row(404, never, {
    text: ['平台上没有人员 {object}', 'The platform has no person {object}'],
    remedy: [
      '此人可能已离职、尚未接受邀请，或属于其他企业；请重新同步。',
      'The person may have left, not accepted yet, or belong to another company; pull again.',
    ],
  }),
  PLATFORM_ACCOUNT_LIST_INVALID: row(400, never, {
    text: ['人员名单中有无效成员', 'The list has people who are not members'],
    remedy: ['请更正名单。', 'Correct the list.'],
  }),
  PLATFORM_ACCOUNT_DISABLED: row(409, afterFix, {
    text: ['平台上该人员已被禁用', 'The platform has disabled this person'],
    remedy: ['请在平台上启用此人。', 'Enable the person at the platform.'],
  }),
  PLATFORM_ACCOUNT_NOT_OURS: row(409, never, {
    text: [
      '人员 {object} 的账号属于本人，企业不能停用',
      'The account of {object} belongs to the person; the company cannot switch it off',
    ],
    remedy: [
      '只有企业账号可以停用；请在推送规则中改为删除离职人员，或不作处理。',
      'Only enterprise accounts can be; let the push rules delete leavers, or leave them.',
    ],
  }),
  PLATFORM_ACCOUNT_ID_TAKEN: row(409, never, {
    text: ['人员标识已被占用', 'The id of the person is taken'],
    remedy: ['请关联已有成员。', 'Link the existing member.'],
  }),
  PLATFORM_ALREADY_MEMBER: row(409, never, {
    text: ['该号码的主人已是企业成员', 'The owner of this number is a member already'],
    remedy: ['请关联已有成员。', 'Link the existing member.'],
  }),
  PLATFORM_INVITED: row(202, after(3600), {
    text: ['已发出邀请，对方同意后即可加入', 'An invitation was sent; the person joins after accepting it'],
    remedy: ['请提醒本人在客户端接受团队邀请。', 'Ask the person to accept the invitation in the client.'],
  }),
  PLATFORM_MOBILE_INVALID: row(400, never, {
    text: ['平台不接受手机号码', 'The platform does not accept the mobile number'],
    remedy: [
      '请更正号码；非大陆号码使用 +区号-号码 的格式。',
      'Correct it; numbers outside the mainland are written +country-number.',
    ],
  }),
  PLATFORM_MOBILE_TAKEN: row(409, never, {
    text: ['手机号码已被占用', 'The mobile number is taken'],
    remedy: ['请关联已有成员或更换号码。', 'Link the existing member or use another number.'],
  }),
  PLATFORM_MOBILE_LOCKED: row(409, never, {
    text: [
      '已激活成员的手机号码不能由企业修改',
      'The number of an activated member cannot be changed by the company',
    ],
    remedy: [
      '请由本人修改，或删除后重新添加。',
      'The member changes it himself, or is deleted and added again.',
    ],
  }),
  PLATFORM_CONTACT_MISSING: row(400, never, {
    text: ['手机号码与邮箱不能同时为空', 'Mobile number and mail must not both be empty'],
    remedy: ['请至少填写一项。', 'Provide one of them.'],
  }),
  PLATFORM_EMAIL_INVALID: row(400, never, {
    text: ['平台不接受邮箱', 'The platform does not accept the mail address'],
    remedy: ['请更正邮箱。', 'Correct the address.'],
  }),
  PLATFORM_EMAIL_TAKEN: row(409, never, {
    text: ['邮箱已被占用', 'The mail address is taken'],
    remedy: ['请使用唯一的邮箱。', 'Use a unique address.'],
  }),
  PLATFORM_VALUE_TAKEN: row(409, never, {
    text: ['{field} 的值已被占用', 'The value of {field} is taken'],
    remedy: ['请使用唯一的值。', 'Use a unique value.'],
  }),
  PLATFORM_FIELD_INVALID: row(400, never, {
    text: [
      '平台不接受 {field} 的值（{vendorMessage}）',
      'The platform does not accept the value of {field} ({vendorMessage})',
    ],
    remedy: [
      '请在来源处更正该值；自定义字段须先在平台控制台创建。',
      'Correct it at the source; custom fields must exist in the platform console first.',
    ],
  }),
  PLATFORM_MANAGER_UNKNOWN: row(409, never, {
    text: ['平台上没有该主管', 'The platform does not have the manager'],
    remedy: ['请先同步主管。', 'Synchronise the manager first.'],
  }),
  PLATFORM_POSITION_MANAGED: row(409, never, {
    text: [
      '平台的智能人事正在管理职位，接口不能修改',
      'Positions are managed by the HR product of the platform and cannot be changed by API',
    ],
    remedy: ['请在智能人事中修改职位或部门。', 'Change title or department there.'],
  }),
  PLATFORM_HEAD_COUNT_LIMIT: row(409, afterFix, {
    text: ['企业人数达到平台上限', 'The company has as many people as the platform allows'],
    remedy: ['请完成企业认证或升级版本。', 'Verify the company or buy a larger edition.'],
  }),
} as const satisfies Record<string, ErrorRow>;

/** Sign-in by way of the platform, and messages through it. */
export const SIGN_IN_AND_MESSAGE_REFUSALS = {
  PLATFORM_LOGIN_CODE_INVALID: row(401, never, {
    text: ['登录码无效、已使用或已过期', 'The sign-in code is unknown, used or expired'],
    remedy: ['请重新登录。', 'Sign in again.'],
  }),
  PLATFORM_LOGIN_NOT_AUTHORIZED: row(403, afterFix, {
    text: ['此人不在应用的可见范围内', 'The person is outside the visible range of the app'],
    remedy: [
      '请将此人加入应用的可见范围，并确认应用已启用。',
      'Add the person to the visible range of the app and make sure that the app is enabled.',
    ],
  }),
  PLATFORM_SENDING_FORBIDDEN: row(409, afterFix, {
    text: ['平台禁止该应用发送消息', 'The platform forbids this app to send messages'],
    remedy: ['请稍后再试或联系平台客服。', 'Wait, or contact the support of the platform.'],
  }),
  PLATFORM_MESSAGE_QUOTA: row(429, after(86_400), {
    text: ['消息数量达到平台当日上限', 'The daily number of messages is used up'],
    remedy: ['请减少消息，次日再发。', 'Send fewer messages, and these tomorrow.'],
  }),
  PLATFORM_MESSAGE_DUPLICATE: row(409, never, {
    text: ['平台拒绝重复内容的消息', 'The platform refuses messages of the same content'],
    remedy: ['请在内容中加入变化的部分。', 'Add a part that varies.'],
  }),
} as const satisfies Record<string, ErrorRow>;
