import { z } from 'zod';

/** An id in a job's payload, as the branded type that the flow wants. */
export const idOf = <Id extends string>(): z.ZodType<Id> => z.uuid().transform((text) => text as Id);
