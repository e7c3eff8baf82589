import { z } from 'zod';
import { AppError } from '../../domain/index.ts';
import type { ApiCall } from './api-client.ts';
import { orAbsent } from './lenient.ts';
import type { Token } from './token-cache.ts';

/** RFC 6749 §5.1. A token whose life is not told is renewed after five minutes. */
const tokenAnswer = z
  .object({ access_token: z.string().min(1), expires_in: orAbsent(z.coerce.number().positive()) })
  .transform((answer) => ({ value: answer.access_token, lifeSeconds: answer.expires_in ?? 300 }));

/** RFC 6749 §5.2 */
export const tokenRefusal = z.object({
  error: z.string(),
  error_description: orAbsent(z.string()).catch(undefined),
});

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
/** RFC 6749 §2.3.1: name and secret are form-encoded before they become a Basic header. */
const formEncoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

/** Source: RFC 7617 §2, with the texts in UTF-8. */
export const basicHeader = (name: string, secret: string): string => `Basic ${base64(`${name}:${secret}`)}`;

export interface ClientCredentials {
  /** Full address of the token endpoint. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Divided by blanks; `''` = not asked for. */
  readonly scope: string;
  /** Where name and secret stand: as a Basic header, or in the form. */
  readonly clientAuth: 'header' | 'body';
}

/** The call for a token by client credentials. Source: RFC 6749 §4.4. Throws `PLATFORM_ADDRESS_FORBIDDEN`. */
export const clientCredentialsCall = (credentials: ClientCredentials): ApiCall<z.ZodType<Token>> => {
  const { tokenUrl, clientId, clientSecret, scope, clientAuth } = credentials;
  const url = URL.parse(tokenUrl);
  if (url === null || url.search !== '' || url.hash !== '')
    throw new AppError('PLATFORM_ADDRESS_FORBIDDEN', {
      details: { address: tokenUrl.slice(0, 200), reason: 'not an address without query' },
    });
  const wanted = { grant_type: 'client_credentials', ...(scope === '' ? {} : { scope }) };
  const inBody = clientAuth === 'body';
  return {
    // Kept as it was typed: the guard looks at how an address is written.
    base: /^[a-z]+:\/\/[^/]*/i.exec(tokenUrl)?.[0] ?? tokenUrl,
    method: 'POST',
    path: url.pathname,
    form: inBody ? { ...wanted, client_id: clientId, client_secret: clientSecret } : wanted,
    ...(inBody
      ? {}
      : { headers: { authorization: basicHeader(formEncoded(clientId), formEncoded(clientSecret)) } }),
    schema: tokenAnswer,
  };
};
