import type DataLoader from 'dataloader';
import { AppError, type Principal } from '../src/domain/index.ts';
import type { FlowContext, FlowDeps } from '../src/flows/context.ts';
import type { ClientInfo, SignInContext, SignInDeps } from '../src/flows/sign-in/context.ts';

/** The language of texts for people, by the caller's `Accept-Language`. */
export type Language = 'zh' | 'en';

/** What the flows behind the API share. */
export interface GraphqlDeps extends FlowDeps {
  /** Signing in by password, by refresh token, and out. */
  readonly signIn: SignInDeps;
  /** Address at which people and platforms reach us, without a slash at its end. */
  readonly publicUrl: string;
}

/** What a resolver is handed: who asks, the parts that flows share, and the batches of this one request. */
export class GraphqlContext {
  readonly deps: GraphqlDeps;
  readonly client: ClientInfo;
  readonly language: Language;
  /** `null` for a stranger. */
  readonly principal: Principal | null;
  readonly #loaders = new Map<string, DataLoader<string, unknown>>();
  #flow: FlowContext | null = null;

  constructor(options: {
    readonly deps: GraphqlDeps;
    readonly client: ClientInfo;
    readonly language: Language;
    readonly principal: Principal | null;
  }) {
    this.deps = options.deps;
    this.client = options.client;
    this.language = options.language;
    this.principal = options.principal;
  }

  /** First parameter of every flow. @throws AppError UNAUTHENTICATED for a stranger */
  get flow(): FlowContext {
    if (this.principal === null) throw new AppError('UNAUTHENTICATED');
    this.#flow ??= { ...this.deps, principal: this.principal };
    return this.#flow;
  }

  /** First parameter of the flows of strangers: signing in and refreshing. */
  get signIn(): SignInContext {
    return { ...this.deps.signIn, client: this.client };
  }

  /** The batch of a kind of look-up in this request; made on first need. */
  loader<Value>(
    name: string,
    make: () => DataLoader<string, Value>,
  ): Pick<DataLoader<string, Value>, 'load'> {
    const known = this.#loaders.get(name);
    // A name belongs to one kind of value: it is made of the noun and of the fields that are read.
    if (known !== undefined) return known as DataLoader<string, Value>;
    const made = make();
    this.#loaders.set(name, made);
    return made;
  }
}
