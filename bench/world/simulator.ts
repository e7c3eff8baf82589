import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { keepTrackOf, stopProcess } from './processes.ts';

/** A simulated company in a process of its own. */
export interface SimulatedCompany {
  readonly legacyUrl: string;
  readonly newUrl: string;
  readonly corpId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly people: number;
  readonly departments: number;
  /** Calls a path below `/__control`. */
  control(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts the DingTalk simulator with a generated company; its pages are what the platform would answer. */
export const startCompany = async (company: {
  readonly people: number;
  readonly units: number;
  readonly seed: number;
}): Promise<SimulatedCompany> => {
  const main = fileURLToPath(new URL('../../simulators/dingtalk/main.js', import.meta.url));
  const { people, units, seed } = company;
  const args = [main, '--people', `${people}`, '--units', `${units}`, '--seed', `${seed}`, '--no-limits'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  keepTrackOf(child);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const told = JSON.parse(line) as Omit<SimulatedCompany, 'control' | 'stop'>;
  return {
    ...told,
    control: async (method, path, body) => {
      const answer = await fetch(`${told.legacyUrl}/__control${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      if (!answer.ok) throw new Error(`simulator: ${path} answered ${answer.status}`);
      return answer.json();
    },
    stop: () => stopProcess(child),
  };
};
