import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { AppError, type PullRules } from '../../src/domain/index.ts';
import {
  createConnectionApp,
  deleteConnectionApp,
  updateConnectionApp,
} from '../../src/flows/connection/connection-app.ts';
import { deleteConnection } from '../../src/flows/connection/manage-connection.ts';
import {
  type ConnectionInput,
  createConnection,
  updateConnection,
} from '../../src/flows/connection/save-connection.ts';
import { testConnection } from '../../src/flows/connection/test-connection.ts';
import { GraphqlContext } from '../context.ts';
import { requireId } from '../ids.ts';
import {
  ConnectionAppVersionInput,
  ConnectionVersionInput,
  CreateConnectionAppInput,
  CreateConnectionInput,
  TestConnectionInput,
  UpdateConnectionAppInput,
  UpdateConnectionInput,
} from './connection.inputs.ts';
import { appView, connectionView } from './connection.resolver.ts';
import {
  ConnectionAppPayload,
  ConnectionPayload,
  DeleteConnectionPayload,
  TestConnectionPayload,
} from './connection.type.ts';
import { readMasters } from './field-master.type.ts';
import { inInputTerms, readMatchKeys, readPushRulesInput } from './read-push-rules.ts';

/** Leaves out what was not given, which flows read as "stays". */
const given = <Input extends object>(input: Input): Input =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Input;

const badSettings = (): AppError =>
  new AppError('INPUT_INVALID', {
    details: { field: 'settings', reason: 'it is not an object of texts' },
    path: ['input', 'settings'],
  });

/** Settings are texts by name; what each may be is said by the platform. */
const readSettings = (settings: unknown): Readonly<Record<string, string | null>> => {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) throw badSettings();
  for (const value of Object.values(settings)) {
    if (value !== null && typeof value !== 'string') throw badSettings();
  }
  return settings as Readonly<Record<string, string | null>>;
};

const readInput = (input: CreateConnectionInput | UpdateConnectionInput) => {
  const { settings, pullRules, pushRules, matchKeys: _one, ...rest } = input;
  const matchKeys = readMatchKeys(input);
  const { masters = null, ...pullRest } = pullRules ?? {};
  const pull = {
    ...(given(pullRest) as Partial<PullRules>),
    ...(masters === null ? {} : { masters: readMasters(masters) }),
    ...(matchKeys === undefined ? {} : { matchKeys }),
  };
  return {
    ...(given(rest) as Pick<ConnectionInput, 'enabled' | 'mode'>),
    ...(settings == null ? {} : { settings: readSettings(settings) }),
    ...(Object.keys(pull).length === 0 ? {} : { pullRules: pull }),
    ...(pushRules == null ? {} : { pushRules: readPushRulesInput(pushRules) }),
  };
};

const inItsTerms = async <Result>(work: Promise<Result>): Promise<Result> => {
  try {
    return await work;
  } catch (error) {
    throw inInputTerms(error);
  }
};

@Resolver()
export class ConnectionMutations {
  @Mutation(() => ConnectionPayload, { description: 'Makes a connection.' })
  async createConnection(
    @Arg('input', () => CreateConnectionInput, { description: 'The new connection.' })
    input: CreateConnectionInput,
    @Ctx() context: GraphqlContext,
  ) {
    const { platform, name } = input;
    const made = await inItsTerms(createConnection(context.flow, { ...readInput(input), platform, name }));
    return { connection: connectionView(made) };
  }

  @Mutation(() => ConnectionPayload, { description: 'Changes a connection, switches it on or off.' })
  async updateConnection(
    @Arg('input', () => UpdateConnectionInput, { description: 'What to change.' })
    input: UpdateConnectionInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('Connection', input.id, ['input', 'id']);
    const changed = await inItsTerms(updateConnection(context.flow, { ...readInput(input), id: input.id }));
    return { connection: connectionView(changed) };
  }

  @Mutation(() => DeleteConnectionPayload, {
    description: 'Removes a connection with its copies, links and import runs; accounts and units stay.',
  })
  async deleteConnection(
    @Arg('input', () => ConnectionVersionInput, { description: 'Which one.' }) input: ConnectionVersionInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('Connection', input.id, ['input', 'id']);
    await deleteConnection(context.flow, given(input));
    return { id: input.id };
  }

  @Mutation(() => TestConnectionPayload, {
    description: 'Walks from name resolution to the visible range; takes up to 60 seconds.',
  })
  async testConnection(
    @Arg('input', () => TestConnectionInput, { description: 'Which one.' }) input: TestConnectionInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('Connection', input.id, ['input', 'id']);
    const { passed, steps } = await testConnection(context.flow, { id: input.id });
    return { passed, steps: steps.map((step) => ({ ...step, remedy: step.remedy ?? null })) };
  }

  @Mutation(() => ConnectionAppPayload, { description: 'Adds an app to a connection.' })
  async createConnectionApp(
    @Arg('input', () => CreateConnectionAppInput, { description: 'The new app.' })
    input: CreateConnectionAppInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('Connection', input.connectionId, ['input', 'connectionId']);
    return { connectionApp: appView(context, await createConnectionApp(context.flow, given(input))) };
  }

  @Mutation(() => ConnectionAppPayload, { description: 'Changes an app.' })
  async updateConnectionApp(
    @Arg('input', () => UpdateConnectionAppInput, { description: 'What to change.' })
    input: UpdateConnectionAppInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('ConnectionApp', input.id, ['input', 'id']);
    return { connectionApp: appView(context, await updateConnectionApp(context.flow, given(input))) };
  }

  @Mutation(() => DeleteConnectionPayload, { description: 'Removes an app.' })
  async deleteConnectionApp(
    @Arg('input', () => ConnectionAppVersionInput, { description: 'Which one.' })
    input: ConnectionAppVersionInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('ConnectionApp', input.id, ['input', 'id']);
    await deleteConnectionApp(context.flow, given(input));
    return { id: input.id };
  }
}
