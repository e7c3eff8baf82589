/** The two parts of a token that we could have made; nothing is verified yet. */
export interface ParsedToken {
  readonly kid: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

const LONGEST = 4_096;
const FORM = /^([\w-]+)\.([\w-]+)\.([\w-]{86})$/;

/**
 * JSON of a base64url part, `null` unless it is spelled as `JSON.stringify` spells it: a part with a repeated
 * member, blanks, or bits beyond its last byte is none that we wrote.
 */
const ownJson = (part: string): Record<string, unknown> | null => {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) return null;
  const text = bytes.toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
    return JSON.stringify(value) === text ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
};

/**
 * Takes a compact JWS apart when its form is exactly that of our access tokens (RFC 8725 sections 3.1, 3.11;
 * RFC 9068): header with `alg: ES256`, `typ: at+jwt`, `kid` and nothing else, in canonical spelling, signature of
 * 64 bytes. `null` for everything else, so that no other algorithm, key or extension is ever looked at.
 */
export const parseAccessToken = (token: string): ParsedToken | null => {
  if (token.length > LONGEST) return null;
  const parts = FORM.exec(token);
  if (parts === null) return null;
  const [, head = '', body = '', signature = ''] = parts;
  if (Buffer.from(signature, 'base64url').toString('base64url') !== signature) return null;
  const header = ownJson(head);
  if (header === null || Object.keys(header).length !== 3) return null;
  const { alg, typ, kid } = header;
  if (alg !== 'ES256' || typ !== 'at+jwt' || typeof kid !== 'string') return null;
  const claims = ownJson(body);
  return claims === null ? null : { kid, claims };
};
