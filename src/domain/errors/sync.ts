import type { ErrorRow } from './app-error.ts';
import { after, afterFix, never, row } from './row.ts';

/** Planning. */
const PLANS = {
  CONNECTION_CANNOT_PUSH: row(409, never, {
    text: ['平台 {platform} 不支持推送通讯录', 'Nothing can be pushed to {platform}'],
    remedy: ['请使用支持推送的平台。', 'Use a platform that offers it.'],
  }),
  CONNECTION_READ_ONLY: row(409, afterFix, {
    text: [
      '连接“{name}”为只读，拒绝一切写入',
      'The connection "{name}" is read-only; every write to the platform is refused',
    ],
    remedy: ['确需写入时，请把连接改为读写。', 'Set its mode to READ_WRITE if Muster is to write there.'],
  }),
  PUSH_ROOT_NAME_MISMATCH: row(409, afterFix, {
    text: [
      '根部门名称不一致：花名册为“{roster}”，平台为“{platform}”，未写入任何数据',
      'The roots differ in name: "{roster}" in the roster, "{platform}" on the platform; nothing was written',
    ],
    remedy: [
      '请使两者同名，或在推送规则中指定对应的根部门或上级部门。',
      'Give them the same name, or say in the push rules which unit stands for the root, or below which unit to push.',
    ],
  }),
  PUSH_ROOT_UNKNOWN: row(409, afterFix, {
    text: ['推送规则中的部门 {id} 不存在', 'The unit {id} of the push rules does not exist'],
    remedy: [
      '请在推送规则中改选现有部门，或先拉取。',
      'Choose another unit in the push rules, or pull first.',
    ],
  }),
  PUSH_RULES_INVALID: row(400, never, {
    text: ['推送规则 {field} 有误：{reason}', 'The push rule {field} cannot be used: {reason}'],
    remedy: ['请修正该规则后再保存。', 'Correct it and save again.'],
  }),
  SYNC_PLAN_WAITS: row(409, after(15), {
    text: [
      '连接“{name}”正在拉取，计划在其结束后生成',
      'The connection "{name}" is being pulled; the plan is made after that',
    ],
    remedy: ['无需处理，稍后自动继续。', 'Nothing to do; it goes on by itself.'],
  }),
  SYNC_PLAN_PHASE_WRONG: row(409, never, {
    text: [
      '同步计划处于 {phase} 阶段，不能执行此操作',
      'The plan is in phase {phase}; this cannot be done now',
    ],
    remedy: ['请刷新后按当前阶段操作。', 'Look at the plan again and do what its phase allows.'],
  }),
  SYNC_PLAN_DIGEST_STALE: row(409, never, {
    text: [
      '摘要与计划当前内容不一致，未写入任何数据',
      'The digest is not that of the plan as it is now; nothing was written',
    ],
    remedy: ['请重新查看计划后再批准。', 'Look at the plan again and approve its present digest.'],
  }),
  SYNC_PLAN_EXPIRED: row(409, never, {
    text: ['同步计划已于 {at} 过期', 'The plan has expired at {at}'],
    remedy: ['请重新生成计划。', 'Plan again.'],
  }),
  SYNC_PLAN_NOT_APPROVED: row(409, afterFix, {
    text: ['同步计划还缺少 {missing} 个批准', 'The plan lacks {missing} approvals'],
    remedy: ['请由另一位管理员批准。', 'Somebody else has to approve it.'],
  }),
  SYNC_PLAN_TAMPERED: row(500, never, {
    text: [
      '同步计划 {planId} 的签名不符，拒绝执行',
      'The signature of plan {planId} does not hold; it is not applied',
    ],
    remedy: [
      '请重新生成计划，并检查数据库的访问记录。',
      'Plan again, and find out who wrote to the database.',
    ],
  }),
  SYNC_ROWS_TOO_MANY: row(400, never, {
    text: ['一次最多 {limit} 行', 'At most {limit} rows at a time'],
    remedy: ['请改用筛选条件。', 'Use a filter.'],
  }),
} as const satisfies Record<string, ErrorRow>;

