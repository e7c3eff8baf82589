import { ROOT } from './corp.ts';
import { Failure } from './failures.ts';
import type { Fault } from './faults.ts';
import { removeDepartment } from './mutations.ts';
import { Params } from './params.ts';
import { type Call, commit, type Route, type World } from './world.ts';

type Body = Record<string, unknown>;

/** Carries out the faults that change the world before the call. */
export function applyLasting(
  world: World,
  faults: readonly Fault[],
  target: { clientId: string | null; path: string; params: Params },
): void {
  const app = target.clientId === null ? undefined : world.apps.get(target.clientId);
  for (const fault of faults) {
    if (fault.kind === 'tokenExpired') world.tokens.expire(target.clientId ?? undefined);
    else if (fault.kind === 'tokenInvalid') world.tokens.invalidate(target.clientId ?? undefined);
    else if (fault.kind === 'permissionLost') app?.forbidden.push(fault.api ?? target.path);
    else if (fault.kind === 'rangeLost' && app) app.range = { depts: fault.depts, users: fault.users ?? [] };
    else if (fault.kind === 'ipListed' && app) app.ipList = fault.ips;
    else if (fault.kind === 'departmentGone') {
      const { values } = target.params;
      const id = fault.deptId ?? Number(values['department_id'] ?? values['id'] ?? values['parentid']);
      if (id !== ROOT && world.corp.departments.has(id)) commit(world, (at) => void removeDepartment(at, id));
    }
  }
}

/** The failure that a fault gives in place of the call, and the fault's kind. */
export function substitute(faults: readonly Fault[]): { failure: Failure; kind: Fault['kind'] } | undefined {
  for (const fault of faults) {
    const { kind } = fault;
    if (kind === 'error') return { kind, failure: new Failure(fault.code, fault.message) };
    if (kind === 'throttle')
      return { kind, failure: new Failure(fault.dimension === 'concurrency' ? 45033 : 45009) };
    if (kind === 'platformTimeout') return { kind, failure: new Failure(-1) };
  }
  return undefined;
}

/** The result of a call, with the faults that bend its rows and cursor. */
export function runBent(world: World, route: Route, call: Call, faults: readonly Fault[]): Body {
  let result: Body = { ...route.handle(world, call) };
  for (const fault of faults) result = bend(world, route, call, { fault, result });
  return result;
}

/** Only `user/list_id` has pages; elsewhere the one answer is the page. */
function bend(
  world: World,
  route: Route,
  call: Call,
  { fault, result }: { fault: Fault; result: Body },
): Body {
  const paged = typeof result['next_cursor'] === 'string';
  const cursor = call.params.values['cursor'] ?? '';
  const again = (values: Record<string, unknown>): Body => ({
    ...route.handle(world, { ...call, params: new Params({ ...call.params.values, ...values }) }),
  });
  switch (fault.kind) {
    case 'cursorLoop':
      return paged ? { ...result, next_cursor: cursor === '' ? first(world, route, call) : cursor } : result;
    case 'duplicatePage':
      // A page that begins anew: the rows of the first one under this page's cursor.
      if (paged && cursor !== '') return { ...again({ cursor: '' }), next_cursor: result['next_cursor'] };
      return withRows(result, (rows) => [...rows, ...rows]);
    case 'missingPage':
      return withRows(result, (rows) => rows.slice(0, -(fault.rows ?? 1)));
    case 'reorderedPage':
      return withRows(result, (rows) => rows.toReversed());
    case 'emptyPage':
      return withRows(paged ? { ...result, next_cursor: '' } : result, () => []);
    case 'shortPage':
      if (paged && !fault.lose && fault.rows > 0) return again({ limit: fault.rows });
      return withRows(result, (rows) => rows.slice(0, fault.rows));
    default:
      return result;
  }
}

/** The cursor behind the first page, so that a loop leads back to it. */
function first(world: World, route: Route, call: Call): unknown {
  const values = { ...call.params.values, cursor: '', limit: 1 };
  return route.handle(world, { ...call, params: new Params(values) })['next_cursor'];
}

function withRows(result: Body, change: (rows: unknown[]) => unknown[]): Body {
  for (const key of ['department', 'department_id', 'userlist', 'dept_user']) {
    const rows = result[key];
    if (Array.isArray(rows)) return { ...result, [key]: change(rows) };
  }
  return result;
}
