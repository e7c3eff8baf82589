import { z } from 'zod';
import { orAbsent } from '../kit/lenient.ts';

/**
 * A resource as it came, unknown attributes included: what is written back by PUT must not lose them. Attributes are
 * read one by one, with a look at their type: an odd one must not make a page unreadable. RFC 7643 §3
 */
export const resource = z.looseObject({
  // Longer ones cannot be kept.
  id: z.string().min(1).max(256),
  meta: orAbsent(z.looseObject({ version: orAbsent(z.string()).catch(undefined) })).catch(undefined),
});
export type Resource = z.infer<typeof resource>;

/** RFC 7644 §3.4.2; an empty list may lack `Resources`. */
export const listAnswer = z.object({
  totalResults: z.int().nonnegative(),
  Resources: orAbsent(z.array(resource)).transform((rows) => rows ?? []),
});

/** Answer to a change: the resource, or nothing. RFC 7644 §3.5 */
export const changeAnswer = resource.optional();

/** Whatever is said about a removal. */
export const anyAnswer = z.unknown();

const feature = orAbsent(z.looseObject({ supported: z.boolean() })).catch(undefined);
/** RFC 7643 §5. What is not announced is not used. */
export const providerAnswer = z
  .object({ patch: feature, filter: feature, etag: feature })
  .transform(({ patch, filter, etag }) => ({
    patch: patch?.supported === true,
    filter: filter?.supported === true,
    etag: etag?.supported === true,
  }));
export type Announced = z.infer<typeof providerAnswer>;

/** RFC 7644 §3.12 */
export const errorAnswer = z.object({
  scimType: orAbsent(z.string()).catch(undefined),
  detail: orAbsent(z.string()).catch(undefined),
});
