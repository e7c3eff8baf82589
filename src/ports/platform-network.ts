import type { OpenConnection } from '../domain/index.ts';

/** What firewalls on both sides have to let through (rows W-DD-02, 11; W-WX-06, 41; ID-04). */
export interface PlatformNetwork {
  /** Hosts that our server has to reach, for this connection's settings. */
  hosts(connection: OpenConnection): readonly string[];
  /** Address that the platform sees our calls come from, by its own word; `null` = it does not tell. */
  egressAddress?(connection: OpenConnection, signal: AbortSignal): Promise<string | null>;
  /** Addresses (or networks) behind the platform's API. */
  apiAddresses?(connection: OpenConnection, signal: AbortSignal): Promise<readonly string[]>;
  /** Addresses (or networks) that its callbacks come from. */
  callbackAddresses?(connection: OpenConnection, signal: AbortSignal): Promise<readonly string[]>;
}

/** The file by which a platform has a domain proved to be ours (row W-WX-05). */
export interface DomainFileRule {
  /** Whether a file of that name and content can be one. Nothing else is ever served. */
  accepts(name: string, content: string): boolean;
}
