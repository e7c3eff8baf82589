import type { ErrorRow } from './app-error.ts';
import { afterFix, never, row } from './row.ts';

/** Events of platforms, their addresses, and what proves that a domain is ours. */
export const EVENT_ERRORS = {
  CALLBACK_REFUSED: row(403, never, {
    text: ['请求未通过校验', 'The request was refused'],
    remedy: [
      '请核对平台后台与此处的回调地址、Token 和 EncodingAESKey 是否一致，并确认服务器时间准确。',
      "Compare address, token and AES key in the platform's console with those of the app, and check this server's clock.",
    ],
  }),
  CALLBACK_UNSUPPORTED: row(409, never, {
    text: ['平台 {platform} 不提供该事件接收方式：{what}', '{platform} does not offer {what} for events'],
    remedy: ['请选择该平台支持的方式。', 'Choose a way that the platform offers.'],
  }),
  CALLBACK_NOT_CONFIGURED: row(409, afterFix, {
    text: [
      '应用“{name}”缺少 {field}，无法接收事件',
      'The app "{name}" has no {field}; it cannot receive events',
    ],
    remedy: ['请在应用中填写后重试。', 'Fill it in at the app and try again.'],
  }),
  CALLBACK_REGISTRATION_REFUSED: row(409, afterFix, {
    text: [
      '平台未接受回调地址 {url}：{vendorMessage}',
      'The platform did not accept the address {url}: {vendorMessage}',
    ],
    remedy: [
      '请确认该地址可从公网访问且未被重定向，然后重试。',
      'Make sure that the address can be reached from the internet without redirection, then try again.',
    ],
  }),
  EVENTS_OFF: row(409, afterFix, {
    text: ['连接不处理平台事件', 'The connection does not follow its events'],
    remedy: [
      '需要时请修改连接的拉取规则中的事件策略。',
      'Change what its pull rules say of events, if it should.',
    ],
  }),
  EVENTS_TOO_MANY: row(409, never, {
    text: [
      '事件涉及 {count} 个对象，超过逐个读取的上限 {limit}',
      'Events concern {count} objects, more than the {limit} that are read one by one',
    ],
    remedy: ['无需处理，系统改为整体拉取。', 'Nothing to do; the whole company is pulled instead.'],
  }),
  DOMAIN_FILE_TAKEN: row(409, never, {
    text: ['“{host}”上已有名为“{name}”的文件', 'There is a file named "{name}" at "{host}" already'],
    remedy: [
      '平台为每家企业下发的文件名各不相同，请确认上传的是本企业的文件。',
      'Platforms give each company a name of its own; make sure that it is the file of this company.',
    ],
  }),
  DOMAIN_FILE_INVALID: row(400, never, {
    text: [
      '“{name}”不是平台下发的域名归属验证文件',
      '"{name}" is not a domain ownership file of this platform',
    ],
    remedy: [
      '请上传从平台后台下载的原文件，不要改名或编辑。',
      "Upload the file as the platform's console gave it, neither renamed nor edited.",
    ],
  }),
} as const satisfies Record<string, ErrorRow>;
