import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { CREDENTIALS } from './settings.ts';
import type { World } from './world.ts';

const decoded = (header: string): readonly [string, string] | undefined => {
  const [scheme = '', text = ''] = header.split(' ');
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const pair = Buffer.from(text, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? undefined : [pair.slice(0, colon), pair.slice(colon + 1)];
};

const unescaped = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));

/** Throws when the request may not pass. The texts are those of a real server: they repeat what they were told. */
export const authorise = (world: World, request: Request): string => {
  const header = request.headers.authorization ?? '';
  const { auth } = world.settings;
  if (auth === 'basic') {
    const [name, password] = decoded(header) ?? [];
    if (name === CREDENTIALS.userName && password === CREDENTIALS.password) return name;
  } else {
    const token = /^Bearer (\S+)$/.exec(header)?.[1] ?? '';
    if (auth === 'bearer' && token === CREDENTIALS.bearer) return 'bearer';
    if (auth === 'oauth' && (world.tokens.get(token) ?? 0) > Date.now()) return 'oauth';
  }
  throw new Error(`refused: ${header}`);
};

/** The token endpoint. RFC 6749 §4.4 */
export const issueToken = (world: World, request: Request, response: Response): void => {
  const body = (request.body ?? {}) as Record<string, string>;
  const inHeader = decoded(request.headers.authorization ?? '')?.map(unescaped);
  const [id, secret] =
    world.settings.clientAuth === 'header' ? (inHeader ?? []) : [body['client_id'], body['client_secret']];
  const fail = (status: number, error: string): void =>
    void response.status(status).json({ error, error_description: `refused ${secret ?? ''}` });
  if (body['grant_type'] !== 'client_credentials') fail(400, 'unsupported_grant_type');
  else if (id !== CREDENTIALS.clientId || secret !== CREDENTIALS.clientSecret) fail(401, 'invalid_client');
  else if ((body['scope'] ?? '') !== CREDENTIALS.scope) fail(400, 'invalid_scope');
  else {
    const token = randomBytes(24).toString('hex');
    world.tokens.set(token, Date.now() + world.settings.tokenSeconds * 1000);
    response.json({ access_token: token, token_type: 'Bearer', expires_in: world.settings.tokenSeconds });
  }
};
