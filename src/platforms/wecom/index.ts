import type { OpenConnection } from '../../domain/index.ts';
import type { Platform } from '../../ports/platform.ts';
import { RefusalLog } from '../kit/refusal-log.ts';
import type { PlatformServices } from '../kit/services.ts';
import { addressInFailure } from '../kit/told-address.ts';
import { WecomClient } from './client.ts';
import { permissions, settings, wecomSettings } from './config.ts';
import { wecomFeed } from './events.ts';
import { wecomSource } from './source.ts';
import { wecomTarget } from './target.ts';
import { addressesAnswer, done } from './types.ts';

const MINUTE = 60_000;
/** A limit blocks for as long as its window, and the answer does not say which it was. Page 90312. */
const WINDOWS = [MINUTE, MINUTE, 60 * MINUTE];

/** WeCom (企业微信), its private deployments and government WeCom. */
export const wecom = (shared: PlatformServices): Platform => {
  const services = { ...shared, refusals: new RefusalLog(shared.clock, WINDOWS) };
  const open = (connection: OpenConnection, signal: AbortSignal) =>
    new WecomClient(services, connection, { signal });
  const list = (path: string) => (connection: OpenConnection, signal: AbortSignal) =>
    open(connection, signal).read(path, addressesAnswer);
  return {
    name: 'wecom',
    label: { zh: '企业微信', en: 'WeCom' },
    settings,
    permissions,
    accountIdKinds: ['userid', 'open_userid'],
    directorySource: wecomSource(services),
    directoryTarget: wecomTarget(services),
    changeFeed: wecomFeed(),
    network: {
      hosts: (connection) => [new URL(wecomSettings(connection).apiBase).host],
      egressAddress: (connection, signal) =>
        addressInFailure(() => open(connection, signal).read('user/get', done, { userid: '0' })),
      // Pages 92520, 92521.
      apiAddresses: list('get_api_domain_ip'),
      callbackAddresses: list('getcallbackip'),
    },
    /** `WW_verify_<16 characters>.txt`, which holds these characters alone (row W-WX-05). */
    domainFile: {
      accepts: (name, content) => /^WW_verify_([0-9A-Za-z]{16})\.txt$/.exec(name)?.[1] === content,
    },
  };
};
