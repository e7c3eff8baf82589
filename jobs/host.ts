import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

const processTable = (): string => {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
};

/** Names the machine and its process table: two containers of one host name do not see each other's processes. */
export const hostName = (): string => `${hostname()} ${processTable()}`.trim();

/** True when a process of this process table is alive, whoever owns it. */
export const isAlive = (processId: number): boolean => {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};
