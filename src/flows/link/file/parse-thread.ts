import { parentPort, workerData } from 'node:worker_threads';
import { type LinkFileFormat, parseLinkFile } from './parse-link-file.ts';

interface Work {
  readonly content: Uint8Array;
  readonly format: LinkFileFormat;
}

// Outside of a thread this module does nothing.
if (parentPort !== null) {
  const { content, format } = workerData as Work;
  parentPort.postMessage(await parseLinkFile(Buffer.from(content), format));
}
