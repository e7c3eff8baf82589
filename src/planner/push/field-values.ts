import type { AgreedAccount } from '../../domain/agreed.ts';
import type { FieldMaster } from '../../domain/events.ts';
import type { PushFieldMoment, PushFieldSource } from '../../domain/push-rules.ts';
import type { RemoteAccountValue } from '../../domain/remote.ts';
import type { FieldChange } from '../../domain/staging.ts';
import type { PushIssue } from '../../domain/sync.ts';
import type { TargetField } from '../../domain/target.ts';
import { canonicalJson } from '../canonical-hash.ts';
import { compareCodePoints } from '../fold.ts';
import { type Changed, masterOf } from '../masters.ts';
import { normaliseEmail, normaliseMobile } from '../normalise.ts';
import type { PushContext } from './context.ts';
import { issue } from './draft.ts';
import type { PushFields } from './facts.ts';
import { baseAsRemote, judgeField, platformFieldOf } from './push-masters.ts';
import { fillTemplate, readTemplate } from './template.ts';
import { faultOf } from './text-rule.ts';

/** A field of the platform, with what fills it and how it is compared. */
export interface FieldPlan {
  readonly target: TargetField;
  readonly when: PushFieldMoment;
  readonly master: FieldMaster;
  /** What the roster wants to be there; `null` = nothing. */
  readonly read: (account: PushFields) => string | null | 'FAILED';
  /** What is there; `undefined` = not known, which is never compared. */
  readonly seen: (remote: RemoteAccountValue) => string | null | undefined;
  /** Two texts are the same value. */
  readonly key: (value: string) => string;
}

const ACCOUNT_FIELDS = ['userName', 'displayName', 'email', 'mobile', 'jobNumber', 'title'] as const;
const REMOTE_FIELDS: readonly string[] = ['name', 'mobile', 'email', 'jobNumber', 'title'];

/** True for a field of an account that a push rule or a template may name; all others are custom attributes. */
export const isAccountField = (name: string): name is (typeof ACCOUNT_FIELDS)[number] =>
  (ACCOUNT_FIELDS as readonly string[]).includes(name);

const textOf = (value: unknown): string | null => {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'string') return value.toWellFormed();
  return typeof value === 'object' ? canonicalJson(value) : String(value);
};

/** A value of the roster by the name of its field. */
export const rosterText = (account: PushFields, name: string): string | null => {
  if (isAccountField(name)) return textOf(account[name]);
  return Object.hasOwn(account.attributes, name) ? textOf(account.attributes[name]) : null;
};

/** A template that cannot be read fails for everybody, and says so on every row. */
export const templateReader = (text: string): FieldPlan['read'] => {
  const read = readTemplate(text);
  if ('fault' in read) return () => 'FAILED';
  return (account) => {
    const filled = fillTemplate(read.template, (field) => rosterText(account, field));
    return filled === 'FAILED' ? 'FAILED' : filled.value;
  };
};

const readerOf = (source: PushFieldSource | null): FieldPlan['read'] | null => {
  if (source === null) return null;
  if (source.kind === 'ATTRIBUTE') return (account) => rosterText(account, source.name);
  if (source.kind === 'CONSTANT') return () => textOf(source.value);
  return templateReader(source.template);
};

const seenOf = (name: string): FieldPlan['seen'] => {
  const of = (value: unknown): string | null | undefined => (value === undefined ? undefined : textOf(value));
  if (REMOTE_FIELDS.includes(name)) return (remote) => of(remote[name as 'name']);
  return ({ attributes }) => (Object.hasOwn(attributes, name) ? of(attributes[name]) : undefined);
};

const keyOf = (name: string): FieldPlan['key'] => {
  if (name === 'mobile') return normaliseMobile;
  return name === 'email' ? normaliseEmail : (value) => value;
};

/** Every field of the platform that is written at any time, by name; the connection's rules over the platform's own. */
export const fieldPlans = ({ input, masters }: PushContext): readonly FieldPlan[] => {
  const rules = new Map(input.rules.fields.map((rule) => [rule.field, rule]));
  return input.capabilities.fields
    .map((target): FieldPlan => {
      const rule = rules.get(target.name) ?? target;
      const read = readerOf(rule.source);
      const isIdle = rule.when !== 'CLEAR' && (rule.when === 'NEVER' || read === null);
      return {
        target,
        when: isIdle ? 'NEVER' : rule.when,
        master: masterOf(masters, platformFieldOf(target.name)),
        read: rule.when === 'CLEAR' || read === null ? () => null : read,
        seen: seenOf(target.name),
        key: keyOf(target.name),
      };
    })
    .sort((a, b) => compareCodePoints(a.target.name, b.target.name));
};

/** Fields to write, their changes, and what is wrong with those that are left out. */
export interface FieldDiff {
  readonly values: Readonly<Record<string, string | null>>;
  readonly changes: readonly FieldChange[];
  readonly issues: readonly PushIssue[];
  /** Fields among those to write that both sides have changed: a person decides. */
  readonly contested: readonly string[];
}

/** Nothing differs: shared, because it is what nearly everybody gets. */
export const NO_FIELDS: FieldDiff = Object.freeze({ values: {}, changes: [], issues: [], contested: [] });

const valueIssue = ({ target }: FieldPlan, value: string): PushIssue | null => {
  const fault = faultOf(target.rule, value);
  return fault === null
    ? null
    : issue(fault === 'TOO_LONG' ? 'FIELD_TOO_LONG' : 'FIELD_ILLEGAL', target.name, value);
};

