import type { ErrorRow } from './app-error.ts';

const never = { kind: 'never' } as const;

/** Codes of sign-in, sessions, roles and machine clients. */
export const SIGN_IN_ERRORS = {
  SIGN_IN_FAILED: {
    httpStatus: 401,
    retry: never,
    text: { zh: '账号或密码不正确', en: 'The user name or the password is not right' },
    remedy: {
      zh: '请检查企业代码、账号与密码；忘记密码请联系管理员重置。',
      en: 'Check tenant, user name and password; an administrator can reset a forgotten password.',
    },
  },
  SIGN_IN_THROTTLED: {
    httpStatus: 429,
    retry: { kind: 'after', seconds: 30 },
    text: {
      zh: '登录失败次数过多，请在 {seconds} 秒后重试',
      en: 'Too many failed attempts; the next one is allowed in {seconds} seconds',
    },
    remedy: {
      zh: '请等待后重试；忘记密码请联系管理员重置。',
      en: 'Wait, then try again; an administrator can reset a forgotten password.',
    },
  },
  SIGN_IN_BUSY: {
    httpStatus: 503,
    retry: { kind: 'after', seconds: 2 },
    text: { zh: '当前登录人数过多', en: 'Too many people are signing in at this moment' },
    remedy: { zh: '请在几秒后重试。', en: 'Try again in a few seconds.' },
  },
  PASSWORD_CHANGE_REQUIRED: {
    httpStatus: 403,
    retry: { kind: 'after-fix' },
    text: { zh: '登录前必须先修改密码', en: 'The password must be changed before you can sign in' },
    remedy: {
      zh: '请用旧密码调用 changePassword 设置新密码；成功后即已登录。',
      en: 'Set a new one with changePassword and the old password; that signs you in.',
    },
  },
  PASSWORD_POLICY_VIOLATED: {
    httpStatus: 400,
    retry: never,
    text: {
      zh: '新密码不符合密码策略：{violationsZh}',
      en: 'The new password breaks the password policy: {violations}',
    },
    remedy: { zh: '请按列出的规则选择密码。', en: 'Choose a password that keeps the rules named.' },
  },
  PASSWORD_UNCHANGED: {
    httpStatus: 400,
    retry: never,
    text: { zh: '新密码与旧密码相同', en: 'The new password is the old one' },
    remedy: { zh: '请选择另一个密码。', en: 'Choose another one.' },
  },
  REFRESH_TOKEN_INVALID: {
    httpStatus: 401,
    retry: never,
    text: {
      zh: '刷新令牌无效、已过期或其会话已结束',
      en: 'The refresh token is unknown or expired, or its session has ended',
    },
    remedy: { zh: '请重新登录。', en: 'Sign in again.' },
  },
  REFRESH_TOKEN_REUSED: {
    httpStatus: 401,
    retry: never,
    text: {
      zh: '刷新令牌被重复使用，其会话已被终止',
      en: 'The refresh token was used twice; its session has been ended',
    },
    remedy: {
      zh: '请重新登录；若不是您的程序重复提交，令牌可能已泄露，请修改密码。',
      en: 'Sign in again. If your own program did not send it twice, somebody else has it: change the password.',
    },
  },
  LAST_OWNER: {
    httpStatus: 409,
    retry: { kind: 'after-fix' },
    text: {
      zh: '账号 {id} 是最后一个可用的所有者，不能撤销、停用或删除',
      en: 'Account {id} is the last active owner and cannot lose the role, be disabled or be deleted',
    },
    remedy: { zh: '请先将 OWNER 角色授予另一个账号。', en: 'Grant OWNER to another account first.' },
  },
  ACCOUNT_NOT_ACTIVE: {
    httpStatus: 409,
    retry: { kind: 'after-fix' },
    text: { zh: '账号 {id} 未启用', en: 'Account {id} is not active' },
    remedy: { zh: '请先启用该账号。', en: 'Enable the account first.' },
  },
  MACHINE_CLIENT_INVALID: {
    httpStatus: 401,
    retry: never,
    text: {
      zh: '客户端标识或密钥不正确，或该客户端已停用',
      en: 'The client id or its secret is not right, or the client is disabled',
    },
    remedy: {
      zh: '请检查标识与密钥；丢失的密钥无法找回，只能轮换。',
      en: 'Check both; a lost secret cannot be shown again, only rotated.',
    },
  },
  MACHINE_CLIENT_NAME_TAKEN: {
    httpStatus: 409,
    retry: never,
    text: { zh: '已有名为 {name} 的机器客户端', en: 'A machine client named {name} exists already' },
    remedy: { zh: '请换一个名称。', en: 'Choose another name.' },
  },
  SCOPE_NOT_GRANTED: {
    httpStatus: 400,
    retry: never,
    text: { zh: '客户端没有权限范围 {scopes}', en: 'The client was not granted the scopes {scopes}' },
    remedy: {
      zh: '请只请求已授予的范围，或由管理员修改客户端。',
      en: 'Ask for granted scopes only, or have an administrator change the client.',
    },
  },
} as const satisfies Record<string, ErrorRow>;
