import { z } from 'zod';
import type { Token } from './token-cache.ts';

/** Answer that holds a token and the seconds of its life under these names. */
export const tokenAnswer = (value: string, life: string): z.ZodType<Token> =>
  z
    .object({ [value]: z.string().min(1), [life]: z.number().positive() })
    .transform((answer) => ({ value: String(answer[value]), lifeSeconds: Number(answer[life]) }));
