import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../../domain/index.ts';
import type { FileRow, LinkFileFormat, ParsedFile } from './parse-link-file.ts';

/** Longest time for one file; a hundred thousand rows take a tenth of it. */
const PARSE_MS = 180_000;
/** Megabytes of heap. A file that needs more ends its own thread and nothing else. */
const HEAP_MB = 1_024;

const unreadable = (reason: string, reasonZh: string): AppError =>
  new AppError('LINK_FILE_UNREADABLE', { details: { reason, reasonZh } });

const parseInThread = (content: Buffer, format: LinkFileFormat): Promise<ParsedFile> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL(`./parse-thread${extname(import.meta.url)}`, import.meta.url), {
      workerData: { content, format },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    const late = setTimeout(() => void worker.terminate(), PARSE_MS);
    worker.once('message', resolve);
    worker.once('error', (error) => {
      const isTooLarge = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      reject(isTooLarge ? unreadable('it is too large', '文件过大') : error);
    });
    worker.once('exit', () => {
      clearTimeout(late);
      // After a message or an error this changes nothing.
      reject(unreadable('reading it takes too long', '读取超时'));
    });
  });

let last: Promise<unknown> = Promise.resolve();

/** One file after the other in this process: each may take a whole processor and much memory. */
const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
  const mine = last.then(work, work);
  last = mine.catch(() => undefined);
  return mine;
};

/**
 * Rows of a file of links. It is read in a thread of its own, so that no file holds up, or takes down, the process.
 * @throws AppError LINK_FILE_UNREADABLE, LINK_FILE_COLUMN_MISSING
 */
export const readLinkFile = async (content: Buffer, format: LinkFileFormat): Promise<readonly FileRow[]> => {
  const parsed = await inTurn(() => parseInThread(content, format));
  if (parsed.kind === 'rows') return parsed.rows;
  if (parsed.kind === 'unreadable') throw unreadable(parsed.reason, parsed.reasonZh);
  throw new AppError('LINK_FILE_COLUMN_MISSING', { details: { column: parsed.column } });
};
