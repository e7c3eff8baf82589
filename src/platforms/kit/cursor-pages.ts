import { AppError } from '../../domain/index.ts';

/** A page of a list that is read by cursors; `undefined` and `''` mean that it was the last one. */
export interface CursorPage<Row> {
  readonly rows: readonly Row[];
  readonly next: string | undefined;
}

/** All rows of such a list. Throws `PLATFORM_ANSWER_INVALID` when a cursor leads to itself. */
export async function* rowsByCursor<Row>(
  api: string,
  read: (cursor: string | undefined) => Promise<CursorPage<Row>>,
): AsyncGenerator<Row, void, void> {
  for (let cursor: string | undefined; ; ) {
    const { rows, next } = await read(cursor);
    yield* rows;
    if (next === undefined || next === '') return;
    if (next === cursor)
      throw new AppError('PLATFORM_ANSWER_INVALID', { details: { api, reason: 'the same cursor again' } });
    cursor = next;
  }
}
