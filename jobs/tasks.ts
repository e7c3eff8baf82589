import { GIVE_UP_TASK, giveUpTask } from './give-up.ts';
import type { AnyTask } from './task.ts';

export { GIVE_UP_TASK };

const WORK: readonly AnyTask[] = [];

/** Everything that the worker thread can do. */
export const TASKS: readonly AnyTask[] = [...WORK, giveUpTask(WORK)];
