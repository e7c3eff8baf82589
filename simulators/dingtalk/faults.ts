import { z } from 'zod';

const count = z.int().nonnegative();

/** What goes wrong. Times in milliseconds, sizes in bytes. */
export const faultSchema = z.discriminatedUnion('kind', [
  // Answers instead of the call's own.
  /** Any code, dressed for the family: on `/topapi/*` text codes that gates use are wrapped in 88 unless `flat`. */
  z.strictObject({
    kind: z.literal('error'),
    code: z.union([z.int(), z.string()]),
    message: z.string().optional(),
    flat: z.boolean().optional(),
    status: z.int().optional(),
  }),
  z.strictObject({
    kind: z.literal('throttle'),
    dimension: z.enum(['app', 'platform']),
    ms: count.optional(),
  }),
  z.strictObject({ kind: z.literal('quota') }),
  /** The platform's own time-out: errcode 15, or 88 with an empty sub_code; 504 in the new family. */
  z.strictObject({ kind: z.literal('platformTimeout'), dialect: z.enum(['top', 'blank']).optional() }),
  z.strictObject({ kind: z.literal('http'), status: z.int().min(100).max(599), body: z.string().optional() }),
  z.strictObject({ kind: z.literal('html'), status: z.int().optional() }),
  z.strictObject({ kind: z.literal('ipBlocked'), body: z.enum(['json', 'html']).optional() }),
  z.strictObject({ kind: z.literal('redirect'), to: z.string(), status: z.int().optional() }),
  // The connection.
  /** Reads the request and never answers. */
  z.strictObject({ kind: z.literal('timeout') }),
  /** The call has no effect. */
  z.strictObject({ kind: z.literal('resetBefore') }),
  /** The call takes effect, its answer is lost. */
  z.strictObject({ kind: z.literal('resetAfter') }),
  /** The call takes effect and is never answered. */
  z.strictObject({ kind: z.literal('timeoutAfter') }),
  z.strictObject({ kind: z.literal('latency'), ms: count }),
  // The bytes of the true answer.
  /** Drips the body; without `chunks` to the end, with it then silent for ever. */
  z.strictObject({
    kind: z.literal('slowBody'),
    chunkBytes: z.int().positive(),
    everyMs: z.int().positive(),
    chunks: count.optional(),
  }),
  /** Half the JSON (or `bytes` of it) under a fitting length; with `close` the full length is promised and broken. */
  z.strictObject({ kind: z.literal('truncate'), bytes: count.optional(), close: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('hugeBody'), bytes: z.int().positive() }),
  z.strictObject({ kind: z.literal('contentType'), type: z.string() }),
  /** The Date header is off by this much. */
  z.strictObject({ kind: z.literal('clockSkew'), ms: z.int() }),
  // The content of the true answer.
  /** Puts `value` at a path such as `result.list.0.name`; without `value` removes it. */
  z.strictObject({ kind: z.literal('wrongType'), path: z.string(), value: z.unknown().optional() }),
  z.strictObject({ kind: z.literal('cursorLoop') }),
  /** The previous page once more, with this page's cursor. */
  z.strictObject({ kind: z.literal('duplicatePage') }),
  /** Leaves out this many rows at the cursor (default 100) and goes on behind them. */
  z.strictObject({ kind: z.literal('missingPage'), rows: z.int().positive().optional() }),
  z.strictObject({ kind: z.literal('reorderedPage') }),
  z.strictObject({ kind: z.literal('emptyPage') }),
  /** Only the first rows; the cursor goes on behind them, or with `lose` as if all had come. */
  z.strictObject({ kind: z.literal('shortPage'), rows: count, lose: z.boolean().optional() }),
  // Lasting changes just before the call.
  z.strictObject({ kind: z.literal('tokenExpired') }),
  z.strictObject({ kind: z.literal('permissionLost'), scope: z.string().optional() }),
  z.strictObject({
    kind: z.literal('rangeLost'),
    depts: z.array(z.int()),
    users: z.array(z.string()).optional(),
  }),
  z.strictObject({ kind: z.literal('ipListed'), ips: z.array(z.string()) }),
  /** The department of the call (or `deptId`) vanishes with its descendants. */
  z.strictObject({ kind: z.literal('departmentGone'), deptId: z.int().optional() }),
]);

export type Fault = z.infer<typeof faultSchema>;

/** When a fault strikes: calls that match are counted per rule from 1. */
export const faultRuleSchema = z.strictObject({
  fault: faultSchema,
  /** Path (`/topapi/v2/user/list`, `/v1.0/oauth2/{corpId}/token`), a prefix ending in `*`, or absent for every call. */
  api: z.string().optional(),
  clientId: z.string().optional(),
  /** `true` = only calls that change something, `false` = only those that do not. */
  writes: z.boolean().optional(),
  /** Parameters that must be equal, compared as text. */
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /** First matching call that is struck; default 1. */
  nth: z.int().positive().optional(),
  /** How many are struck from then on; default 1, `null` = all. */
  times: z.int().positive().nullable().optional(),
  /** Only each so-manieth of these. */
  every: z.int().positive().optional(),
});

export type FaultRule = z.infer<typeof faultRuleSchema>;

export interface FaultState extends FaultRule {
  readonly id: number;
  readonly matched: number;
  readonly struck: number;
}

export interface StruckCall {
  readonly api: string;
  readonly clientId: string | null;
  readonly writes: boolean;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface Faults {
  add(rule: FaultRule): number;
  remove(id: number): void;
  clear(): void;
  list(): FaultState[];
  /** Counts the call with every rule and returns the faults that strike it, in the order they were added. */
  strike(call: StruckCall): Fault[];
}

const NONE: Fault[] = [];

export function createFaults(): Faults {
  let rules: { id: number; rule: FaultRule; matched: number; struck: number }[] = [];
  let nextId = 1;
  return {
    add: (rule) => {
      rules.push({ id: nextId, rule, matched: 0, struck: 0 });
      return nextId++;
    },
    remove: (id) => {
      rules = rules.filter((entry) => entry.id !== id);
    },
    clear: () => {
      rules = [];
    },
    list: () => rules.map(({ id, rule, matched, struck }) => ({ id, ...rule, matched, struck })),
    strike: (call) => {
      if (rules.length === 0) return NONE;
      const faults: Fault[] = [];
      for (const entry of rules) {
        if (!matches(entry.rule, call)) continue;
        entry.matched++;
        if (!due(entry.rule, entry.matched)) continue;
        entry.struck++;
        faults.push(entry.rule.fault);
      }
      return faults;
    },
  };
}

function matches(rule: FaultRule, call: StruckCall): boolean {
  if (
    rule.api?.endsWith('*') ? !call.api.startsWith(rule.api.slice(0, -1)) : rule.api && rule.api !== call.api
  )
    return false;
  if (rule.writes !== undefined && rule.writes !== call.writes) return false;
  if (rule.clientId && rule.clientId !== call.clientId) return false;
  return Object.entries(rule.params ?? {}).every(
    ([name, value]) => String(call.params[name]) === String(value),
  );
}

function due(rule: FaultRule, matched: number): boolean {
  const { nth = 1, times = 1, every = 1 } = rule;
  const past = matched - nth;
  if (past < 0 || past % every !== 0) return false;
  return times === null || past / every < times;
}
