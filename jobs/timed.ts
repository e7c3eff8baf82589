import { z } from 'zod';

/** What the queue's clock puts into the payload of a job that is due by itself. */
export const timed = z.object({ _cron: z.object({ ts: z.string() }).optional() });