/** Applying. */
const RUNS = {
  SYNC_RUN_PHASE_WRONG: row(409, never, {
    text: ['同步处于 {phase} 阶段，不能执行此操作', 'The run is in phase {phase}; this cannot be done now'],
    remedy: ['请刷新后按当前阶段操作。', 'Look at the run again and do what its phase allows.'],
  }),
  SYNC_RUN_BUSY: row(409, after(30), {
    text: ['连接“{name}”正在执行同步 {runId}', 'The connection "{name}" is applying the run {runId}'],
    remedy: ['请等待其结束，或先停止它。', 'Wait for it to end, or stop it first.'],
  }),
  SYNC_RUN_TAKEN_OVER: row(409, never, {
    text: ['同步 {runId} 已由另一个进程接手', 'The run {runId} was taken over by another worker'],
    remedy: ['无需处理，同步会继续。', 'Nothing to do; it goes on there.'],
  }),
  SYNC_STOPPED: row(409, never, {
    text: ['同步已停止', 'The run was stopped'],
    remedy: ['可以随时继续。', 'It can be resumed.'],
  }),
  CONNECTION_QUARANTINED: row(409, after(3600), {
    text: [
      '连接“{name}”已隔离（{reason}），每小时自动探测',
      'The connection "{name}" is in quarantine ({reason}); it is probed every hour',
    ],
    remedy: [
      '请按原因修正，恢复后会自动继续。',
      'Mend the cause; it goes on by itself once a probe succeeds.',
    ],
  }),
  SYNC_NOT_UNDOABLE: row(409, never, {
    text: ['同步 {runId} 没有可撤销的操作', 'The run {runId} has done nothing that could be undone'],
    remedy: ['请查看该次同步的操作结果。', 'Look at what became of its operations.'],
  }),
} as const satisfies Record<string, ErrorRow>;

/** Linking by hand and by file. */
const LINKS = {
  ORG_UNIT_LINKED: row(409, never, {
    text: [
      '部门“{orgUnit}”在此连接中已与平台部门“{name}”关联',
      'The org unit "{orgUnit}" is linked to "{name}" of this connection already',
    ],
    remedy: ['请先解除该关联，再建立新的关联。', 'Remove that link first, then make the new one.'],
  }),
  REMOTE_ORG_UNIT_LINKED: row(409, never, {
    text: [
      '平台部门“{name}”已与部门“{orgUnit}”关联',
      '"{name}" of the platform is linked to the org unit "{orgUnit}" already',
    ],
    remedy: ['请先解除该关联，再建立新的关联。', 'Remove that link first, then make the new one.'],
  }),
  REMOTE_ORG_UNIT_GONE: row(409, afterFix, {
    text: ['“{name}”已不在平台上，不能关联', '"{name}" is no longer on the platform and cannot be linked'],
    remedy: [
      '如部门仍在，请检查可见范围后重新拉取。',
      'If it is still there, check the visible range and pull again.',
    ],
  }),
  LINK_FILE_UNREADABLE: row(400, never, {
    text: ['文件无法读取：{reason}', 'The file cannot be read: {reason}'],
    remedy: ['请上传由此处导出的 .xlsx 或 .csv 文件。', 'Use an .xlsx or .csv file as exported here.'],
  }),
  LINK_FILE_COLUMN_MISSING: row(400, never, {
    text: ['文件缺少列“{column}”', 'The file has no column "{column}"'],
    remedy: ['请使用导出的表头。', 'Keep the header of the exported file.'],
  }),
} as const satisfies Record<string, ErrorRow>;

/** Planning and applying a push; linking. */
export const SYNC_ERRORS = { ...PLANS, ...RUNS, ...LINKS } as const satisfies Record<string, ErrorRow>;
