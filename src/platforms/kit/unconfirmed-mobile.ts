import { AppError, type TargetOperation, type TargetValues } from '../../domain/index.ts';
import { readMobile } from './mobile.ts';

/** A person's number as the platform shows it now, and whether it is the person's own by now. */
export interface ShownMobile {
  readonly mobile: string | null | undefined;
  readonly isOwn: boolean;
}

/**
 * Of a platform that passes over a number which people have made their own, without an error: what was written is looked
 * at. Answers with the fields of which nobody knows whether they were taken. Throws `PLATFORM_MOBILE_LOCKED` when the
 * number is another one and the person's own.
 */
export const unconfirmedMobile = async (
  { externalId }: Extract<TargetOperation, { readonly externalId: string }>,
  { mobile }: TargetValues,
  look: () => Promise<ShownMobile | null>,
): Promise<readonly string[]> => {
  if (mobile === undefined || mobile === null) return [];
  // Everything is written by now: a look that fails tells nothing, and must not look like a failure.
  const shown = await look().catch(() => null);
  const seen = readMobile(shown?.mobile, undefined);
  if (seen === readMobile(mobile, undefined)) return [];
  if (seen !== undefined && shown?.isOwn === true)
    throw new AppError('PLATFORM_MOBILE_LOCKED', { details: { object: externalId } });
  return ['mobile'];
};
