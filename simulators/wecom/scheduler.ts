export { createScheduler, type Scheduler } from '../kit/scheduler.ts';
