import { AppError, type ConnectionId, type ErrorDetails } from '../../domain/index.ts';
import type { PlatformNetwork } from '../../ports/platform-network.ts';
import type { FlowContext } from '../context.ts';
import { openConnection, requirePlatform } from './open-connection.ts';

/** Longest look, in milliseconds. */
const TIME_LIMIT = 30_000;

/** What firewalls on both sides have to let through (rows W-DD-02, 11; W-WX-06, 41; ID-04). */
export interface ConnectionNetwork {
  /** Hosts that our server has to reach. */
  readonly hosts: readonly string[];
  /** Address that the platform sees our calls come from; `null` = it does not tell. */
  readonly egressAddress: string | null;
  /** Addresses behind the platform's API; `null` = it has no such list. */
  readonly apiAddresses: readonly string[] | null;
  /** Addresses that its callbacks come from; `null` = it has no such list. */
  readonly callbackAddresses: readonly string[] | null;
  /** Why one of them is missing, where asking for it has failed. */
  readonly failures: readonly {
    readonly what: 'egressAddress' | 'apiAddresses' | 'callbackAddresses';
    readonly code: string;
    readonly details: ErrorDetails;
  }[];
}

type Listed = ConnectionNetwork['failures'][number]['what'];
type Answer<What extends Listed> = ReturnType<NonNullable<PlatformNetwork[What]>>;

const NOTHING = { egressAddress: null, apiAddresses: null, callbackAddresses: null } as const;

/**
 * What firewalls have to let through for a connection, as far as its platform tells. What it fails to tell does not keep
 * the rest from being shown: a refusal because of the address names that address.
 * @throws AppError NOT_FOUND, SECRET_UNREADABLE
 */
export const readConnectionNetwork = async (
  context: FlowContext,
  input: { readonly connectionId: ConnectionId },
  options: { readonly signal?: AbortSignal } = {},
): Promise<ConnectionNetwork> => {
  const connection = await openConnection(context, input.connectionId);
  const network = requirePlatform(context, connection.platform).network;
  if (network === undefined) return { hosts: [], ...NOTHING, failures: [] };
  const limit = AbortSignal.timeout(TIME_LIMIT);
  const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  const failures: ConnectionNetwork['failures'][number][] = [];
  const ask = async <What extends Listed>(what: What): Promise<Awaited<Answer<What>> | null> => {
    try {
      // Called as a method: an adapter may be an object with a state of its own.
      return ((await network[what]?.(connection, signal)) ?? null) as Awaited<Answer<What>> | null;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      failures.push({ what, code: error.code, details: error.details });
      return null;
    }
  };
  const [egressAddress, apiAddresses, callbackAddresses] = await Promise.all([
    ask('egressAddress'),
    ask('apiAddresses'),
    ask('callbackAddresses'),
  ]);
  return { hosts: network.hosts(connection), egressAddress, apiAddresses, callbackAddresses, failures };
};
