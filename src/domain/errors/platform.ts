import type { ErrorRow } from './app-error.ts';
import { ACCOUNT_REFUSALS, ORG_UNIT_REFUSALS, SIGN_IN_AND_MESSAGE_REFUSALS } from './platform-objects.ts';
import { after, afterFix, never, row } from './row.ts';

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
  PLATFORM_LIST_TOO_LARGE: row(502, never, {
    text: ['平台不能一次列出 {object} 的全部内容', 'The platform cannot list all of {object} at once'],
    remedy: [
      '系统会改为逐个读取；若持续出现，请拆分该部门。',
      'Muster reads them one by one instead; if it persists, split that department.',
    ],
  }),
  PLATFORM_THROTTLED: row(429, after(1), {
    text: ['平台限制了 {api} 的调用频率', 'The platform throttles calls of {api}'],
    remedy: [
      '系统会等待限制结束后继续；若另有程序共用此应用，请降低其调用频率。',
      'Muster waits and goes on; if another program uses the same app, slow it down.',
    ],
  }),
  PLATFORM_CONCURRENT_CHANGE: row(409, after(2), {
    text: [
      '平台上同一对象正被他人修改，{api} 未能完成',
      'Somebody else is changing the same object at the platform, {api} was not carried out',
    ],
    remedy: ['系统会自动重试。', 'Muster tries again by itself.'],
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
  PLATFORM_DETAILS_WITHHELD: row(400, afterFix, {
    text: [
      '平台不向此密钥提供通讯录详情（{api}）',
      'The platform withholds details of the contacts from this secret ({api})',
    ],
    remedy: [
      '请填写可见范围为整个企业的自建应用的密钥用于读取；否则只能读到标识，并沿用系统写入过的内容。',
      'Enter the secret of an app of your own whose range is the whole company, for reading; without it only ids can be read, over what Muster has written itself.',
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
  PLATFORM_CALLBACK_UNKNOWN: row(404, never, {
    text: ['平台上没有登记回调地址', 'No address is registered for callbacks'],
    remedy: ['请先登记回调地址。', 'Register the address first.'],
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

/**
 * Codes about platforms. Vendor codes are translated to these in one file per platform; a flow branches on
 * the code and its retry class, never on the vendor's text.
 */
export const PLATFORM_ERRORS = {
  ...TRANSPORT,
  ...ACCESS,
  ...ORG_UNIT_REFUSALS,
  ...ACCOUNT_REFUSALS,
  ...SIGN_IN_AND_MESSAGE_REFUSALS,
} as const satisfies Record<string, ErrorRow>;
