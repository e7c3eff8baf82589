import type { ErrorRow } from './app-error.ts';
import { afterFix, never, row } from './row.ts';

/** Saving and using a connection. */
const CONNECTIONS = {
  CONNECTION_NAME_TAKEN: row(409, never, {
    text: ['已有名为“{name}”的连接', 'There is a connection named "{name}" already'],
    remedy: ['请换一个名称。', 'Choose another name.'],
  }),
  CONNECTION_PLATFORM_UNKNOWN: row(400, never, {
    text: ['不支持平台 {platform}', 'The platform {platform} is not known here'],
    remedy: ['请从平台列表中选择。', 'Choose one of the listed platforms.'],
  }),
  CONNECTION_DISABLED: row(409, afterFix, {
    text: ['连接“{name}”未启用', 'The connection "{name}" is not enabled'],
    remedy: ['请先测试连接，再启用。', 'Test the connection, then enable it.'],
  }),
  CONNECTION_CANNOT_PULL: row(409, never, {
    text: ['平台 {platform} 不支持拉取通讯录', 'The directory of {platform} cannot be pulled'],
    remedy: ['请使用支持拉取的平台。', 'Use a platform that offers it.'],
  }),
  CONNECTION_BUSY: row(409, afterFix, {
    text: ['连接“{name}”正在导入', 'The connection "{name}" is importing'],
    remedy: ['请等导入结束，或先取消导入。', 'Wait for the import to end, or cancel it first.'],
  }),
  DEFAULT_PASSWORD_WEAK: row(400, never, {
    text: ['默认密码不符合密码策略：{rules}', 'The default password breaks the password policy: {rules}'],
    remedy: [
      '请改用符合策略的密码，否则账户无法导入。',
      'Choose one that satisfies the policy; accounts could not be imported with this one.',
    ],
  }),
} as const satisfies Record<string, ErrorRow>;