const emptyIssue = ({ required, clearable, name }: TargetField, before: string): PushIssue | null => {
  if (required) return issue('FIELD_REQUIRED', name, before);
  return clearable ? null : issue('FIELD_NOT_CLEARABLE', name, before);
};

const updateIssue = (
  plan: FieldPlan,
  { attributes }: RemoteAccountValue,
  { before, after }: { readonly before: string | null; readonly after: string | null },
): PushIssue | null => {
  const { updatable, lockedBy } = plan.target;
  if (!updatable || (lockedBy !== undefined && attributes[lockedBy] === true))
    return issue('FIELD_NOT_UPDATABLE', plan.target.name, after);
  return after === null ? emptyIssue(plan.target, before ?? '') : valueIssue(plan, after);
};

const isSame = (plan: FieldPlan, a: string | null, b: string | null): boolean =>
  a === b || (a !== null && b !== null && plan.key(a) === plan.key(b));

/** Somebody who is on both sides. */
export interface BothSides {
  readonly account: PushFields;
  readonly remote: RemoteAccountValue;
  /** How the account was when both last agreed, where it has changed since. */
  readonly agreed: PushFields | undefined;
  /** What both last agreed on, field by field. */
  readonly base: AgreedAccount;
}

/** What is there, or was when both last agreed; `undefined` = not known, and not changed since. */
const valueBefore = (plan: FieldPlan, { remote, agreed }: BothSides): string | null | undefined => {
  const seen = plan.seen(remote);
  if (seen !== undefined || agreed === undefined) return seen;
  const then = plan.read(agreed);
  return then === 'FAILED' ? undefined : then;
};

/** Who has changed a field since both last agreed on it; what the platform does not show has not changed there. */
const changedOf = (
  plan: FieldPlan,
  sides: BothSides,
  now: { readonly before: string | null; readonly after: string | null },
): Changed | null => {
  if (plan.seen(sides.remote) === undefined) return { platform: false, roster: true };
  const base = plan.seen(baseAsRemote(sides.base));
  if (base === undefined) return null;
  return { platform: !isSame(plan, base, now.before), roster: !isSame(plan, base, now.after) };
};

type MutableDiff = {
  values: Record<string, string | null>;
  changes: FieldChange[];
  issues: PushIssue[];
  contested: string[];
};

const contest = (diff: MutableDiff, field: string, why: PushIssue): void => {
  diff.issues.push(why);
  diff.contested.push(field);
};

/** What has to be written to somebody who is there. Only what is known to differ is a change. */
export const updatedFields = (plans: readonly FieldPlan[], sides: BothSides): FieldDiff => {
  const { account } = sides;
  let diff: MutableDiff | null = null;
  for (const plan of plans) {
    if (plan.when === 'NEVER' || plan.when === 'ON_CREATE') continue;
    const before = valueBefore(plan, sides);
    if (before === undefined) continue;
    const after = plan.read(account);
    if (after !== 'FAILED' && isSame(plan, before, after)) continue;
    diff ??= { values: {}, changes: [], issues: [], contested: [] };
    const { name } = plan.target;
    if (after === 'FAILED') {
      diff.issues.push(issue('TEMPLATE_FAILED', name));
      continue;
    }
    const verdict = judgeField(plan.master, name, () => changedOf(plan, sides, { before, after }));
    const why =
      verdict.winner === 'PLATFORM'
        ? verdict.why?.(null)
        : updateIssue(plan, sides.remote, { before, after });
    if (why) diff.issues.push(why);
    else {
      diff.values[name] = after;
      diff.changes.push({ field: name, before, after });
      if (verdict.why !== null) contest(diff, name, verdict.why(plan.seen(baseAsRemote(sides.base)) ?? null));
    }
  }
  return diff ?? NO_FIELDS;
};

/** Issues of a new person's fields that keep the person from being created; the others only leave the field out. */
export const isFatal = (plans: readonly FieldPlan[], { field }: PushIssue): boolean =>
  plans.some(({ target }) => target.required && target.name === field);

/** What a new person gets (row ID-29: nobody is created without what the platform requires). */
export const createdFields = (plans: readonly FieldPlan[], account: PushFields): FieldDiff => {
  const values: Record<string, string> = {};
  const changes: FieldChange[] = [];
  const issues: PushIssue[] = [];
  for (const plan of plans) {
    const { name, required } = plan.target;
    const after = plan.when === 'NEVER' ? null : plan.read(account);
    const why =
      after === 'FAILED'
        ? issue('TEMPLATE_FAILED', name)
        : after === null
          ? required
            ? issue('FIELD_REQUIRED', name)
            : null
          : valueIssue(plan, after);
    if (why !== null) issues.push(why);
    else if (after !== null && after !== 'FAILED') {
      values[name] = after;
      changes.push({ field: name, before: null, after });
    }
  }
  return { values, changes, issues, contested: [] };
};

/** Groups of which a new person has nothing at all: he would be refused. Fields are named with a slash between them. */
export const missingOneOf = (
  groups: readonly (readonly string[])[] | undefined,
  values: FieldDiff['values'],
): PushIssue[] =>
  (groups ?? [])
    .filter((group) => group.every((name) => (values[name] ?? '') === ''))
    .map((group) => issue('FIELD_REQUIRED', group.join('/')));
