import type { ErrorRow, RetryClass } from './app-error.ts';

type Words = readonly [zh: string, en: string];

const never: RetryClass = { kind: 'never' };
const afterFix: RetryClass = { kind: 'after-fix' };
const after = (seconds: number): RetryClass => ({ kind: 'after', seconds });

const row = (httpStatus: number, retry: RetryClass, words: { text: Words; remedy: Words }): ErrorRow => ({
  httpStatus,
  retry,
  text: { zh: words.text[0], en: words.text[1] },
  remedy: { zh: words.remedy[0], en: words.remedy[1] },
});

/** The way to the platform: names, sockets, answers, limits. Most of it mends itself. */
const TRANSPORT = {
  PLATFORM_ADDRESS_FORBIDDEN: row(400, afterFix, {
    text: ['不允许访问地址 {address}：{reason}', 'The address {address} may not be called: {reason}'],
    remedy: [
      '请填写平台的 https 公网地址；确需访问内网部署时，由管理员在该连接上开启「允许内网地址」。',
      'Enter the public https address of the platform; for an installation inside your network, an administrator can allow private addresses on this connection.',
    ],
  }),
  PLATFORM_NAME_UNRESOLVED: row(502, after(5), {
    text: ['无法解析主机名 {host}', 'The host name {host} cannot be resolved'],
    remedy: [
      '请检查接口地址的拼写以及本机的 DNS 设置。',
      'Check the spelling of the API address and the DNS settings of this machine.',
    ],
  }),
  PLATFORM_UNREACHABLE: row(502, after(2), {
    text: ['无法连接 {host}：{reason}', '{host} cannot be reached: {reason}'],
    remedy: [
      '请检查防火墙是否允许本机访问该主机；系统会自动重试。',
      'Check that the firewall lets this machine reach that host; Muster tries again by itself.',
    ],
  }),
  PLATFORM_TLS_FAILED: row(502, afterFix, {
    text: ['与 {host} 的加密连接失败：{reason}', 'The encrypted connection to {host} failed: {reason}'],
    remedy: [
      '请检查服务器证书是否有效、系统时间是否正确，以及是否有代理替换了证书。',
      'Check that the certificate is valid, the clock is right, and no proxy replaces the certificate.',
    ],
  }),
  PLATFORM_TIMEOUT: row(504, after(2), {
    text: ['{host} 未在 {seconds} 秒内应答（{api}）', '{host} did not answer {api} within {seconds} s'],
    remedy: [
      '系统会自动重试；若持续出现，请检查网络。',
      'Muster tries again by itself; if it persists, check the network.',
    ],
  }),
  PLATFORM_ANSWER_INVALID: row(502, after(2), {
    text: ['{api} 的应答无法识别：{reason}', 'The answer of {api} cannot be understood: {reason}'],
    remedy: [
      '请确认接口地址指向平台本身而不是代理或登录页；若持续出现请上报。',
      'Make sure that the API address leads to the platform and not to a proxy or sign-in page; report it if it persists.',
    ],
  }),
  PLATFORM_BUSY: row(503, after(1), {
    text: ['平台繁忙，{api} 未能完成', 'The platform is busy, {api} was not carried out'],
    remedy: [
      '系统会自动重试，请避开整点时刻同步。',
      'Muster tries again by itself; avoid synchronising on the full hour.',
    ],
  }),
  PLATFORM_THROTTLED: row(429, after(1), {
    text: ['平台限制了 {api} 的调用频率', 'The platform throttles calls of {api}'],
    remedy: [
      '系统会等待限制结束后继续；若另有程序共用此应用，请降低其调用频率。',
      'Muster waits and goes on; if another program uses the same app, slow it down.',
    ],
  }),
  PLATFORM_IP_BLOCKED: row(429, after(300), {
    text: ['平台暂时封禁了本机出口地址', 'The platform has blocked our outgoing address for a while'],
    remedy: [
      '约五分钟后自动继续；请检查同一出口是否有其他程序大量调用。',
      'Muster goes on in about five minutes; look for other programs that call from the same address.',
    ],
  }),
  PLATFORM_QUOTA_EXHAUSTED: row(429, afterFix, {
    text: ['本组织本月的接口调用次数已用完', 'The monthly number of API calls of this company is used up'],
    remedy: [
      '请在平台控制台购买调用量或升级版本，或等到下月。',
      'Buy calls or a larger edition in the platform console, or wait for next month.',
    ],
  }),
  PLATFORM_CALL_REJECTED: row(502, never, {
    text: [
      '平台拒绝了 {api} 的调用（{vendorCode} {vendorMessage}）',
      'The platform rejected the call {api} ({vendorCode} {vendorMessage})',
    ],
    remedy: [
      '这通常是程序缺陷，请将本消息上报。',
      'This is most likely a fault of Muster; please report this message.',
    ],
  }),
  PLATFORM_UNKNOWN_ERROR: row(502, never, {
    text: [
      '平台返回了未收录的错误（{api}：{vendorCode} {vendorMessage}）',
      'The platform answered with an error that Muster does not know ({api}: {vendorCode} {vendorMessage})',
    ],
    remedy: [
      '请按平台文档查找该错误码，并将本消息上报。',
      'Look the code up in the vendor documentation and report this message.',
    ],
  }),
} as const satisfies Record<string, ErrorRow>;

