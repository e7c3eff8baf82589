import { ZodError, z } from 'zod';
import { type AnyTask, defineTask } from './task.ts';

/** Name of the task that ends jobs whose attempts are used up; see `replaceExhausted`. */
export const GIVE_UP_TASK = 'give-up';

/** Says of a job that nobody will try again what its task has to say about that. */
export const giveUpTask = (tasks: readonly AnyTask[]): AnyTask =>
  defineTask({
    name: GIVE_UP_TASK,
    payload: z.object({ id: z.string(), task: z.string(), payload: z.unknown() }),
    run: async (context, job) => {
      const task = tasks.find(({ name }) => name === job.task);
      try {
        await task?.prepare(job.payload).giveUp(context);
      } catch (error) {
        // A payload that the task does not understand is why it failed; there is nothing to give up.
        if (!(error instanceof ZodError)) throw error;
      }
    },
  });
