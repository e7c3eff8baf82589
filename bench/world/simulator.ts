import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { keepTrackOf, stopProcess } from './processes.ts';
import { type ConnectionForm, type PlatformName, STAND_INS, type StandIn, type Told } from './stand-ins.ts';

/** A simulated company in a process of its own. */
export interface SimulatedCompany {
  readonly standIn: StandIn;
  readonly told: Told;
  readonly people: number;
  readonly departments: number;
  /** What is to be typed in to connect to it; `callsPerSecond` = the rate of one API. */
  form(callsPerSecond: number): ConnectionForm;
  /** Calls a path below `/__control`. */
  control(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts a platform's simulator with a generated company; its pages are what the platform would answer. */
export const startCompany = async (
  company: { readonly people: number; readonly units: number; readonly seed: number },
  platform: PlatformName = 'dingtalk',
): Promise<SimulatedCompany> => {
  const standIn = STAND_INS[platform];
  const main = fileURLToPath(new URL(`../../simulators/${standIn.main}`, import.meta.url));
  const { people, units, seed } = company;
  const args = [main, '--people', `${people}`, '--units', `${units}`, '--seed', `${seed}`, ...standIn.args];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  keepTrackOf(child);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const told = JSON.parse(line) as Told;
  const { legacyUrl, url = legacyUrl } = told;
  return {
    standIn,
    told,
    people: Number(told['people']),
    departments: Number(told['departments']),
    form: (callsPerSecond) => standIn.form(told, callsPerSecond),
    control: async (method, path, body) => {
      const answer = await fetch(`${url}/__control${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      if (!answer.ok) throw new Error(`simulator: ${path} answered ${answer.status}: ${await answer.text()}`);
      return answer.json();
    },
    stop: () => stopProcess(child),
  };
};
