import { z } from 'zod';
import type * as kit from '../kit/faults.ts';
import { COMMON_FAULTS, createFaults as createAnyFaults, RULE_FIELDS } from '../kit/faults.ts';

const count = z.int().nonnegative();

/** What goes wrong. Times in milliseconds, sizes in bytes. */
export const faultSchema = z.discriminatedUnion('kind', [
  ...COMMON_FAULTS,
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
  z.strictObject({ kind: z.literal('html'), status: z.int().optional() }),
  z.strictObject({ kind: z.literal('ipBlocked'), body: z.enum(['json', 'html']).optional() }),
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

export const faultRuleSchema = z.strictObject({ ...RULE_FIELDS, fault: faultSchema });

/** `api` is a path such as `/topapi/v2/user/list` or `/v1.0/oauth2/{corpId}/token`. */
export type FaultRule = z.infer<typeof faultRuleSchema>;

export type Faults = kit.Faults<Fault>;

export const createFaults = (): Faults => createAnyFaults<Fault>();
