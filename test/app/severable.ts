import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type pg from 'pg';

/** A way to PostgreSQL that can be cut and mended. */
export interface Severable {
  readonly port: number;
  /** Ends every connection and refuses new ones, as when the server has died. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** Listens on a port of 127.0.0.1 and passes everything on to the server of the tests. */
export const openSeverable = async ({ host, port }: pg.ClientConfig): Promise<Severable> => {
  const open = new Set<Socket>();
  let server: Server;
  const listen = (at: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server = createServer((near) => {
        const far = connect(join(host ?? '', `.s.PGSQL.${port}`));
        for (const [from, to] of [[near, far] as const, [far, near] as const]) {
          open.add(from);
          from.on('error', () => undefined);
          from.on('close', () => {
            open.delete(from);
            to.destroy();
          });
          from.pipe(to);
        }
      });
      server.once('error', reject);
      server.listen(at, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  const own = await listen(0);
  return {
    port: own,
    cut: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
    mend: async () => {
      await listen(own);
    },
  };
};
