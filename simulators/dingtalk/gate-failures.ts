import { beijing } from './clock.ts';
import { Failure, type Failure as FailureType, type Family, fresh } from './failures.ts';

const FORBIDDEN = 'Forbidden.AccessDenied';

/** What the gate knows of a call when it refuses it. */
export interface Refused {
  readonly family: Family;
  /** As in `apiPath(...)`: `dingtalk.oapi.v2.user.list`, or the path of other calls. */
  readonly apiName: string;
}

function gateway(code: string, message: string, flat?: { code?: number; message: string }): FailureType {
  return new Failure(flat ? { kind: 'gateway', code, message, flat } : { kind: 'gateway', code, message });
}

export function tokenMissing({ family }: Refused): FailureType {
  return family === 'new'
    ? fresh(400, 'AuthenticationFailed.MissingParameter', '缺少参数：x-acs-dingtalk-access-token')
    : gateway('40000', 'access_token is blank', { code: 41001, message: '缺少access_token参数' });
}

export function tokenInvalid({ family }: Refused, code: 40014 | 42001 = 40014): FailureType {
  if (family === 'new') return fresh(400, 'InvalidAuthentication', '不合法的access_token');
  return gateway(String(code), code === 40014 ? '不合法的access_token' : 'access_token超时');
}

export function appDisabled({ family }: Refused): FailureType {
  return family === 'new' ? fresh(403, FORBIDDEN, '应用已停用') : gateway('50003', '应用已停用');
}

export function ipRefused({ family }: Refused, clientId: string, ip: string): FailureType {
  const message = `访问ip不在白名单之中,request ip=${ip} appKey(${clientId})`;
  if (family === 'new') return fresh(403, `${FORBIDDEN}.IpNotInWhiteList`, message);
  const faq = '访问ip不在白名单之中，请参考FAQ：https://open.dingtalk.com/document/org-faq/app-faq';
  return gateway('60020', message, { message: `${faq},request ip=${ip} appKey(${clientId})` });
}

export function scopeMissing({ family }: Refused, clientId: string, scope: string): FailureType {
  const link = `https://open-dev.dingtalk.com/appscope/apply?content=${clientId}%23${scope}`;
  const message = `应用尚未开通所需的权限：[${scope}]，点击链接申请并开通即可：${link}`;
  if (family === 'new') {
    return fresh(403, `${FORBIDDEN}.AccessTokenPermissionDenied`, message, {
      accessdenieddetail: { requiredScopes: [scope] },
    });
  }
  return gateway('60011', `${message}, {requiredScopes=[${scope}]}`, {
    message:
      '没有调用该接口的权限，接口权限申请参考：https://developers.dingtalk.com/document/app/add-api-permission',
  });
}

/** Who went over: this app on this API, or all apps together on it. */
export type ThrottleDimension = 'app' | 'platform';

export interface Throttle {
  readonly dimension: ThrottleDimension;
  readonly limit: number;
  /** Epoch milliseconds of the refused call, and of the end of the penalty. */
  readonly at: number;
  readonly until: number;
  readonly olderText: boolean;
}

export function throttled({ family, apiName }: Refused, throttle: Throttle): FailureType {
  const who = throttle.dimension === 'app' ? '当前应用' : '当前所有钉钉应用';
  const word = throttle.olderText ? '处罚' : '限制';
  // Printed to the second and rounded up: whoever waits for the printed end is not refused again.
  const end = beijing(Math.ceil(throttle.until / 1000) * 1000);
  const message =
    `${who}调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了，建议错开整点时刻调用该接口, ` +
    `apiPath(${apiName}), 从 ${beijing(throttle.at)} 到 ${beijing(throttle.at)} 请求总次数超过 ${throttle.limit} 次, ` +
    `${word}将在 ${end} 结束.`;
  if (family === 'new') {
    const suffix = throttle.dimension === 'app' ? 'QpsLimitForAppkeyAndApi' : 'QpsLimitForApi';
    return fresh(403, `${FORBIDDEN}.${suffix}`, message);
  }
  return gateway(throttle.dimension === 'app' ? '90018' : '90002', message);
}

export function quotaUsedUp({ family }: Refused, quota: number): FailureType {
  const message = `当前企业本月调用接口总次数已超过${quota}次的上限，请升级版本或购买API调用包`;
  return family === 'new'
    ? fresh(403, `${FORBIDDEN}.ApiCountLimitForOrg`, message)
    : gateway('90020', message);
}

/** The platform's own three seconds ran out: errcode 15, or 88 without a reason; the new family answers 504. */
export function serverTimeout({ family }: Refused, dialect: 'top' | 'blank'): FailureType {
  if (family === 'new') return fresh(504, 'ServiceUnavailable.Timeout', '服务调用超时');
  return gateway(dialect === 'top' ? 'isp.top-remote-connection-timeout' : '', '服务调用超时', {
    code: 15,
    message: '服务调用超时',
  });
}
