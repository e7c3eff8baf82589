import type { Platform } from '../../ports/platform.ts';
import type { PlatformServices } from '../kit/services.ts';
import { permissions, settings } from './config.ts';
import { dingtalkFeed, dingtalkNetwork } from './events.ts';
import { dingtalkSource } from './source.ts';
import { dingtalkTarget } from './target.ts';

/** DingTalk (钉钉). */
export const dingtalk = (services: PlatformServices): Platform => ({
  name: 'dingtalk',
  label: { zh: '钉钉', en: 'DingTalk' },
  settings,
  permissions,
  accountIdKinds: ['userid', 'unionid'],
  directorySource: dingtalkSource(services),
  directoryTarget: dingtalkTarget(services),
  changeFeed: dingtalkFeed(services),
  network: dingtalkNetwork(services),
});
