import { z } from 'zod';
import { orAbsent } from './lenient.ts';

/** Minutes; a span beyond a day is not believed. */
const wait = orAbsent(z.number().positive().max(1_440)).catch(undefined);

/** Answer of a guard before the API when our address is blocked; it has the form of no call. */
export const blockedAnswer = z.union([
  z.object({ status: z.literal(1111), wait }),
  z.object({ punish: z.literal('deny'), wait }),
]);
