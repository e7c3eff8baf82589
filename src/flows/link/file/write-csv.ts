import { stringify } from 'csv-stringify/sync';
import { defuse } from './columns.ts';

/** Without it Excel takes UTF-8 for the system's own encoding, and Chinese becomes rubbish. */
const BOM = '\ufeff';

/** A CSV file (RFC 4180) in UTF-8, page by page; texts that would be formulas are defused. */
export async function* writeCsv(rows: AsyncIterable<readonly (readonly string[])[]>): AsyncGenerator<Buffer> {
  let start = BOM;
  for await (const page of rows) {
    const lines = page.map((row) => row.map(defuse));
    yield Buffer.from(start + stringify(lines, { record_delimiter: 'windows' }));
    start = '';
  }
}
