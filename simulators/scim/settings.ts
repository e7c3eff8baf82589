import { z } from 'zod';

/** How the server behaves; every row can be changed at any time. */
export const settingsSchema = z.strictObject({
  auth: z.enum(['basic', 'bearer', 'oauth']),
  /** Of the token endpoint: where the client's name and secret have to stand. RFC 6749 §2.3.1 */
  clientAuth: z.enum(['header', 'body']),
  /** Seconds for which a token is good. */
  tokenSeconds: z.int().positive(),
  /** Announced and served; otherwise PATCH is answered with 501. */
  patch: z.boolean(),
  /** `refused` = 501, `ignored` = everything is returned; neither is announced. */
  filter: z.enum(['on', 'refused', 'ignored']),
  etag: z.boolean(),
  /** Whether there is a ServiceProviderConfig; otherwise 404. */
  announces: z.boolean(),
  /** `ignoresCount` returns all from the start index on, `ignoresStart` always the first page. */
  paging: z.enum(['honest', 'ignoresCount', 'ignoresStart']),
  /** Most resources of a page, whatever `count` says. */
  maxPage: z.int().positive(),
  /** Whether users show the groups that they are in. */
  userGroups: z.boolean(),
  uniqueGroupNames: z.boolean(),
  /** Longest text of an attribute. */
  maxText: z.int().positive(),
  /** Takes `active` and does not keep it. */
  ignoresActive: z.boolean(),
  /** Takes `externalId` and does not keep it. */
  ignoresExternalId: z.boolean(),
  /** Answers writing calls with 204 where the protocol allows that. */
  quiet: z.boolean(),
});

export type ScimSettings = z.infer<typeof settingsSchema>;

export const DEFAULT_SETTINGS: ScimSettings = {
  auth: 'oauth',
  clientAuth: 'header',
  tokenSeconds: 3600,
  patch: true,
  filter: 'on',
  etag: false,
  announces: true,
  paging: 'honest',
  maxPage: 200,
  userGroups: true,
  uniqueGroupNames: false,
  maxText: 256,
  ignoresActive: false,
  ignoresExternalId: false,
  quiet: false,
};

/** The credentials that are accepted. */
export const CREDENTIALS = {
  userName: 'muster',
  password: 'p@ss:wörd%41',
  bearer: 'static-bearer-token-0123456789',
  clientId: 'client:1',
  clientSecret: 's3cret/+=%&',
  scope: 'scim.write',
};