/** Credentials, settings and rights that an administrator has to mend. */
const ACCESS = {
  PLATFORM_TOKEN_INVALID: row(
    502,
    { kind: 'refresh-token' },
    {
      text: ['平台不再接受访问令牌', 'The platform no longer accepts the access token'],
      remedy: ['系统会自动换取新令牌。', 'Muster fetches a new token by itself.'],
    },
  ),
  PLATFORM_CREDENTIALS_INVALID: row(400, afterFix, {
    text: [
      '平台不接受应用凭证（{clientId}）',
      'The platform does not accept the credentials of the app ({clientId})',
    ],
    remedy: [
      '请在平台控制台重新复制应用的标识和密钥（区分大小写，勿带空格），并确认应用未被删除或停用。',
      'Copy the id and the secret of the app again from the platform console (case matters, no blanks) and make sure that the app is not deleted or disabled.',
    ],
  }),
  PLATFORM_APP_DISABLED: row(400, afterFix, {
    text: ['应用已停用或未在该企业启用', 'The app is disabled or not enabled in this company'],
    remedy: [
      '请在平台管理后台启用该应用并发布版本。',
      'Enable the app in the platform console and publish a version.',
    ],
  }),
  PLATFORM_COMPANY_DISABLED: row(400, afterFix, {
    text: ['平台已禁用该企业', 'The platform has disabled this company'],
    remedy: ['请联系平台客服。', 'Contact the support of the platform.'],
  }),
  PLATFORM_COMPANY_MISMATCH: row(400, afterFix, {
    text: [
      '企业标识与应用凭证不属于同一企业',
      'The company id and the credentials belong to different companies',
    ],
    remedy: [
      '请核对连接设置中的企业标识与应用凭证。',
      'Check the company id and the credentials in the settings of the connection.',
    ],
  }),
  PLATFORM_IP_NOT_ALLOWED: row(400, afterFix, {
    text: [
      '平台不接受来自出口地址 {address} 的访问',
      'The platform does not accept calls from our outgoing address {address}',
    ],
    remedy: [
      '请在平台开发者控制台的应用 > 安全设置 > 服务器出口IP 中加入 {address}。',
      'Add {address} in the developer console of the platform: the app > security settings > server exit IP.',
    ],
  }),
  PLATFORM_PERMISSION_MISSING: row(400, afterFix, {
    text: ['应用缺少接口权限 {permission}', 'The app lacks the permission {permission}'],
    remedy: [
      '请在平台开发者控制台的应用 > 权限管理 中开通 {permission}。{link}',
      'Open {permission} in the developer console of the platform: the app > permissions. {link}',
    ],
  }),
  PLATFORM_OUT_OF_RANGE: row(400, afterFix, {
    text: ['{object} 不在应用的通讯录授权范围内', '{object} lies outside the contact range of the app'],
    remedy: [
      '请在平台开发者控制台的应用 > 权限管理 > 授权范围 中加入它，或改为全部员工。',
      'Add it in the developer console of the platform: the app > permissions > range, or set the range to all staff.',
    ],
  }),
  PLATFORM_AGENT_INVALID: row(400, afterFix, {
    text: ['应用的 AgentId 不正确', 'The agent id of the app is wrong'],
    remedy: [
      '请在连接设置中更正该应用的 AgentId。',
      'Correct the agent id of the app in the settings of the connection.',
    ],
  }),
  PLATFORM_APP_LIMIT: row(400, afterFix, {
    text: ['企业自建应用数量已达上限', 'The company has reached its number of own apps'],
    remedy: ['请删除不用的应用。', 'Remove apps that are not used.'],
  }),
  PLATFORM_APP_PROTECTED: row(400, never, {
    text: ['平台的默认应用不能被更改', 'A default app of the platform cannot be changed'],
    remedy: ['请选择自建应用。', 'Choose an app of your own.'],
  }),
  PLATFORM_SIGNATURE_INVALID: row(400, afterFix, {
    text: [
      '平台不接受签名（{vendorMessage}）',
      'The platform does not accept our signature ({vendorMessage})',
    ],
    remedy: [
      '请确认企业标识、AgentId 与密钥属于同一应用，并检查反向代理后的页面地址。',
      'Check that company id, agent id and secret belong to one app, and the page address behind proxies.',
    ],
  }),
  PLATFORM_CLOCK_SKEW: row(400, afterFix, {
    text: [
      '本机时间与平台相差超过一分钟',
      'The clock of this machine differs from the platform by more than a minute',
    ],
    remedy: ['请开启时间同步（NTP）。', 'Switch time synchronisation (NTP) on.'],
  }),
  PLATFORM_REDIRECT_NOT_REGISTERED: row(400, afterFix, {
    text: ['登录回调地址未在平台登记', 'The redirect address is not registered at the platform'],
    remedy: [
      '请在平台开发者控制台的应用 > 安全设置 > 重定向URL 中登记该地址。',
      'Register it in the developer console of the platform: the app > security settings > redirect URL.',
    ],
  }),
  PLATFORM_CALLBACK_REJECTED: row(400, afterFix, {
    text: [
      '平台不接受回调设置（{vendorCode} {vendorMessage}）',
      'The platform does not accept the callback settings ({vendorCode} {vendorMessage})',
    ],
    remedy: [
      '请检查回调地址可从公网访问且应答正确。',
      'Check that the callback address can be reached from outside and answers correctly.',
    ],
  }),
  PLATFORM_CALLBACK_CRYPTO: row(400, afterFix, {
    text: [
      '回调加解密失败（{vendorCode} {vendorMessage}）',
      'The callback cannot be decrypted ({vendorCode} {vendorMessage})',
    ],
    remedy: [
      '请核对 token、aes_key（43 位）以及应用标识与平台控制台一致。',
      'Check that token, aes_key (43 characters) and the id of the app are those in the platform console.',
    ],
  }),
} as const satisfies Record<string, ErrorRow>;

/** What the platform says about one department. */
const ORG_UNITS = {
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
const ACCOUNTS = {
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
const SIGN_IN_AND_MESSAGES = {
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

/**
 * Codes about platforms. Vendor codes are translated to these in one file per platform; a flow branches on
 * the code and its retry class, never on the vendor's text.
 */
export const PLATFORM_ERRORS = {
  ...TRANSPORT,
  ...ACCESS,
  ...ORG_UNITS,
  ...ACCOUNTS,
  ...SIGN_IN_AND_MESSAGES,
} as const satisfies Record<string, ErrorRow>;
