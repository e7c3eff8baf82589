import type { PlatformName } from './stand-ins.ts';

/** How often a platform lets one API be called. */
export interface Rate {
  readonly platform: PlatformName;
  /** As people say it. */
  readonly said: string;
  /** Calls a second that it comes to. */
  readonly perSecond: number;
  /** What an administrator types in for it: whole calls. */
  readonly typed: number;
  /** Settings of the simulator that enforce it. */
  readonly enforced: object;
  readonly how: string;
}

/** DingTalk's limit per second depends on the edition. */
export const dingtalkRate = (perSecond: number): Rate => ({
  platform: 'dingtalk',
  said: `${perSecond} calls/s`,
  perSecond,
  typed: perSecond,
  enforced: { qpsPerApp: perSecond },
  how: 'a strict sliding window of one second',
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PER_MINUTE = { calls: 10_000, windowMs: MINUTE };

/** The simulator refuses everything for as long as the window is, once a limit was passed. */
const wecomLimits = (perHour: number): object => ({
  corpLimits: [PER_MINUTE, { calls: perHour, windowMs: HOUR }],
  ipLimits: [
    { calls: 20_000, windowMs: MINUTE },
    { calls: 600_000, windowMs: HOUR },
  ],
});

/** WeCom's limits of one API and company, and what the form of a connection proposes for them. */
export const WECOM_RATE: Rate = {
  platform: 'wecom',
  said: '10,000 calls/min',
  perSecond: PER_MINUTE.calls / 60,
  typed: 166,
  enforced: wecomLimits(150_000),
  how: 'its windows of a minute and an hour, and blocks for as long as the window when one is passed',
};

/** The same with an hour that is over soon. */
export const wecomHour = (perHour: number): Rate => ({
  ...WECOM_RATE,
  said: `${perHour.toLocaleString('en')} calls/h`,
  enforced: wecomLimits(perHour),
});
