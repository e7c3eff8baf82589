import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response } from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { bent, faultsOf, scimError, sendBent, sendJson, setFaults, struckDown } from './answers.ts';
import { authorise, issueToken } from './auth.ts';
import { control } from './control.ts';
import { type Context, declareResources } from './resources.ts';
import type { World } from './world.ts';

/** Path of the service below the host. */
export const BASE = '/scim/v2';

const LOOK_UP = /^\s*([\w.]+) eq ("(?:[^"\\]|\\.)*")\s*$/i;

const contextOf = (world: World, request: Request): Context => {
  const query = request.query as Record<string, string | number | undefined>;
  const [, attribute, json] = LOOK_UP.exec(String(query['filter'] ?? '')) ?? [];
  const whole = (name: string): number | undefined =>
    /^\d+$/.test(String(query[name] ?? '')) ? Number(query[name]) : undefined;
  return {
    world,
    ifMatch: request.headers['if-match'],
    lookup:
      attribute === undefined || json === undefined
        ? undefined
        : { attribute, value: JSON.parse(json) as string },
    startIndex: Math.max(1, whole('startIndex') ?? 1),
    count: whole('count'),
  };
};

const CONTEXTS = new WeakMap<Request, Context>();

/** Notes the call, and lets the faults act. */
const gate = (world: World) => (request: Request, response: Response, next: NextFunction) => {
  const path = request.path.startsWith(BASE)
    ? request.path.slice(BASE.length)
    : request.path.replace('/oauth', '');
  const faults = world.faults.strike(request.method, path);
  const entry = {
    method: request.method,
    path,
    query: request.query as Record<string, string>,
    ifMatch: request.headers['if-match'],
    authorization: request.headers.authorization,
    body: request.body as unknown,
    status: 0,
  };
  world.ledger.push(entry);
  response.on('close', () => {
    entry.status = response.headersSent ? response.statusCode : 0;
  });
  setFaults(request, faults);
  if (faults.some(({ kind }) => kind === 'tokensExpire')) world.tokens.clear();
  const wait = faults.reduce((sum, fault) => sum + (fault.kind === 'latency' ? fault.ms : 0), 0);
  if (struckDown(request, response)) return;
  if (wait > 0) setTimeout(() => next(), wait);
  else next();
};

/** One writing call at a time, as a database would have it: the library reads, changes and writes in steps. */
const oneWriteAtATime = () => {
  let last: Promise<void> = Promise.resolve();
  return (request: Request, response: Response, next: NextFunction): void => {
    if (request.method === 'GET') {
      next();
      return;
    }
    const before = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = promise;
    response.on('close', resolve);
    void before.then(() => next());
  };
};

/** What the library does not do by itself: switched-off features, ETags, plain answers, bent answers. */
const adapt = (world: World) => (request: Request, response: Response, next: NextFunction) => {
  const { settings } = world;
  if (request.method === 'PATCH' && !settings.patch)
    return sendJson(response, 501, scimError(501, 'PATCH is not supported'));
  const query = { ...(request.query as Record<string, unknown>) };
  if ('filter' in query && settings.filter === 'refused')
    return sendJson(response, 501, scimError(501, 'filters are not supported'));
  const context = contextOf(world, request);
  CONTEXTS.set(request, context);
  if (context.lookup !== undefined || settings.filter === 'ignored') delete query['filter'];
  // Express 5 reads the query anew each time; the router writes numbers into it.
  Object.defineProperty(request, 'query', { value: query, writable: true });
  response.send = (body?: unknown): Response => {
    if (body === undefined || response.statusCode === 204 || typeof body !== 'object' || body === null)
      sendBent(request, response, '');
    else if (
      settings.quiet &&
      (request.method === 'PUT' || request.method === 'PATCH') &&
      response.statusCode < 300
    )
      sendBent(request, response.status(204), '');
    else {
      const plain = JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
      if (Array.isArray(plain['Resources'])) plain['startIndex'] = context.startIndex;
      sendBent(request, response, JSON.stringify(bent(plain, faultsOf(request))));
    }
    return response;
  };
  next();
};

const announce = (world: World) => (_: Request, response: Response) => {
  const { announces, patch, filter, etag, auth, maxPage } = world.settings;
  if (!announces) return sendJson(response, 404, scimError(404, 'Endpoint Not Found'));
  sendJson(response, 200, {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: patch },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: filter === 'on', maxResults: maxPage },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: etag },
    authenticationSchemes: [
      { type: auth === 'basic' ? 'httpbasic' : 'oauthbearertoken', name: auth, description: '' },
    ],
  });
};

/** The server's application around one world. */
const application = (world: World): express.Express => {
  declareResources();
  SCIMMY.Config.set({ etag: true });
  const app = express();
  app.use(express.urlencoded({ extended: false }));
  app.use(express.json({ type: ['application/json', 'application/scim+json'], limit: '16mb' }));
  app.use('/__control', control(world));
  app.use(gate(world));
  app.post('/oauth/token', (request, response) => issueToken(world, request, response));
  app.get(`${BASE}/ServiceProviderConfig`, announce(world));
  app.use(BASE, oneWriteAtATime(), adapt(world));
  app.use(
    BASE,
    new SCIMMYRouters({
      type: 'bearer',
      handler: (request) => authorise(world, request),
      context: (request) => CONTEXTS.get(request),
    }),
  );
  return app;
};

/** Listens on a free port of this machine (or the given one). */
export const listen = async (world: World, port = 0): Promise<{ server: Server; origin: string }> => {
  const server = createServer(application(world));
  server.listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};
