import pino from 'pino';
import type { AccountPrincipal, Principal } from '../../src/domain/index.ts';
import type { FlowContext } from '../../src/flows/context.ts';
import { type Bootstrapped, bootstrap } from '../../src/flows/sign-in/bootstrap.ts';
import type { ClientInfo, SignInContext } from '../../src/flows/sign-in/context.ts';
import { createPasswords, type PasswordAlgorithm } from '../../src/flows/sign-in/passwords.ts';
import { newMasterKey, parseMasterKeys } from '../../src/store/master-keys.ts';
import { createSecrets } from '../../src/store/secrets.ts';
import {
  openSessionService,
  type SessionService,
  type SessionServiceOptions,
} from '../../sso/session/index.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';

export const IDENTITY = { issuer: 'https://muster.example', audience: 'https://muster.example/graphql' };
export const logger = pino({ level: 'silent' });
export const secrets = createSecrets(parseMasterKeys(newMasterKey()));

/** Fast stand-in for argon2id that counts; what is tested with it is how often it is called, not how it hashes. */
export const countingAlgorithm = (): PasswordAlgorithm & { hashes: number; verifications: number } => {
  const algorithm = {
    hashes: 0,
    verifications: 0,
    hash: async (password: string) => {
      algorithm.hashes += 1;
      return `$argon2id$v=19$m=19456,t=2,p=1$${Buffer.from(password).toString('base64')}`;
    },
    verify: async (hash: string, password: string) => {
      algorithm.verifications += 1;
      return hash.endsWith(`$${Buffer.from(password).toString('base64')}`);
    },
  };
  return algorithm;
};

export const CLIENT: ClientInfo = { address: '203.0.113.7', requestId: 'r-test', userAgent: 'vitest' };

export interface House {
  readonly test: TestDatabase;
  readonly service: SessionService;
  readonly owner: Bootstrapped;
  readonly context: SignInContext;
  readonly algorithm: ReturnType<typeof countingAlgorithm>;
  /** A context whose client has another address. */
  from(address: string): SignInContext;
  /** Another process on the same database. */
  another(options?: Partial<SessionServiceOptions>): Promise<SessionService>;
  principal(accessToken: string): Promise<Principal>;
  close(): Promise<void>;
}

/** A bootstrapped installation on a database of its own; its services are closed by `close`. */
export const createHouse = async (
  options: { now?: () => Date; maxWaiting?: number } = {},
): Promise<House> => {
  const test = await createTestDatabase();
  const algorithm = countingAlgorithm();
  const passwords = createPasswords({
    algorithm,
    ...(options.maxWaiting === undefined ? {} : { maxWaiting: options.maxWaiting }),
  });
  const deps = { db: test.database, secrets, logger, now: options.now ?? (() => new Date()) };
  const services: SessionService[] = [];
  const another = async (more: Partial<SessionServiceOptions> = {}): Promise<SessionService> => {
    const service = await openSessionService(deps, { identity: IDENTITY, passwords, ...more });
    services.push(service);
    return service;
  };
  const owner = await bootstrap({ db: test.database, logger, passwords }, { mustChangePassword: false });
  if (owner === null) throw new Error('the fresh database had a tenant already');
  const service = await another();
  const from = (address: string): SignInContext => ({ ...service.signIn, client: { ...CLIENT, address } });
  return {
    test,
    service,
    owner,
    context: { ...service.signIn, client: CLIENT },
    algorithm,
    from,
    another,
    principal: (token) => service.verifier.verify(token, { requestId: 'r-test', address: CLIENT.address }),
    close: async () => {
      await Promise.all(services.map((one) => one.close()));
    },
  };
};

/** The principal of a signed-in account; fails the test for any other kind. */
export const asAccount = (principal: Principal): AccountPrincipal => {
  if (principal.kind !== 'ACCOUNT') throw new Error(`expected an account, got ${principal.kind}`);
  return principal;
};

/** Context of a flow that this principal starts. */
export const flowContext = (house: House, principal: Principal): FlowContext => ({
  db: house.test.database,
  secrets,
  platforms: new Map(),
  logger,
  now: () => new Date(),
  principal,
});
