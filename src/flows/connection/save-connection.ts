import {
  AppError,
  type ConnectionId,
  type ConnectionMode,
  DEFAULT_PASSWORD_POLICY,
  newId,
  type PullRules,
} from '../../domain/index.ts';
import { cleanText, fits } from '../../planner/normalise.ts';
import { checkPassword } from '../../planner/password-policy.ts';
import type { Platform } from '../../ports/platform.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { pullChangesKey } from '../../store/queries/change-hints.ts';
import {
  CONNECTION_NAME_KEY,
  type ConnectionFields,
  type ConnectionRow,
  insertConnection,
  lockConnection,
  updateConnectionRow,
} from '../../store/queries/connections.ts';
import { wakeJob } from '../../store/queries/jobs.ts';
import { lockOrgUnits } from '../../store/queries/org-units-write.ts';
import { lockTenant } from '../../store/queries/roster-tenant.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { type Meaning, naming } from '../roster/violations.ts';
import { checkMasters } from './check-masters.ts';
import { checkPushRules } from './check-push-rules.ts';
import { connectionNotFound, defaultPasswordPlace, requirePlatform, secretPlace } from './open-connection.ts';
import { readPullRules } from './pull-rules.ts';
import { beginToPush } from './push-by-itself.ts';
import { type PushRulesInput, readPushRules } from './push-rules.ts';
import { type ReadSettings, readTypedSettings, type TypedSettings } from './settings.ts';

/** What can be typed into a connection's form; what is absent stays. */
export interface ConnectionInput {
  readonly name?: string;
  readonly enabled?: boolean;
  readonly mode?: ConnectionMode;
  readonly settings?: TypedSettings;
  readonly allowPrivateNetwork?: boolean;
  readonly pullRules?: Partial<PullRules>;
  readonly pushRules?: PushRulesInput;
  /** Initial password of accounts that a pull creates; `null` = none, they cannot sign in by password. */
  readonly defaultPassword?: string | null;
}

const NAME_MAX_LENGTH = 100;

const readName = (typed: string): string => {
  const name = cleanText(typed);
  if (name !== '' && fits(name, NAME_MAX_LENGTH)) return name;
  throw new AppError('INPUT_INVALID', {
    details: { field: 'name', reason: `1 to ${NAME_MAX_LENGTH} characters are needed` },
    path: ['input', 'name'],
  });
};

/** The password must satisfy the policy now, not when thousands of accounts are to be made with it (row ID-10). */
const sealDefaultPassword = async (
  context: FlowContext,
  tx: Tx,
  typed: { readonly password: string; readonly id: ConnectionId },
): Promise<string> => {
  const tenant = await lockTenant(tx);
  const policy = { ...DEFAULT_PASSWORD_POLICY, ...tenant?.passwordPolicy };
  const faults = checkPassword(policy, typed.password);
  if (faults.length > 0) {
    throw new AppError('DEFAULT_PASSWORD_WEAK', {
      details: { rules: faults.map(({ text }) => text.en) },
      path: ['input', 'defaultPassword'],
    });
  }
  return context.secrets.seal(typed.password, defaultPasswordPlace(context.principal.tenantId, typed.id));
};

const sealSecrets = async (
  context: FlowContext,
  id: ConnectionId,
  read: ReadSettings,
): Promise<Record<string, string>> => {
  const sealed: Record<string, string> = {};
  for (const [name, text] of Object.entries(read.typedSecrets)) {
    const place = secretPlace(context.principal.tenantId, { table: 'connection', id }, name);
    sealed[name] = await context.secrets.seal(text, place);
  }
  return sealed;
};

/** The unit below which imported units go must be there (row ID-09). */
const requireTarget = async (tx: Tx, rules: PullRules): Promise<void> => {
  if (rules.targetOrgUnitId === null) return;
  const [unit] = await lockOrgUnits(tx, [rules.targetOrgUnitId], 'share');
  if (unit?.status === 'ACTIVE') return;
  throw new AppError('NOT_FOUND', {
    details: { type: 'OrgUnit', id: rules.targetOrgUnitId },
    path: ['input', 'pullRules', 'targetOrgUnitId'],
  });
};

const EMPTY: Omit<ConnectionFields, 'name' | 'pullRules' | 'pushRules'> = {
  enabled: false,
  mode: 'READ_ONLY',
  settings: {},
  secrets: {},
  allowPrivateNetwork: false,
  defaultPassword: null,
};

interface Given {
  readonly id: ConnectionId;
  readonly input: ConnectionInput;
  readonly platform: Platform;
  readonly standing: ConnectionRow | null;
}

