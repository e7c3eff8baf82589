import type { Request, Response } from 'express';
import { fallSilent } from '../kit/silence.ts';
import type { Fault } from './faults.ts';

type Body = Record<string, unknown>;

export const scimError = (status: number, detail: string, scimType?: string): Body => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: String(status),
  ...(scimType === undefined ? {} : { scimType }),
  detail,
});

export const sendJson = (response: Response, status: number, body: unknown): void => {
  response.status(status).type('application/scim+json');
  response.end(JSON.stringify(body));
};

/** Puts or removes a value at a path such as `Resources.0.id`. */
const retype = (body: Body, path: string, value: unknown): void => {
  const parts = path.split('.');
  const last = parts.pop() ?? '';
  let holder: unknown = body;
  for (const part of parts) holder = (holder as Body | undefined)?.[part];
  if (typeof holder !== 'object' || holder === null) return;
  if (value === undefined) delete (holder as Body)[last];
  else (holder as Body)[last] = value;
};

/** The answer as the faults leave it. */
export const bent = (body: Body, faults: readonly Fault[]): Body => {
  for (const fault of faults) {
    const rows = body['Resources'];
    if (fault.kind === 'wrongType') retype(body, fault.path, fault.value);
    else if (!Array.isArray(rows)) continue;
    else if (fault.kind === 'loseRow') {
      rows.splice(fault.row, 1);
      if (fault.total === true) body['totalResults'] = Number(body['totalResults']) - 1;
    } else if (fault.kind === 'emptyPage') body['Resources'] = [];
    else if (fault.kind === 'total') body['totalResults'] = fault.total;
  }
  return body;
};

/** Sends the text, or what a fault makes of it. */
export const sendBent = (request: Request, response: Response, text: string): void => {
  const faults = faultsOf(request);
  if (faults.some(({ kind }) => kind === 'resetAfter')) {
    request.socket.destroy();
    return;
  }
  if (faults.some((fault) => fault.kind === 'timeout' && fault.after === true)) {
    fallSilent(response);
    return;
  }
  for (const fault of faults) {
    if (fault.kind === 'status' && fault.after === true) {
      response.status(fault.status).end(fault.body ?? '');
      return;
    }
    if (fault.kind === 'contentType') response.type(fault.type);
    if (fault.kind === 'hugeBody') {
      if (response.statusCode === 204) response.status(200);
      response.end(`{"pad":"${'x'.repeat(fault.bytes)}"}`);
      return;
    }
    if (fault.kind !== 'truncate') continue;
    const whole = text === '' ? '{"schemas":["urn:ietf"]}' : text;
    const half = whole.slice(0, Math.ceil(whole.length / 2));
    // An answer without a body has nothing to lose.
    if (response.statusCode === 204) response.status(200);
    if (fault.close === true) {
      response.setHeader('content-length', Buffer.byteLength(whole));
      response.write(half, () => request.socket.destroy());
    } else response.end(half);
    return;
  }
  response.end(text);
};

const FAULTS = new WeakMap<Request, readonly Fault[]>();
export const setFaults = (request: Request, faults: readonly Fault[]): void =>
  void FAULTS.set(request, faults);
export const faultsOf = (request: Request): readonly Fault[] => FAULTS.get(request) ?? [];

/** Answers in place of the call when a fault says so; `false` = the call goes on. */
export const struckDown = (request: Request, response: Response): boolean => {
  for (const fault of faultsOf(request)) {
    switch (fault.kind) {
      case 'resetBefore':
        request.socket.destroy();
        return true;
      case 'timeout':
        if (fault.after === true) continue;
        fallSilent(response);
        return true;
      case 'throttle': {
        const date = new Date(Date.now() + fault.seconds * 1000).toUTCString();
        response.setHeader('retry-after', fault.asDate === true ? date : String(fault.seconds));
        sendJson(response, 429, scimError(429, 'too many requests'));
        return true;
      }
      case 'status':
        if (fault.after === true) continue;
        if (fault.body === undefined)
          sendJson(response, fault.status, scimError(fault.status, fault.detail ?? '', fault.scimType));
        else response.status(fault.status).end(fault.body);
        return true;
      case 'html':
        response.status(fault.status).type('html').end('<html><body>sign in</body></html>');
        return true;
      case 'redirect':
        response.redirect(302, fault.to);
        return true;
    }
  }
  return false;
};
