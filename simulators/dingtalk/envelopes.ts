import { randomUUID } from 'node:crypto';
import type { FailureDetail } from './failures.ts';

/** How a call's answer is dressed: `/topapi/*`, other legacy calls, the new family. */
export type Shape = 'topapi' | 'flat' | 'new';

export interface Envelope {
  readonly status: number;
  readonly body: Record<string, unknown> | unknown[];
  /** What the ledger notes: `ok`, `60121`, `88/90018`, `InvalidAuthentication`. */
  readonly outcome: string;
}

let requests = Math.floor(Math.random() * 1e15) + 36 ** 9;

/** `16l4ew3d47pdp`-like, unique in the process. */
function requestId(): string {
  requests += 7919;
  return `16l${requests.toString(36)}`;
}

export function success(shape: Shape, result: unknown): Envelope {
  if (shape === 'new') return { status: 200, body: result as Record<string, unknown>, outcome: 'ok' };
  if (shape === 'flat') {
    return { status: 200, body: { errcode: 0, errmsg: 'ok', ...(result as object) }, outcome: 'ok' };
  }
  return { status: 200, body: { errcode: 0, errmsg: 'ok', result, request_id: requestId() }, outcome: 'ok' };
}

export function failure(shape: Shape, detail: FailureDetail): Envelope {
  if (detail.kind === 'new') {
    const { status, code, message, extra } = detail;
    const body = { code, requestid: randomUUID().toUpperCase(), message, ...extra };
    return { status, body, outcome: code };
  }
  if (detail.kind === 'business') return flat(shape, detail.code, detail.message);
  if (shape !== 'topapi') {
    return flat(
      shape,
      detail.flat?.code ?? (Number(detail.code) || -1),
      detail.flat?.message ?? detail.message,
    );
  }
  const errcode = detail.code === 'isp.top-remote-connection-timeout' ? 15 : 88;
  const errmsg = `ding talk error[subcode=${detail.code},submsg=${detail.message}]`;
  const body = { errcode, sub_code: detail.code, sub_msg: detail.message, errmsg, request_id: requestId() };
  return { status: 200, body, outcome: `${errcode}/${detail.code}` };
}

function flat(shape: Shape, errcode: number, errmsg: string): Envelope {
  const body = shape === 'topapi' ? { errcode, errmsg, request_id: requestId() } : { errcode, errmsg };
  return { status: 200, body, outcome: String(errcode) };
}

/** Unknown paths, by the host they were sent to. */
export function unknownPath(path: string): Envelope {
  if (path.startsWith('/topapi/')) {
    const text = `不合法ApiName，ApiName = ${apiNameOf(path)}`;
    const body = {
      errcode: 22,
      sub_msg: text,
      errmsg: `Invalid method[submsg=${text}]`,
      request_id: requestId(),
    };
    return { status: 200, body, outcome: '22' };
  }
  if (/^\/v\d+\.\d+\//.test(path)) {
    const message = 'Specified api is not found, please check your url and method.';
    const body = { code: 'InvalidAction.NotFound', message, requestid: randomUUID().toUpperCase() };
    return { status: 404, body, outcome: 'InvalidAction.NotFound' };
  }
  return notServed();
}

/** A path that the host does not serve at all. */
export function notServed(): Envelope {
  return { status: 200, body: { errcode: 404, errmsg: '请求的URI地址不存在' }, outcome: '404' };
}

/** `dingtalk.oapi.v2.user.list` for `/topapi/v2/user/list`; other paths are their own names. */
export function apiNameOf(path: string): string {
  return path.startsWith('/topapi/')
    ? `dingtalk.oapi.${path.slice('/topapi/'.length).replaceAll('/', '.')}`
    : path;
}

const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/** A number that is printed digit by digit, however large. */
export function literal(value: bigint): unknown {
  return rawJson(value.toString());
}
