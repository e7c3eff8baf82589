import { connect, createServer, type Socket } from 'node:net';

/**
 * A way to PostgreSQL that counts statements on the wire (protocol 3.0): each Execute ('E') and each simple query
 * ('Q') of a client. What is counted is what is really sent, whoever in the gateway sends it.
 */
export interface StatementCounter {
  readonly port: number;
  /** Statements so far. */
  readonly statements: number;
  close(): Promise<void>;
}

const EXECUTE = 0x45;
const QUERY = 0x51;

/** Feeds on the bytes of one client; calls back for each statement. */
const statementsIn = (onStatement: () => void): ((chunk: Buffer) => void) => {
  let rest: Buffer = Buffer.alloc(0);
  // The first message of a connection has no type byte.
  let isStarted = false;
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const head = isStarted ? 1 : 0;
      if (rest.length < head + 4) return;
      const length = head + rest.readUInt32BE(head);
      if (rest.length < length) return;
      if (isStarted && (rest[0] === EXECUTE || rest[0] === QUERY)) onStatement();
      isStarted = true;
      rest = rest.subarray(length);
    }
  };
};

/** Opens a port of loopback that leads to PostgreSQL's. */
export const countStatements = async (databasePort: number): Promise<StatementCounter> => {
  let statements = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const database = connect(databasePort, '127.0.0.1');
    const count = statementsIn(() => {
      statements += 1;
    });
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      // Either side going away ends the other; that is all there is to say about it.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        database.destroy();
      });
    }
    client.on('data', count);
    client.pipe(database);
    database.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return {
    port: address.port,
    get statements() {
      return statements;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
};

/** The same address through another port. */
export const throughPort = (url: string, port: number): string => {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
};
