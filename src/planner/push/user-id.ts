import type { PushIssue } from '../../domain/sync.ts';
import { compareCodePoints, fold } from '../fold.ts';
import type { PushContext } from './context.ts';
import { issue } from './draft.ts';
import type { PushAccount } from './facts.ts';
import { templateReader } from './field-values.ts';
import { faultOf } from './text-rule.ts';

/** Platform id that a new person asks for, or why there is none; `null` = the platform makes it. */
export type WantedId = { readonly externalId: string } | { readonly issue: PushIssue } | null;

/**
 * Platform ids of new people by the connection's template or the platform's own, legal and not taken (row W-DD-45). Two new people who would
 * get the same one get none: whose it is is not ours to guess.
 */
export const wantedIds = (
  context: PushContext,
  newcomers: readonly PushAccount[],
): ((account: PushAccount) => WantedId) => {
  const { mode, rule, foldCase, template } = context.input.capabilities.accountIds;
  const externalIdTemplate = context.input.rules.externalIdTemplate ?? template ?? null;
  if (externalIdTemplate === null || mode === 'ASSIGNED' || newcomers.length === 0) return () => null;
  const read = templateReader(externalIdTemplate);
  const keyOf = (id: string): string => (foldCase ? fold(id) : id);
  const holders = new Map<string, number>();
  const count = (id: string): void => {
    holders.set(keyOf(id), (holders.get(keyOf(id)) ?? 0) + 1);
  };
  for (const externalId of context.remoteAccounts.keys()) count(externalId);
  for (const account of newcomers) {
    const id = read(account);
    if (id !== null && id !== 'FAILED') count(id);
  }
  return (account) => {
    const id = read(account);
    if (id === 'FAILED') return { issue: issue('TEMPLATE_FAILED', 'externalId') };
    if (id === null || faultOf(rule, id) !== null)
      return { issue: issue('EXTERNAL_ID_ILLEGAL', 'externalId', id) };
    if ((holders.get(keyOf(id)) ?? 0) > 1) return { issue: issue('EXTERNAL_ID_TAKEN', 'externalId', id) };
    return { externalId: id };
  };
};

/** The order in which people are planned: by id, so that the input's order means nothing. */
export const byId = (a: PushAccount, b: PushAccount): number => compareCodePoints(a.id, b.id);
