import type { ErrorRow } from './app-error.ts';

const never = { kind: 'never' } as const;
const soon = { kind: 'after', seconds: 1 } as const;

/** Codes that any part may use. */
export const GENERAL_ERRORS = {
  INPUT_INVALID: {
    httpStatus: 400,
    retry: never,
    text: { zh: '{field} 的值不正确：{reason}', en: '{field} is not acceptable: {reason}' },
    remedy: { zh: '请按说明修改该字段后重试。', en: 'Correct that field as described and try again.' },
  },
  NOT_FOUND: {
    httpStatus: 404,
    retry: never,
    text: { zh: '找不到 {type} {id}', en: 'There is no {type} {id}' },
    remedy: {
      zh: '请检查标识是否正确；它可能已被删除，或您无权查看。',
      en: 'Check the id; it may have been deleted, or you may not see it.',
    },
  },
  VERSION_CONFLICT: {
    httpStatus: 409,
    retry: never,
    text: {
      zh: '{type} {id} 已被他人修改（当前版本 {current}，您提交的版本 {given}）',
      en: '{type} {id} was changed by somebody else (version {current} now, {given} given)',
    },
    remedy: { zh: '请重新读取后再修改。', en: 'Read it again, then repeat your change.' },
  },
  UNAUTHENTICATED: {
    httpStatus: 401,
    retry: never,
    text: { zh: '尚未登录或登录已失效', en: 'You are not signed in, or your session has ended' },
    remedy: { zh: '请重新登录。', en: 'Sign in again.' },
  },
  FORBIDDEN: {
    httpStatus: 403,
    retry: never,
    text: { zh: '您没有执行此操作的权限：{action}', en: 'You may not do this: {action}' },
    remedy: { zh: '请联系本组织的所有者授予角色。', en: 'Ask an owner of the tenant for the role.' },
  },
  QUERY_TOO_COMPLEX: {
    httpStatus: 400,
    retry: never,
    text: {
      zh: '查询超出限制：{limit}（{value} > {max}）',
      en: 'The query exceeds a limit: {limit} ({value} > {max})',
    },
    remedy: { zh: '请拆分查询或减少字段。', en: 'Split the query or ask for fewer fields.' },
  },
  UNAVAILABLE: {
    httpStatus: 503,
    retry: soon,
    text: { zh: '服务暂时不可用：{reason}', en: 'Muster cannot answer right now: {reason}' },
    remedy: { zh: '请稍后重试。', en: 'Try again shortly.' },
  },
  INTERNAL: {
    httpStatus: 500,
    retry: never,
    text: { zh: '内部错误（请求号 {requestId}）', en: 'Internal error (request {requestId})' },
    remedy: { zh: '请将请求号告知运维人员。', en: 'Give the request id to your operator.' },
  },
  CONFIGURATION_INVALID: {
    httpStatus: 500,
    retry: { kind: 'after-fix' },
    text: { zh: '配置有误：{reason}', en: 'The configuration is wrong: {reason}' },
    remedy: { zh: '请修改该环境变量后重新启动。', en: 'Correct the variable and start again.' },
  },
  DATA_DIR_IN_USE: {
    httpStatus: 500,
    retry: { kind: 'after-fix' },
    text: {
      zh: '数据目录 {dir} 正被另一个 Muster 进程使用（pid {pid}）',
      en: 'The data directory {dir} is in use by another Muster process (pid {pid})',
    },
    remedy: {
      zh: '请先停止该进程，或用 MUSTER_DATA_DIR 指定其他目录。',
      en: 'Stop that process first, or choose another directory with MUSTER_DATA_DIR.',
    },
  },
  PORT_IN_USE: {
    httpStatus: 500,
    retry: { kind: 'after-fix' },
    text: { zh: '端口 {port} 已被占用', en: 'Port {port} is already in use' },
    remedy: {
      zh: '请停止占用该端口的程序，或用 PORT 指定其他端口。',
      en: 'Stop the program that holds it, or choose another port with PORT.',
    },
  },
  SECRET_UNREADABLE: {
    httpStatus: 500,
    retry: { kind: 'after-fix' },
    text: { zh: '无法解密 {where} 的机密', en: 'The secret of {where} cannot be opened' },
    remedy: {
      zh: '请确认 MUSTER_MASTER_KEY 与写入时相同，或重新填写该机密。',
      en: 'Make sure that MUSTER_MASTER_KEY is the one it was written with, or enter the secret again.',
    },
  },
} as const satisfies Record<string, ErrorRow>;
