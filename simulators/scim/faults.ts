import { z } from 'zod';

/** What goes wrong. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** The connection breaks; the call has no effect. */
  z.strictObject({ kind: z.literal('resetBefore') }),
  /** The call takes effect, its answer is lost. */
  z.strictObject({ kind: z.literal('resetAfter') }),
  /** Never answers; with `after` the call takes effect. */
  z.strictObject({ kind: z.literal('timeout'), after: z.boolean().optional() }),
  /** 429 with `Retry-After` in seconds, or as a date. */
  z.strictObject({ kind: z.literal('throttle'), seconds: z.int(), asDate: z.boolean().optional() }),
  /** Any status with any body; without `after` in place of the call. */
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(100).max(599),
    body: z.string().optional(),
    scimType: z.string().optional(),
    detail: z.string().optional(),
    after: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.literal('html'), status: z.int() }),
  z.strictObject({ kind: z.literal('redirect'), to: z.string() }),
  /** Half of the JSON; with `close` the full length is promised and the connection broken. */
  z.strictObject({ kind: z.literal('truncate'), close: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('hugeBody'), bytes: z.int() }),
  /** Puts `value` at a path such as `Resources.0.id`; without `value` removes it. */
  z.strictObject({ kind: z.literal('wrongType'), path: z.string(), value: z.unknown().optional() }),
  /** Of a list: loses that row without a word; with `total` the total is lowered as well. */
  z.strictObject({ kind: z.literal('loseRow'), row: z.int(), total: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('emptyPage') }),
  z.strictObject({ kind: z.literal('total'), total: z.int() }),
  z.strictObject({ kind: z.literal('latency'), ms: z.int() }),
  z.strictObject({ kind: z.literal('contentType'), type: z.string() }),
  /** All tokens end just before the call. */
  z.strictObject({ kind: z.literal('tokensExpire') }),
]);
export type Fault = z.infer<typeof faultSchema>;

export const faultRuleSchema = z.strictObject({
  fault: faultSchema,
  method: z.string().optional(),
  /** Calls alone that change something. */
  writes: z.boolean().optional(),
  /** Beginning of the path below the base, e.g. `/Users`; `/token` is the token endpoint. */
  path: z.string().optional(),
  /** First matching call that is struck; default 1. */
  nth: z.int().positive().optional(),
  /** How many from then on; default 1, `null` = all. */
  times: z.int().positive().nullable().optional(),
});
export type FaultRule = z.infer<typeof faultRuleSchema>;

export class Faults {
  #rules: { readonly rule: FaultRule; matched: number }[] = [];

  add(rule: FaultRule): void {
    this.#rules.push({ rule, matched: 0 });
  }

  clear(): void {
    this.#rules = [];
  }

  /** Counts the call with every rule; the faults that strike it. */
  strike(method: string, path: string): Fault[] {
    const struck: Fault[] = [];
    for (const entry of this.#rules) {
      const { rule } = entry;
      if (rule.method !== undefined && rule.method !== method) continue;
      if (rule.writes === true && (method === 'GET' || path === '/token')) continue;
      if (rule.path !== undefined && !path.startsWith(rule.path)) continue;
      entry.matched += 1;
      const past = entry.matched - (rule.nth ?? 1);
      if (past >= 0 && (rule.times === null || past < (rule.times ?? 1))) struck.push(rule.fault);
    }
    return struck;
  }
}
