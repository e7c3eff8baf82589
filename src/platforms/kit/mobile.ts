import type { Seen } from '../../domain/index.ts';
import { cleanText, seenText } from './text.ts';

/**
 * Country numbers by their length, of which no one begins another.
 * Source: ITU-T E.164, list of assigned country codes (one or two digits as listed, all others three).
 */
const COUNTRY = /^\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9]\d\d)(\d{4,14})$/;

/** Mainland numbers plain, all others with their country number; `+xx-xxxx` and a state code are two spellings. */
export const readMobile = (mobile: Seen<string>, state: string | undefined): Seen<string> => {
  const text = seenText(mobile);
  if (typeof text !== 'string') return text;
  const digits = text.replace(/[\s-]/g, '');
  if (/^(\+?86)?1\d{10}$/.test(digits)) return digits.slice(-11);
  const country = cleanText(state ?? '').replace(/^\+/, '');
  return /^\d+$/.test(digits) && country !== '' && country !== '86' ? `+${country}${digits}` : digits;
};

/**
 * The other way round: mainland numbers plain or, with `prefixed`, as `+86-…`; all others as `+xx-…`. What is no
 * number comes back as it was, for the platform to refuse.
 */
export const writtenMobile = (mobile: string, { prefixed }: { readonly prefixed: boolean }): string => {
  const digits = mobile.replace(/[\s-]/g, '');
  if (/^(\+?86)?1\d{10}$/.test(digits)) return `${prefixed ? '+86-' : ''}${digits.slice(-11)}`;
  const parts = COUNTRY.exec(digits);
  return parts === null ? mobile : `+${parts[1]}-${parts[2]}`;
};
