import { z } from 'zod';
import type * as kit from '../kit/faults.ts';
import { COMMON_FAULTS, createFaults as createAnyFaults, RULE_FIELDS } from '../kit/faults.ts';

/** What goes wrong. Times in milliseconds, sizes in bytes. */
export const faultSchema = z.discriminatedUnion('kind', [
  ...COMMON_FAULTS,
  // Answers instead of the call's own.
  /** Any code in the platform's envelope: -1, 6000, 45009 … */
  z.strictObject({ kind: z.literal('error'), code: z.int(), message: z.string().optional() }),
  /** 45009, or 45033 for `concurrency`. */
  z.strictObject({ kind: z.literal('throttle'), dimension: z.enum(['rate', 'concurrency']).optional() }),
  /** -1 */
  z.strictObject({ kind: z.literal('platformTimeout') }),
  z.strictObject({ kind: z.literal('html'), status: z.int().optional() }),
  // Lasting changes just before the call.
  z.strictObject({ kind: z.literal('tokenExpired') }),
  /** The platform takes the token back: 40014. */
  z.strictObject({ kind: z.literal('tokenInvalid') }),
  /** The call (or `api`) is taken from the app: 48002. */
  z.strictObject({ kind: z.literal('permissionLost'), api: z.string().optional() }),
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

export const faultRuleSchema = z.strictObject({ ...RULE_FIELDS, fault: faultSchema });

/** `api` is a path such as `/cgi-bin/user/list`. */
export type FaultRule = z.infer<typeof faultRuleSchema>;

export type Faults = kit.Faults<Fault>;

export const createFaults = (): Faults => createAnyFaults<Fault>();
