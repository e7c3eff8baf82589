import { z } from 'zod';

const answered = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        extensions: z.object({ code: z.string() }).partial().optional(),
      }),
    )
    .optional(),
});

/** What the server says before the API is asked. */
const refused = z.object({ error: z.object({ code: z.string(), message: z.object({ en: z.string() }) }) });

/** What the API refused, by its code. */
export class Refused extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** Asks the gateway over HTTP, as any client would. */
export interface Client {
  /** @throws Refused */
  ask<T>(
    operation: { readonly document: string; readonly answer: z.ZodType<T> },
    variables?: object,
  ): Promise<T>;
  /** Sends this access token from now on. */
  use(accessToken: string): void;
}

export const createClient = (address: string): Client => {
  let token: string | null = null;
  return {
    use: (accessToken) => {
      token = accessToken;
    },
    ask: async ({ document, answer }, variables = {}) => {
      const response = await fetch(`${address}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'accept-language': 'en',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ query: document, variables }),
      });
      const body: unknown = await response.json();
      const refusal = refused.safeParse(body);
      if (refusal.success) throw new Refused(refusal.data.error.code, refusal.data.error.message.en);
      const { data, errors } = answered.parse(body);
      const [first] = errors ?? [];
      if (first !== undefined) throw new Refused(first.extensions?.code ?? 'UNKNOWN', first.message);
      return answer.parse(data);
    },
  };
};
