import type { Server } from 'node:http';
import { answerParent } from '../world/child.ts';

export interface AnchorArgs {
  readonly databaseUrl: string;
  readonly tenantId: string;
}

/** What the anchor was started with. */
export const anchorArgs = (): AnchorArgs => JSON.parse(process.argv[2] ?? '{}') as AnchorArgs;

/** Listens on a free port of loopback and tells the parent where. */
export const serve = async (server: Server): Promise<void> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  answerParent(async () => ({ url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` }));
};
