import { spawn } from 'node:child_process';
import type { SystemUser } from './system-user.ts';

/** Nothing of Muster's own environment, which holds the master key, is handed to PostgreSQL. */
export const SERVER_ENVIRONMENT: NodeJS.ProcessEnv = {
  PATH: '/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
  ...(process.env['SystemRoot'] === undefined ? {} : { SystemRoot: process.env['SystemRoot'] }),
};

export const asUser = (user: SystemUser | null): { uid?: number; gid?: number } =>
  user === null ? {} : { uid: user.uid, gid: user.gid };

export interface CommandResult {
  readonly status: number | null;
  readonly output: string;
}

/** Runs a program as the server's user and collects what it says. */
export const runCommand = (
  program: string,
  args: readonly string[],
  user: SystemUser | null,
): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...asUser(user),
      cwd: '/',
      env: SERVER_ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output: output.trim() }));
  });
