import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Between us and Postgres, for what a network does to the two. */
export type DatabaseProxy = {
  /** The database, by way of the proxy. */
  url: string;
  /** Every connection is dropped and every new one refused. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** As when a host is gone and another has taken its place: the connections of before say nothing, ever; new ones work. */
  silence(): void;
  close(): Promise<void>;
};

export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const listen = (port: number): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer((inner) => {
        const outer = connect(Number(target.port), '127.0.0.1');
        for (const [one, two] of [
          [inner, outer],
          [outer, inner],
        ] as const) {
          sockets.add(one);
          one.on('error', () => two.destroy()).on('close', () => sockets.delete(one));
          one.pipe(two);
        }
      }).listen(port, '127.0.0.1', () => resolve(server));
    });
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const cut = (): Promise<void> =>
    new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  const url = new URL(target);
  url.port = String(port);
  return {
    url: url.href,
    cut,
    mend: async () => {
      server = await listen(port);
    },
    silence: () => {
      for (const socket of sockets) socket.unpipe().resume();
    },
    close: cut,
  };
}
