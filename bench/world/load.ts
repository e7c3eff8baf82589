import { Pool } from 'undici';
import { quantile } from '../measure/samples.ts';

/** One request that is sent again and again. */
export interface Shot {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly path: string;
  readonly body: object;
  readonly token?: string;
  /** True for the answer that is wanted; the first one is looked at, the others must be as long. */
  readonly isRight: (answer: unknown) => boolean;
}

export interface Load {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface LoadOptions {
  /** Connections, each with one request in flight. */
  readonly connections: number;
  readonly seconds: number;
}

/** Fires for a while; any answer but the right one is an error. */
export const fire = async (shot: Shot, options: LoadOptions): Promise<Load> => {
  const pool = new Pool(shot.origin, { connections: options.connections, pipelining: 1 });
  const body = JSON.stringify(shot.body);
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (shot.token !== undefined) headers['authorization'] = `Bearer ${shot.token}`;
  const once = async (): Promise<string> => {
    const answer = await pool.request({ path: shot.path, method: 'POST', headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200)
      throw new Error(`${shot.origin}${shot.path}: ${answer.statusCode} ${text}`);
    return text;
  };
  try {
    const first = await once();
    if (!shot.isRight(JSON.parse(first)))
      throw new Error(`${shot.origin}${shot.path}: ${first.slice(0, 500)}`);
    const latencies: number[] = [];
    const started = performance.now();
    const until = started + options.seconds * 1_000;
    const shoot = async (): Promise<void> => {
      for (let now = performance.now(); now < until; ) {
        const { length } = await once();
        if (length !== first.length) throw new Error(`${shot.path}: an answer of another length`);
        const after = performance.now();
        latencies.push(after - now);
        now = after;
      }
    };
    await Promise.all(Array.from({ length: options.connections }, shoot));
    const took = (performance.now() - started) / 1_000;
    return {
      perSecond: latencies.length / took,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
    };
  } finally {
    await pool.close();
  }
};