/** Running and reviewing an import. */
const RUNS = {
  IMPORT_UNITS_FIRST: row(409, afterFix, {
    text: ['连接“{name}”尚未导入过部门', 'No org units were imported through the connection "{name}" yet'],
    remedy: ['请先导入部门并确认，再导入人员。', 'Import the org units and commit them, then the accounts.'],
  }),
  IMPORT_PHASE_WRONG: row(409, never, {
    text: [
      '导入处于 {phase} 阶段，不能执行此操作',
      'The import is in phase {phase}; this cannot be done now',
    ],
    remedy: ['请刷新后按当前阶段操作。', 'Look at the import again and do what its phase allows.'],
  }),
  IMPORT_TAKEN_OVER: row(409, never, {
    text: ['导入 {runId} 已由另一个进程接手', 'The import {runId} was taken over by another worker'],
    remedy: ['无需处理，导入会继续。', 'Nothing to do; the import goes on there.'],
  }),
  IMPORT_CANCELLED: row(409, never, {
    text: ['导入已取消', 'The import was cancelled'],
    remedy: ['需要时请重新开始导入。', 'Start a new import when you need one.'],
  }),
  IMPORT_INCOMPLETE: row(409, afterFix, {
    text: ['拉取没有完成，没有完整性声明', 'The fetch did not end with a completeness statement'],
    remedy: ['请重新导入。', 'Start the import again.'],
  }),
  IMPORT_PARTIAL: row(409, never, {
    text: [
      '拉取不完整（{reasons}），未写入任何数据',
      'The fetch was not complete ({reasons}); nothing was written',
    ],
    remedy: [
      '请重新拉取；如确认无误，可在确认时声明接受不完整的拉取（不会停用任何人）。',
      'Pull again, or say with the commit that you accept an incomplete fetch; it disables nobody.',
    ],
  }),
  IMPORT_DIGEST_STALE: row(409, never, {
    text: [
      '您确认的内容与当前暂存内容不一致，未写入任何数据',
      'What you approved is not what is staged now; nothing was written',
    ],
    remedy: ['请重新查看暂存数据后再确认。', 'Review the staged rows again, then commit their new digest.'],
  }),
  IMPORT_ROSTER_MOVED: row(409, never, {
    text: [
      '暂存之后有 {count} 个对象已被修改：{names}，未写入任何数据',
      '{count} objects were changed after they were staged: {names}; nothing was written',
    ],
    remedy: ['请重新匹配后再确认。', 'Match again, review, then commit.'],
  }),
  IMPORT_ROWS_INVALID: row(409, never, {
    text: [
      '还有 {count} 行数据不合格：{names}，未写入任何数据',
      '{count} rows are not acceptable: {names}; nothing was written',
    ],
    remedy: [
      '请逐行修正或跳过，也可以一键移除全部不合格的行。',
      'Mend or skip them, or remove all invalid rows at once.',
    ],
  }),
  IMPORT_ROW_INVALID: row(409, never, {
    text: ['“{name}”这一行不合格，不能接受：{issues}', 'The row of "{name}" cannot be accepted: {issues}'],
    remedy: ['请先修正该行，或跳过它。', 'Mend the row first, or skip it.'],
  }),
  IMPORT_QUOTA_EXCEEDED: row(409, afterFix, {
    text: [
      '账户数将达到 {wanted}，超过额度 {quota}，未写入任何数据',
      'There would be {wanted} accounts, {quota} are allowed; nothing was written',
    ],
    remedy: ['请跳过部分新账户，或提高额度。', 'Skip some of the new accounts, or raise the quota.'],
  }),
  IMPORT_FIELD_FIXED: row(400, never, {
    text: ['字段 {field} 不能在导入中修正', 'The field {field} cannot be mended in an import'],
    remedy: ['请在来源处修改后重新导入。', 'Correct it at the source and import again.'],
  }),
  IMPORT_CANDIDATE_UNKNOWN: row(400, never, {
    text: ['账户 {accountId} 不能与此人关联', 'The account {accountId} cannot be linked to this person'],
    remedy: [
      '请选择本组织中未删除、且未与此连接中他人关联的账户；管理员账户须人工关联。',
      'Choose an account that exists, is linked to nobody else of this connection, and is not an administrator.',
    ],
  }),
  IMPORT_REVERT_STALE: row(409, never, {
    text: ['预览之后情况有变，未撤销任何内容', 'Things have changed since the preview; nothing was reverted'],
    remedy: ['请重新预览后再撤销。', 'Look at the preview again, then revert.'],
  }),
} as const satisfies Record<string, ErrorRow>;

/** Linking by hand. */
const LINKS = {
  ACCOUNT_LINKED: row(409, never, {
    text: [
      '账户 {userName} 在连接“{connection}”中已与 {name} 关联',
      'The account {userName} is linked to {name} of the connection "{connection}" already',
    ],
    remedy: ['请先解除该关联，再建立新的关联。', 'Remove that link first, then make the new one.'],
  }),
  REMOTE_ACCOUNT_LINKED: row(409, never, {
    text: ['{name} 已与账户 {userName} 关联', '{name} is linked to the account {userName} already'],
    remedy: ['请先解除该关联，再建立新的关联。', 'Remove that link first, then make the new one.'],
  }),
  REMOTE_ACCOUNT_GONE: row(409, afterFix, {
    text: ['{name} 已不在平台上，不能关联', '{name} is no longer on the platform and cannot be linked'],
    remedy: [
      '如此人仍在职，请检查可见范围后重新导入。',
      'If the person is still there, check the visible range and import again.',
    ],
  }),
} as const satisfies Record<string, ErrorRow>;

/** Codes of connections, import runs and links. */
export const IMPORT_ERRORS = { ...CONNECTIONS, ...RUNS, ...LINKS } as const satisfies Record<
  string,
  ErrorRow
>;
