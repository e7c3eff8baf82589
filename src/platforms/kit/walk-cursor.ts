import { z } from 'zod';
import { type CompletenessGap, GAP_CODES } from '../../domain/index.ts';

/**
 * What was stored so far, so that a fetch goes on where it was killed. Work lists are in an order that follows
 * from the stored units alone (level, then id), so positions in them mean the same after a restart.
 */
const schema = z.object({
  version: z.literal(2),
  /** Digest of range and start units: another one means another walk. */
  walk: z.string(),
  phase: z.enum(['units', 'people', 'individuals', 'check']),
  /** Level of the tree in work; phase `units` only. */
  level: z.number().int(),
  /** Items before this position are finished. */
  done: z.number().int(),
  /** Positions behind it: `null` finished, text = cursor of the next page of that unit. */
  beyond: z.record(z.string(), z.string().nullable()),
  /** Units of deeper levels whose children were read already; phase `units` only. */
  ahead: z.array(z.string()),
  gaps: z.array(z.object({ code: z.enum(GAP_CODES), where: z.string(), detail: z.string() })),
  unlistedGaps: z.number().int(),
  pages: z.number().int(),
  calls: z.number().int(),
  failedUnits: z.array(z.string()),
  suspects: z.array(z.string()),
  headCountBefore: z.int().nullable(),
});

export type WalkCursor = z.infer<typeof schema> & { readonly gaps: readonly CompletenessGap[] };

export const encodeCursor = (cursor: WalkCursor): string => JSON.stringify(cursor);

/** The cursor, `undefined` when it is not one of this version (then the walk starts from the beginning). */
export const decodeCursor = (text: string): WalkCursor | undefined => {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
};

/** Which items of an ordered work list are finished, as a base and exceptions beyond it. */
export class Progress {
  done: number;
  readonly #beyond: Map<number, string | null>;

  constructor(done = 0, beyond: Readonly<Record<string, string | null>> = {}) {
    this.done = done;
    this.#beyond = new Map(Object.entries(beyond).map(([index, next]) => [Number(index), next]));
  }

  /** Cursor at which the item goes on: absent = from its beginning, `null` = finished. */
  next(index: number): string | null | undefined {
    return index < this.done ? null : this.#beyond.get(index);
  }

  /** Notes where the item stands; `null` = finished. */
  note(index: number, next: string | null): void {
    this.#beyond.set(index, next);
    while (this.#beyond.get(this.done) === null) {
      this.#beyond.delete(this.done);
      this.done += 1;
    }
  }

  get beyond(): Record<string, string | null> {
    return Object.fromEntries(this.#beyond);
  }
}
