import { ROOT } from './corp.ts';
import { type Envelope, failure, type Shape } from './envelopes.ts';
import { Failure, fresh, TEXTS } from './failures.ts';
import type { Fault } from './faults.ts';
import { quotaUsedUp, type Refused, serverTimeout, throttled } from './gate-failures.ts';
import { removeDepartment } from './mutations.ts';
import { Params } from './params.ts';
import type { Call, Route, World } from './world.ts';

/** Codes that the gate answers, wrapped on `/topapi/*`. */
const GATE_CODES = /^(4000[01]|40014|41001|42001|50003|600(11|20)|900\d\d)$/;

/** Carries out the faults that change the world before the call. */
export function applyLasting(
  world: World,
  faults: readonly Fault[],
  target: { clientId: string | null; scope: string | null; params: Params },
): void {
  const app = target.clientId === null ? undefined : world.apps.get(target.clientId);
  for (const fault of faults) {
    if (fault.kind === 'tokenExpired') world.tokens.expire(target.clientId ?? undefined);
    else if (fault.kind === 'permissionLost') app?.scopes.delete(fault.scope ?? target.scope ?? '');
    else if (fault.kind === 'rangeLost' && app) app.range = { depts: fault.depts, users: fault.users ?? [] };
    else if (fault.kind === 'ipListed' && app) app.ipList = fault.ips;
    else if (fault.kind === 'departmentGone') {
      const id = fault.deptId ?? Number(target.params.values['dept_id']);
      if (id !== ROOT && world.corp.departments.has(id)) removeDepartment(world.corp, id);
    }
  }
}

/** The answer that a fault gives in place of the call, as an envelope; `undefined` when none does. */
export function substitute(
  faults: readonly Fault[],
  shape: Shape,
  refused: Refused,
  now: number,
): Envelope | undefined {
  for (const fault of faults) {
    const error = errorOf(fault, refused, now);
    if (error) return { ...failure(shape, error.detail), outcome: `fault:${fault.kind}` };
  }
  return undefined;
}

function errorOf(fault: Fault, refused: Refused, now: number): Failure | undefined {
  switch (fault.kind) {
    case 'throttle': {
      const limit = fault.dimension === 'app' ? 20 : 1200;
      const until = now + (fault.ms ?? 1000);
      return throttled(refused, { dimension: fault.dimension, limit, at: now, until, olderText: false });
    }
    case 'quota':
      return quotaUsedUp(refused, 5000);
    case 'platformTimeout':
      return serverTimeout(refused, fault.dialect ?? 'top');
    case 'error':
      return chosenError(fault, refused);
    default:
      return undefined;
  }
}

function chosenError(fault: Extract<Fault, { kind: 'error' }>, { family }: Refused): Failure {
  const message = fault.message ?? TEXTS[Number(fault.code)] ?? '系统繁忙';
  if (family === 'new') return fresh(fault.status ?? 400, String(fault.code), message);
  if (!fault.flat && GATE_CODES.test(String(fault.code))) {
    return new Failure({ kind: 'gateway', code: String(fault.code), message });
  }
  return new Failure({ kind: 'business', code: Number(fault.code), message });
}

interface Listing {
  rows: unknown[];
  put(rows: unknown[]): void;
}

/** The result of a call, with the faults that bend its rows and cursor. */
export function runBent(world: World, route: Route, call: Call, faults: readonly Fault[]): unknown {
  let result = route.handle(world, call);
  for (const fault of faults) result = bend(world, route, call, { fault, result });
  return result;
}

function bend(
  world: World,
  route: Route,
  call: Call,
  { fault, result }: { fault: Fault; result: unknown },
): unknown {
  const again = (shift: number): unknown => {
    const cursor = Math.max(0, (call.params.int('cursor') ?? 0) + shift);
    return route.handle(world, { ...call, params: new Params({ ...call.params.values, cursor }) });
  };
  const page = result as { has_more?: boolean; next_cursor?: number };
  const cursor = call.params.values['cursor'] === undefined ? undefined : call.params.int('cursor');
  switch (fault.kind) {
    case 'cursorLoop':
      return cursor === undefined ? result : { ...page, has_more: true, next_cursor: cursor };
    case 'duplicatePage':
      if (cursor === undefined) return replaceRows(result, (rows) => [...rows, ...rows]);
      return replaceRows(result, () => listingOf(again(-(call.params.int('size') ?? 0)))?.rows ?? []);
    case 'missingPage':
      if (cursor === undefined) return replaceRows(result, (rows) => rows.slice(0, -(fault.rows ?? 1)));
      return again(fault.rows ?? 100);
    case 'reorderedPage':
      return replaceRows(result, (rows) => rows.reverse());
    case 'emptyPage':
      if (cursor !== undefined) {
        page.has_more = false;
        delete page.next_cursor;
      }
      return replaceRows(result, () => []);
    case 'shortPage': {
      const had = listingOf(result)?.rows.length ?? 0;
      const short = replaceRows(result, (rows) => rows.slice(0, fault.rows)) as typeof page;
      if (cursor !== undefined && !fault.lose && had > fault.rows) {
        return { ...short, has_more: true, next_cursor: cursor + fault.rows };
      }
      return short;
    }
    default:
      return result;
  }
}

/** The rows inside a result, under whichever name it has for them. */
function listingOf(result: unknown): Listing | undefined {
  if (typeof result !== 'object' || result === null) return undefined;
  const holder = result as Record<string, unknown>;
  for (const key of ['list', 'userid_list', 'dept_id_list', 'records', 'userIdList']) {
    const rows = holder[key];
    if (Array.isArray(rows)) {
      return {
        rows,
        put: (next) => {
          holder[key] = next;
        },
      };
    }
  }
  return undefined;
}

function replaceRows(result: unknown, change: (rows: unknown[]) => unknown[]): unknown {
  if (Array.isArray(result)) return change([...result]);
  const listing = listingOf(result);
  listing?.put(change([...listing.rows]));
  return result;
}
