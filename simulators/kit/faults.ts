import { z } from 'zod';

const count = z.int().nonnegative();

/** Faults below and beside what a platform says: the same for every one. Times in milliseconds, sizes in bytes. */
export const COMMON_FAULTS = [
  // Answers instead of the call's own.
  z.strictObject({ kind: z.literal('http'), status: z.int().min(100).max(599), body: z.string().optional() }),
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
] as const;

export type CommonFault = z.infer<(typeof COMMON_FAULTS)[number]>;

const COMMON_KINDS: ReadonlySet<string> = new Set(COMMON_FAULTS.map(({ shape }) => shape.kind.value));

/** Those that every platform knows; their kinds are nobody else's. */
export function commonFaults(faults: readonly { readonly kind: string }[]): CommonFault[] {
  return faults.filter((fault): fault is CommonFault => COMMON_KINDS.has(fault.kind));
}

/** When a fault strikes: calls that match are counted per rule from 1. */
export const RULE_FIELDS = {
  /** Path as the platform's routes name it, a prefix ending in `*`, or absent for every call. */
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
};

export type FaultRule<F> = z.infer<z.ZodObject<typeof RULE_FIELDS>> & { readonly fault: F };

export type FaultState<F> = FaultRule<F> & {
  readonly id: number;
  readonly matched: number;
  readonly struck: number;
};

export interface StruckCall {
  readonly api: string;
  readonly clientId: string | null;
  readonly writes: boolean;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface Faults<F> {
  add(rule: FaultRule<F>): number;
  remove(id: number): void;
  clear(): void;
  list(): FaultState<F>[];
  /** Counts the call with every rule and returns the faults that strike it, in the order they were added. */
  strike(call: StruckCall): F[];
}

export function createFaults<F>(): Faults<F> {
  let rules: { id: number; rule: FaultRule<F>; matched: number; struck: number }[] = [];
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
      const faults: F[] = [];
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

function matches(rule: FaultRule<unknown>, call: StruckCall): boolean {
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

function due(rule: FaultRule<unknown>, matched: number): boolean {
  const { nth = 1, times = 1, every = 1 } = rule;
  const past = matched - nth;
  if (past < 0 || past % every !== 0) return false;
  return times === null || past / every < times;
}
