import { randomInt } from 'node:crypto';
import type { Failure } from './failures.ts';
import type { AnyRoute } from './world.ts';

export interface Envelope {
  readonly body: Record<string, unknown>;
  /** What the ledger notes: `ok`, or the code. */
  readonly outcome: string;
}

const WARNING = 'Warning: wrong json format. ';
/** Said without hint and address. */
const BARE = new Set([40014]);

export function success(fields: Readonly<Record<string, unknown>>, warned: boolean): Envelope {
  const { errmsg = 'ok', ...rest } = fields;
  const body = { errcode: 0, errmsg: `${warned ? WARNING : ''}${errmsg}`, ...rest };
  return { body, outcome: 'ok' };
}

export function failure(
  route: AnyRoute,
  { code, message }: Failure,
  { ip, now, warned }: { ip: string; now: number; warned: boolean },
): Envelope {
  const errmsg = BARE.has(code)
    ? message
    : `${message}, hint: [${hint(now)}], from ip: ${ip}, more info at https://open.work.weixin.qq.com/devtool/query?e=${code}`;
  const body = {
    ...structuredClone(route.empty ?? {}),
    errcode: code,
    errmsg: `${warned ? WARNING : ''}${errmsg}`,
  };
  return { body, outcome: String(code) };
}

/** Seconds and fifteen digits; every other one in the form `digits_digits_hex`. */
function hint(now: number): string {
  const seconds = Math.floor(now / 1000);
  const number = randomInt(10 ** 14);
  if (number % 2 === 0) return `${seconds}${String(number).padStart(15, '0')}`;
  return `${seconds}_${number % 1000}_${number.toString(16).padStart(32, '0')}`;
}
