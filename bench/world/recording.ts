import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import type { HttpClient, HttpRequest } from '../../src/platforms/kit/http-client.ts';
import { parseJson } from '../../src/platforms/kit/json.ts';

/**
 * The answers of a simulated company, recorded byte for byte and played back without a network, so that an import
 * is measured and not the simulator. Texts lie in a file: what is played back does not count as memory of the
 * import.
 */

type Place = readonly [offset: number, length: number];

const keyOf = ({ path, json }: HttpRequest): string =>
  path === '/gettoken' ? path : `${path} ${json === undefined ? '' : JSON.stringify(json)}`;

/** Which share of the people a changed recording changes, by their ids alone. */
const isChanged = (userid: string, percent: number): boolean =>
  createHash('sha256').update(userid).digest().readUInt32BE(0) % 1_000 < percent * 10;

/** The same answer after a share of the people has got another title. */
const withChanges = (path: string, text: string, percent: number): string => {
  if (percent === 0 || path !== '/topapi/v2/user/list') return text;
  // Long integers come back as text, which the platform's clients must take as well.
  const body = parseJson(text) as { result: { list: { userid: string; title?: string }[] } };
  for (const person of body.result.list) {
    if (isChanged(person.userid, percent)) person.title = `${person.title ?? ''}（兼）`;
  }
  return JSON.stringify(body);
};

export interface Recorder {
  readonly http: HttpClient;
  /** Closes the file and writes its table of contents beside it. */
  finish(): Promise<void>;
}

/** A client that writes down everything the wrapped one is answered. */
export const recordTo = (file: string, http: HttpClient, changedPercent = 0): Recorder => {
  const fd = openSync(file, 'w');
  const places: Record<string, Place> = {};
  let end = 0;
  return {
    http: {
      send: async (request, signal) => {
        const answer = await http.send(request, signal);
        const text = withChanges(request.path, answer.text, changedPercent);
        const length = writeSync(fd, text, end);
        places[keyOf(request)] = [end, length];
        end += length;
        return { ...answer, text };
      },
      close: () => http.close(),
    },
    finish: async () => {
      closeSync(fd);
      await writeFile(`${file}.json`, JSON.stringify(places));
    },
  };
};

const JSON_HEADERS = new Headers({ 'content-type': 'application/json' });

/** A client that answers from a recording. A request that was not recorded is a fault of the benchmark. */
export const playBack = async (file: string): Promise<HttpClient> => {
  const places = new Map(
    Object.entries(JSON.parse(await readFile(`${file}.json`, 'utf8')) as Record<string, Place>),
  );
  const fd = openSync(file, 'r');
  return {
    send: async (request) => {
      const place = places.get(keyOf(request));
      if (place === undefined) throw new Error(`not recorded: ${keyOf(request)}`);
      const buffer = Buffer.allocUnsafe(place[1]);
      readSync(fd, buffer, 0, place[1], place[0]);
      return { status: 200, headers: JSON_HEADERS, text: buffer.toString('utf8') };
    },
    close: async () => closeSync(fd),
  };
};
