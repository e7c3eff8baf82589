import { randomBytes } from 'node:crypto';
import { fail } from './failures.ts';
import type { Handler, Route } from './world.ts';

const LIFE_MS = 3 * 86_400_000;
const MB = 1024 * 1024;
/** Files of five bytes and less are refused. */
const LEAST_BYTES = 6;

export const MEDIA_TYPES = ['image', 'voice', 'video', 'file'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

const MOST_BYTES: Readonly<Record<MediaType, number>> = {
  image: 10 * MB,
  voice: 2 * MB,
  video: 10 * MB,
  file: 20 * MB,
};

export interface Media {
  readonly id: string;
  readonly type: MediaType;
  readonly fileName: string;
  readonly bytes: Buffer;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** Uploaded files: good for three days, for the whole corp. */
export interface MediaStore {
  add(input: Omit<Media, 'id'>): Media;
  /** `undefined` when unknown or older than three days. */
  get(id: string, now: number): Media | undefined;
}

export function createMediaStore(): MediaStore {
  const kept = new Map<string, Media>();
  return {
    add: (input) => {
      const media = { ...input, id: `3${randomBytes(48).toString('base64url')}` };
      kept.set(media.id, media);
      return media;
    },
    get: (id, now) => {
      const media = kept.get(id);
      return media && now < media.createdAt + LIFE_MS ? media : undefined;
    },
  };
}

const upload: Handler = ({ media }, { params, bytes, contentType, now }) => {
  const type = MEDIA_TYPES.find((one) => one === params.text('type'));
  if (!type) fail(40058, 'type must be image, voice, video or file');
  const part = mediaPart(bytes, contentType);
  if (!part) fail(41005);
  if (part.bytes.length < LEAST_BYTES) fail(40006);
  if (part.bytes.length > MOST_BYTES[type]) fail(45001);
  const { id } = media.add({ ...part, type, createdAt: now });
  return { type, media_id: id, created_at: String(Math.floor(now / 1000)) };
};

/** The form field `media` of a multipart body, when it names a file. */
function mediaPart(body: Buffer, contentType: string): { fileName: string; bytes: Buffer } | undefined {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return undefined;
  const mark = Buffer.from(`--${boundary}`);
  for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + mark.length)) {
    const start = at + mark.length + 2;
    const headEnd = body.indexOf('\r\n\r\n', start);
    const end = body.indexOf(Buffer.concat([Buffer.from('\r\n'), mark]), start);
    if (headEnd < 0 || end < headEnd) continue;
    const head = body.toString('utf8', start, headEnd);
    const fileName = /\bfilename="([^"]*)"/i.exec(head)?.[1];
    if (!/\bname="media"/i.test(head) || fileName === undefined) continue;
    return { fileName, bytes: Buffer.from(body.subarray(headEnd + 4, end)) };
  }
  return undefined;
}

export const MEDIA_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/cgi-bin/media/upload', access: 'any', upload: true, handle: upload },
];
