import { constants, crc32, inflateRawSync } from 'node:zlib';

/** One file of an archive; `size` and `crc` are those of the unpacked bytes. */
export interface ZipEntry {
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  readonly data: Buffer;
  readonly size: number;
  readonly crc: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** Shortest end record; a comment of up to 65,535 bytes may follow it. */
const END_LENGTH = 22;
const COMMENT_MAX = 65_535;
const VERSION = 20;
/** Names are UTF-8. */
const UTF8_FLAG = 0x0800;
const ENCRYPTED_FLAG = 0x0001;
/** 1980-01-01: an archive that is made twice is the same twice. */
const DATE = 0x21;

export const storedEntry = (name: string, data: Buffer): ZipEntry => ({
  name,
  method: 'stored',
  data,
  size: data.length,
  crc: crc32(data),
});

/** What local header and directory have in common, from the version on. */
const describe = (entry: ZipEntry): Buffer => {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION, 0);
  fields.writeUInt16LE(UTF8_FLAG, 2);
  fields.writeUInt16LE(entry.method === 'stored' ? 0 : 8, 4);
  fields.writeUInt16LE(DATE, 8);
  fields.writeUInt32LE(entry.crc, 10);
  fields.writeUInt32LE(entry.data.length, 14);
  fields.writeUInt32LE(entry.size, 18);
  fields.writeUInt16LE(Buffer.byteLength(entry.name), 22);
  return fields;
};

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** An archive of a few files (PKWARE APPNOTE 6.3, without ZIP64). */
export const writeZip = (entries: readonly ZipEntry[]): Buffer => {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const fields = describe(entry);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    directory.push(uint32(CENTRAL), uint32(VERSION).subarray(0, 2), fields, place, name);
    files.push(uint32(LOCAL), fields, name, entry.data);
    at += 4 + fields.length + name.length + entry.data.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(END_LENGTH);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...files, index, end]);
};

export interface ZipLimits {
  /** Files of the archive. */
  readonly entries: number;
  /** Bytes of all wanted files together, unpacked. */
  readonly bytes: number;
}

/** Why an archive is not read. */
export class ZipFault extends Error {
  readonly kind: 'MALFORMED' | 'TOO_LARGE';
  constructor(kind: ZipFault['kind'], cause?: unknown) {
    super(kind, { cause });
    this.kind = kind;
  }
}

const endOf = (archive: Buffer): number => {
  const first = Math.max(0, archive.length - END_LENGTH - COMMENT_MAX);
  for (let at = archive.length - END_LENGTH; at >= first; at -= 1) {
    if (archive.readUInt32LE(at) === END) return at;
  }
  throw new ZipFault('MALFORMED');
};

/** Unpacks one file, and not one byte more than there is room for. */
const unpack = (archive: Buffer, header: number, room: number): Buffer => {
  if (archive.readUInt32LE(header) !== CENTRAL) throw new ZipFault('MALFORMED');
  if ((archive.readUInt16LE(header + 8) & ENCRYPTED_FLAG) !== 0) throw new ZipFault('MALFORMED');
  const method = archive.readUInt16LE(header + 10);
  const packed = archive.readUInt32LE(header + 20);
  const local = archive.readUInt32LE(header + 42);
  if (archive.readUInt32LE(local) !== LOCAL) throw new ZipFault('MALFORMED');
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  if (start + packed > archive.length) throw new ZipFault('MALFORMED');
  const data = archive.subarray(start, start + packed);
  if (method === 0) {
    if (data.length > room) throw new ZipFault('TOO_LARGE');
    return data;
  }
  if (method !== 8) throw new ZipFault('MALFORMED');
  return inflateRawSync(data, { maxOutputLength: Math.max(room, 1), finishFlush: constants.Z_SYNC_FLUSH });
};

const faultOf = (error: unknown): ZipFault => {
  if (error instanceof ZipFault) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return new ZipFault(code === 'ERR_BUFFER_TOO_LARGE' ? 'TOO_LARGE' : 'MALFORMED', error);
};

/**
 * Files of an archive whose names are wanted, unpacked. The sizes that an archive states are not believed: what is
 * unpacked is counted, and stopped at the limit.
 * @throws ZipFault
 */
export const readZip = (
  archive: Buffer,
  isWanted: (name: string) => boolean,
  limits: ZipLimits,
): ReadonlyMap<string, Buffer> => {
  try {
    const end = endOf(archive);
    const count = archive.readUInt16LE(end + 10);
    if (count > limits.entries) throw new ZipFault('TOO_LARGE');
    const found = new Map<string, Buffer>();
    let room = limits.bytes;
    let at = archive.readUInt32LE(end + 16);
    for (let i = 0; i < count; i += 1) {
      const nameLength = archive.readUInt16LE(at + 28);
      const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
      if (isWanted(name)) {
        const data = unpack(archive, at, room);
        room -= data.length;
        found.set(name, data);
      }
      at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
    }
    return found;
  } catch (error) {
    throw faultOf(error);
  }
};
