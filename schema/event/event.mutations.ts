import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { callbackUrlOf } from '../../src/flows/events/callback-address.ts';
import {
  generateCallbackKeys,
  registerCallback,
  unregisterCallback,
} from '../../src/flows/events/callback-keys.ts';
import { deleteDomainFile, uploadDomainFile } from '../../src/flows/events/domain-files.ts';
import { readOpenHints } from '../../src/flows/events/find-events.ts';
import { pullChangesNow } from '../../src/flows/events/pull-now.ts';
import { appView } from '../connection/connection.resolver.ts';
import { ConnectionAppPayload } from '../connection/connection.type.ts';
import { GraphqlContext } from '../context.ts';
import { requireId } from '../ids.ts';
import {
  DeleteDomainFileInput,
  GenerateCallbackKeysInput,
  PullChangesInput,
  RegisterCallbackInput,
  UploadDomainFileInput,
} from './event.inputs.ts';
import {
  CallbackKeysPayload,
  DeleteDomainFilePayload,
  DomainFilePayload,
  PullChangesPayload,
} from './event.type.ts';
import { domainFileView } from './event-views.ts';

@Resolver()
export class EventMutations {
  @Mutation(() => CallbackKeysPayload, {
    description:
      "Makes new keys for an app's callback address. They are shown once; enter them in the platform's console.",
  })
  async generateCallbackKeys(
    @Arg('input', () => GenerateCallbackKeysInput, { description: 'Which app.' })
    input: GenerateCallbackKeysInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('ConnectionApp', input.id, ['input', 'id']);
    const { id, version } = input;
    const { app, token, aesKey } = await generateCallbackKeys(context.flow, {
      id,
      ...(version == null ? {} : { version }),
    });
    return { connectionApp: appView(context, app), token, aesKey };
  }

  @Mutation(() => ConnectionAppPayload, {
    description:
      "Registers an app's callback address with its platform, for platforms that offer that by a call; keys that are missing are made.",
  })
  async registerCallback(
    @Arg('input', () => RegisterCallbackInput, { description: 'Which app.' }) input: RegisterCallbackInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('ConnectionApp', input.id, ['input', 'id']);
    const url = (callbackKey: string): string => callbackUrlOf(context.deps.publicUrl, callbackKey);
    return { connectionApp: appView(context, await registerCallback(context.flow, { id: input.id, url })) };
  }

  @Mutation(() => ConnectionAppPayload, {
    description: "Takes an app's callback address back from its platform; the app receives nothing then.",
  })
  async unregisterCallback(
    @Arg('input', () => RegisterCallbackInput, { description: 'Which app.' }) input: RegisterCallbackInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('ConnectionApp', input.id, ['input', 'id']);
    return { connectionApp: appView(context, await unregisterCallback(context.flow, { id: input.id })) };
  }

  @Mutation(() => PullChangesPayload, {
    description: 'Has what events have named read now, instead of waiting for the next attempt.',
  })
  async pullChangesNow(
    @Arg('input', () => PullChangesInput, { description: 'Which connection.' }) input: PullChangesInput,
    @Ctx() context: GraphqlContext,
  ) {
    const { connectionId } = input;
    requireId('Connection', connectionId, ['input', 'connectionId']);
    const [open] = await readOpenHints(context.flow, [connectionId]);
    await pullChangesNow(context.flow, { connectionId });
    return { openHints: (open?.ORG_UNIT ?? 0) + (open?.ACCOUNT ?? 0) + (open?.COMPANY ?? 0) };
  }

  @Mutation(() => DomainFilePayload, {
    description:
      'Takes the file by which a platform has a domain proved to be yours, and serves it at the root of its host.',
  })
  async uploadDomainFile(
    @Arg('input', () => UploadDomainFileInput, { description: 'The file.' }) input: UploadDomainFileInput,
    @Ctx() context: GraphqlContext,
  ) {
    const { connectionId, name, content } = input;
    requireId('Connection', connectionId, ['input', 'connectionId']);
    const host = input.host ?? new URL(context.deps.publicUrl).hostname;
    const file = await uploadDomainFile(context.flow, { connectionId, host, name, content });
    return { domainFile: domainFileView(context, file) };
  }

  @Mutation(() => DeleteDomainFilePayload, { description: 'Serves a file no longer.' })
  async deleteDomainFile(
    @Arg('input', () => DeleteDomainFileInput, { description: 'Which file.' }) input: DeleteDomainFileInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('DomainFile', input.id, ['input', 'id']);
    await deleteDomainFile(context.flow, { id: input.id });
    return { id: input.id };
  }
}
