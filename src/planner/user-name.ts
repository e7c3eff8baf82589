import type { UserNameSource } from '../domain/connection.ts';
import type { RemoteAccountValue } from '../domain/remote.ts';
import { cleanText, normaliseEmail, normaliseMobile } from './normalise.ts';
import { readingsOfRun } from './pinyin.ts';

const HAN_RUN = /\p{Script=Han}+/gu;
const NOT_IN_USER_NAME = /[^a-z0-9]+/g;

const inPinyin = (name: string): string =>
  cleanText(name)
    .normalize('NFKC')
    .replace(HAN_RUN, (run) => readingsOfRun(run)[0]?.join('') ?? '')
    .toLowerCase()
    .replace(NOT_IN_USER_NAME, '');

const beforeAt = (email: string): string => {
  const at = email.lastIndexOf('@');
  return at < 0 ? email : email.slice(0, at);
};

/**
 * The user name that a new account is proposed, by rule; `null` when the source field is empty or absent.
 *
 * The proposal is a function of this person alone. A collision is an issue for the reviewer, never settled by
 * a suffix: who gets `wangwei` and who `wangwei2` is not ours to guess. Made at creation only: an import never
 * changes the user name of an account that exists.
 */
export const proposeUserName = (source: UserNameSource, remote: RemoteAccountValue): string | null => {
  if (source === 'externalId') return cleanText(remote.externalId) || null;
  if (source === 'pinyin') return (remote.name && inPinyin(remote.name)) || null;
  const field = source === 'emailLocalPart' ? 'email' : source;
  const value = remote[field];
  if (value === undefined || value === null) return null;
  if (field === 'mobile') return normaliseMobile(value).replace(/[+-]/g, '') || null;
  if (field === 'jobNumber') return cleanText(value) || null;
  const email = normaliseEmail(value);
  return (source === 'email' ? email : beforeAt(email)) || null;
};
