import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import type { HttpClient, HttpRequest } from '../../src/platforms/kit/http-client.ts';
import { parseJson } from '../../src/platforms/kit/json.ts';
import type { StandIn } from './stand-ins.ts';

/**
 * The answers of a simulated company, recorded byte for byte and played back without a network, so that an import
 * is measured and not the simulator. Texts lie in a file: what is played back does not count as memory of the
 * import.
 */

type Place = readonly [offset: number, length: number];

/** Token and secrets are no part of what is asked. */
const keyOf = ({ path, query, json }: HttpRequest): string => {
  if (path.endsWith('/gettoken')) return path;
  const { access_token: _token, ...asked } = query ?? {};
  return `${path} ${new URLSearchParams(asked)} ${json === undefined ? '' : JSON.stringify(json)}`;
};

/** Which share of the people a changed recording changes, by their ids alone. */
const isChanged = (userid: string, percent: number): boolean =>
  createHash('sha256').update(userid).digest().readUInt32BE(0) % 1_000 < percent * 10;

/** A share of the people, in percent, that is to have another title. */
interface Changes {
  readonly people: StandIn['people'];
  readonly percent: number;
}

const withChanges = (path: string, text: string, changes: Changes | undefined): string => {
  if (changes === undefined || path !== changes.people.call) return text;
  const { rows, id, title } = changes.people;
  // Long integers come back as text, which the platform's clients must take as well.
  const body = parseJson(text);
  for (const person of rows(body)) {
    if (isChanged(String(person[id]), changes.percent)) person[title] = `${person[title] ?? ''}（兼）`;
  }
  return JSON.stringify(body);
};

export interface Recorder {
  readonly http: HttpClient;
  /** Closes the file and writes its table of contents beside it. */
  finish(): Promise<void>;
}

/** A client that writes down everything the wrapped one is answered. */
export const recordTo = (file: string, http: HttpClient, changes?: Changes): Recorder => {
  const fd = openSync(file, 'w');
  const places: Record<string, Place> = {};
  let end = 0;
  return {
    http: {
      send: async (request, signal) => {
        const answer = await http.send(request, signal);
        const text = withChanges(request.path, answer.text, changes);
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
