import { AppError, type ConnectionAppId } from '../../domain/index.ts';
import { cleanText } from '../../planner/normalise.ts';
import type { ConnectionAppRow, SealedSecrets } from '../../store/queries/connections.ts';
import type { FlowContext } from '../context.ts';
import { secretPlace } from './open-connection.ts';

/** Secrets of an app as they are typed; write-only, `null` removes one, what is absent stays. */
export interface AppSecrets {
  readonly appSecret?: string | null;
  /** Token of the callback address, as the platform's console has it. */
  readonly callbackToken?: string | null;
  /** EncodingAESKey of the callback address. */
  readonly callbackAesKey?: string | null;
}

interface SecretRule {
  readonly accepts: RegExp;
  readonly reason: string;
  readonly reasonZh: string;
}

const RULES: Readonly<Record<keyof AppSecrets, SecretRule>> = {
  appSecret: { accepts: /^.{1,500}$/s, reason: 'at most 500 characters', reasonZh: '最多 500 个字符' },
  // What platforms take for a token differs in its length only.
  callbackToken: {
    accepts: /^[0-9A-Za-z]{3,64}$/,
    reason: '3 to 64 letters and digits',
    reasonZh: '3 至 64 位字母或数字',
  },
  callbackAesKey: {
    accepts: /^[0-9A-Za-z]{43}$/,
    reason: '43 letters and digits',
    reasonZh: '43 位字母或数字',
  },
};

const NAMES = Object.keys(RULES) as (keyof AppSecrets)[];

const requireLegal = (name: keyof AppSecrets, text: string): void => {
  const { accepts, reason, reasonZh } = RULES[name];
  if (accepts.test(text)) return;
  throw new AppError('INPUT_INVALID', {
    details: { field: name, reason, reasonZh },
    path: ['input', name],
  });
};

/** The secrets of an app with what was typed over what stands, sealed. @throws AppError INPUT_INVALID */
export const sealAppSecrets = async (
  context: FlowContext,
  app: { readonly id: ConnectionAppId; readonly standing: Pick<ConnectionAppRow, 'secrets'> | null },
  typed: AppSecrets,
): Promise<SealedSecrets> => {
  const secrets: Record<string, string> = { ...app.standing?.secrets };
  for (const name of NAMES) {
    const given = typed[name];
    if (given === undefined) continue;
    // Copied over a line break a secret carries blanks within it (row ID-37).
    const text = cleanText(given ?? '').replaceAll(' ', '');
    delete secrets[name];
    if (text === '') continue;
    requireLegal(name, text);
    const place = secretPlace(context.principal.tenantId, { table: 'connection_app', id: app.id }, name);
    secrets[name] = await context.secrets.seal(text, place);
  }
  return secrets;
};

/** One secret of an app in clear text, for one call; `null` when it is not set. @throws AppError SECRET_UNREADABLE */
export const openAppSecret = async (
  context: Pick<FlowContext, 'principal' | 'secrets'>,
  app: Pick<ConnectionAppRow, 'id' | 'secrets'>,
  name: keyof AppSecrets,
): Promise<string | null> => {
  const sealed = app.secrets[name];
  if (sealed === undefined) return null;
  const place = secretPlace(context.principal.tenantId, { table: 'connection_app', id: app.id }, name);
  return context.secrets.open(sealed, place);
};
