import { parentPort, workerData } from 'node:worker_threads';
import { type LinkFileFormat, parseLinkFile } from './parse-link-file.ts';

const { content, format } = workerData as { readonly content: Uint8Array; readonly format: LinkFileFormat };

parentPort?.postMessage(await parseLinkFile(Buffer.from(content), format));
