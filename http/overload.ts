/** Milliseconds between two looks at the event loop. */
const LOOK_MS = 50;
/** An event loop that is later than this refuses work until it has caught up … */
const LATE_MS = 200;
/** … unless fewer requests than this are in progress: then something else holds it up, and waiting is shorter. */
const CROWD = 50;
/** Requests in progress at once; more would only wait for one another and for the database's connections. */
const MOST_IN_PROGRESS = 1_000;

/** Decides whether one more request is worth starting. */
export interface OverloadGuard {
  /** Null = welcome; otherwise why not. */
  refusal(inProgress: number): string | null;
  /** How late the event loop was at the last look, milliseconds. */
  readonly lateMs: number;
  close(): void;
}

/** Watches how late the event loop is: while it is, answers would come too late to be of use. */
export const watchOverload = (now: () => number = () => performance.now()): OverloadGuard => {
  let lateMs = 0;
  let expected = now() + LOOK_MS;
  const timer = setInterval(() => {
    const at = now();
    lateMs = Math.max(0, at - expected);
    expected = at + LOOK_MS;
  }, LOOK_MS);
  timer.unref();
  return {
    refusal: (inProgress) => {
      if (inProgress > MOST_IN_PROGRESS) return 'too many requests in progress';
      // While the loop is blocked the timer cannot say so; the overdue look does.
      if (inProgress > CROWD && Math.max(lateMs, now() - expected) > LATE_MS) return 'overloaded';
      return null;
    },
    get lateMs() {
      return lateMs;
    },
    close: () => clearInterval(timer),
  };
};