const fieldsOf = async (context: FlowContext, tx: Tx, given: Given): Promise<ConnectionFields> => {
  const { id, input, platform, standing } = given;
  const base = standing ?? EMPTY;
  const read = readTypedSettings(platform, input.settings ?? {}, {
    settings: base.settings,
    secretNames: Object.keys(base.secrets),
  });
  const pullRules = readPullRules(input.pullRules, standing?.pullRules);
  await requireTarget(tx, pullRules);
  if (input.pullRules?.masters !== undefined) await checkMasters(tx, pullRules.masters);
  const pushRules = readPushRules(input.pushRules, standing?.pushRules);
  if (input.pushRules !== undefined) {
    await checkPushRules(tx, pushRules, { connectionId: id, platform, settings: read.settings });
  }
  const secrets = { ...base.secrets, ...(await sealSecrets(context, id, read)) };
  for (const name of read.clearedSecrets) delete secrets[name];
  const { defaultPassword: password } = input;
  return {
    name: input.name === undefined && standing !== null ? standing.name : readName(input.name ?? ''),
    enabled: input.enabled ?? base.enabled,
    mode: input.mode ?? base.mode,
    settings: read.settings,
    secrets,
    allowPrivateNetwork: input.allowPrivateNetwork ?? base.allowPrivateNetwork,
    pullRules,
    pushRules,
    defaultPassword:
      typeof password === 'string'
        ? await sealDefaultPassword(context, tx, { password, id })
        : password === undefined
          ? base.defaultPassword
          : null,
  };
};

const nameTaken = (name: string): Meaning => ({
  constraint: CONNECTION_NAME_KEY,
  code: 'CONNECTION_NAME_TAKEN',
  details: { name },
  path: ['input', 'name'],
});

const audit = (tx: Tx, verb: string, id: ConnectionId, input: ConnectionInput): Promise<void> =>
  insertAuditEvent(tx, {
    action: `connection.${verb}`,
    objectType: 'Connection',
    objectId: id,
    details: {
      fields: Object.keys(input).sort(),
      settings: Object.keys(input.settings ?? {}).sort(),
      ...(input.enabled === undefined ? {} : { enabled: input.enabled }),
      // Widening a guard is written down (field-notes rule 4).
      ...(input.allowPrivateNetwork === undefined ? {} : { allowPrivateNetwork: input.allowPrivateNetwork }),
      ...(input.pullRules?.guard === undefined ? {} : { guard: input.pullRules.guard }),
      ...(input.pullRules?.masters === undefined ? {} : { masters: input.pullRules.masters }),
      ...(input.pushRules?.guards === undefined ? {} : { pushGuards: input.pushRules.guards }),
      ...(input.pushRules?.shrink === undefined ? {} : { pushShrink: input.pushRules.shrink }),
    },
  });

/**
 * Makes a connection, disabled unless said otherwise (row ID-07). Settings are trimmed and checked by the
 * platform's own table, secrets are sealed.
 * @throws AppError CONNECTION_PLATFORM_UNKNOWN, CONNECTION_NAME_TAKEN, INPUT_INVALID, DEFAULT_PASSWORD_WEAK,
 *   PUSH_RULES_INVALID
 */
export const createConnection = async (
  context: FlowContext,
  input: ConnectionInput & { readonly platform: string; readonly name: string },
): Promise<ConnectionRow> => {
  const platform = requirePlatform(context, input.platform);
  const id = newId<'Connection'>();
  return context.db.transaction(actorOf(context.principal), async (tx) => {
    const fields = await fieldsOf(context, tx, { id, input, platform, standing: null });
    const connection = { id, platform: platform.name };
    const made = await naming(insertConnection(tx, connection, fields), [nameTaken(fields.name)]);
    await beginToPush(context, tx, { before: null, after: made });
    await audit(tx, 'create', id, input);
    return made;
  });
};

/**
 * Changes a connection; what the input leaves out stays, secrets too.
 * @throws AppError NOT_FOUND, VERSION_CONFLICT, and those of `createConnection`
 */
export const updateConnection = async (
  context: FlowContext,
  input: ConnectionInput & { readonly id: ConnectionId; readonly version?: number },
): Promise<ConnectionRow> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const standing = await lockForChange(tx, input);
    const platform = requirePlatform(context, standing.platform);
    const fields = await fieldsOf(context, tx, { id: input.id, input, platform, standing });
    const changed = await naming(updateConnectionRow(tx, input.id, fields), [nameTaken(fields.name)]);
    await beginToPush(context, tx, { before: standing, after: changed });
    // What was changed may be what kept events from being followed.
    await wakeJob(tx, pullChangesKey(input.id));
    await audit(tx, 'update', input.id, input);
    return changed;
  });

/** Locks a connection at the version that the caller has seen. @throws AppError NOT_FOUND, VERSION_CONFLICT */
export const lockForChange = async (
  tx: Tx,
  wanted: { readonly id: ConnectionId; readonly version?: number },
): Promise<ConnectionRow> => {
  const standing = await lockConnection(tx, wanted.id, 'no key update');
  if (standing === null) throw connectionNotFound(wanted.id);
  if (wanted.version !== undefined && wanted.version !== standing.version) {
    throw new AppError('VERSION_CONFLICT', {
      details: { type: 'Connection', id: wanted.id, current: standing.version, given: wanted.version },
    });
  }
  return standing;
};
