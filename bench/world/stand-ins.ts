/** What a simulator tells in its first line: addresses, credentials, sizes. */
export type Told = Readonly<Record<string, string | number>>;

/** What is typed into the form of a connection. */
export interface ConnectionForm {
  /** As the registry has it. */
  readonly platform: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** One person as a page of people shows one. */
type Row = Record<string, unknown>;

/** What the benchmark knows of a platform: how its simulator is started, and what its directory API is like. */
export interface StandIn {
  readonly platform: PlatformName;
  readonly label: string;
  /** Compiled module below `simulators/`, and what it is started with beside the company. */
  readonly main: string;
  readonly args: readonly string[];
  form(told: Told, callsPerSecond: number): ConnectionForm;
  /** Calls that a pull makes in great number, each with a rate of its own, one kind after the other. */
  readonly pacedCalls: readonly string[];
  /** Pages of people in answers of that call, and what a title is called there. */
  readonly people: {
    readonly call: string;
    readonly rows: (answer: unknown) => Row[];
    readonly id: string;
    readonly title: string;
  };
  /** Calls without which nobody can know the whole company: one for each department, and so many pages. */
  fewestCalls(sizes: DirectorySizes): number;
  /** Longest time in milliseconds that a platform waits for the answer to a callback. */
  readonly callbackWaitMs: number;
}

/** What of a company decides how often it must be asked. */
export interface DirectorySizes {
  readonly departments: number;
  /** People in each department that has any. */
  readonly members: readonly number[];
}

export const PLATFORMS = ['dingtalk', 'wecom'] as const;
export type PlatformName = (typeof PLATFORMS)[number];

const text = (told: Told, name: string): string => String(told[name] ?? '');

const DINGTALK_PAGE = 100;
const WECOM_ID_PAGE = 10_000;

export const STAND_INS: Readonly<Record<PlatformName, StandIn>> = {
  dingtalk: {
    platform: 'dingtalk',
    label: 'DingTalk',
    main: 'dingtalk/main.js',
    args: ['--no-limits'],
    form: (told, callsPerSecond) => ({
      platform: 'dingtalk',
      settings: {
        corpId: text(told, 'corpId'),
        clientId: text(told, 'clientId'),
        apiBase: text(told, 'legacyUrl'),
        newApiBase: text(told, 'newUrl'),
        callsPerSecond: String(callsPerSecond),
      },
      secrets: { clientSecret: text(told, 'clientSecret') },
    }),
    pacedCalls: ['/topapi/v2/department/listsub', '/topapi/v2/user/list'],
    people: {
      call: '/topapi/v2/user/list',
      rows: (answer) => (answer as { result: { list: Row[] } }).result.list,
      id: 'userid',
      title: 'title',
    },
    // A call for the children of each department, and pages of its members: an empty one must be seen to be empty.
    fewestCalls: ({ departments, members }) =>
      departments +
      (departments - members.length) +
      members.reduce((sum, count) => sum + Math.ceil(count / DINGTALK_PAGE), 0),
    callbackWaitMs: 1_500,
  },
  wecom: {
    platform: 'wecom',
    label: 'WeCom',
    main: 'wecom/main.js',
    // With all fields that the platform has ever shown: the most that there is to read.
    args: ['--before-restrictions', '--no-limits'],
    form: (told, callsPerSecond) => ({
      platform: 'wecom',
      settings: {
        corpId: text(told, 'corpId'),
        agentId: text(told, 'agentId'),
        apiBase: text(told, 'url'),
        callsPerSecond: String(callsPerSecond),
      },
      secrets: { appSecret: text(told, 'clientSecret'), contactsSecret: text(told, 'contactsSecret') },
    }),
    pacedCalls: ['/cgi-bin/user/list'],
    people: {
      call: '/cgi-bin/user/list',
      rows: (answer) => (answer as { userlist: Row[] }).userlist,
      id: 'userid',
      title: 'position',
    },
    // Members of a department come in one answer, all departments in another, and pages of ids vouch for both.
    fewestCalls: ({ departments, members }) =>
      departments + 1 + Math.ceil(members.reduce((sum, count) => sum + count, 0) / WECOM_ID_PAGE),
    callbackWaitMs: 5_000,
  },
};
