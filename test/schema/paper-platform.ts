import type { TargetCapabilities, TargetField } from '../../src/domain/index.ts';
import type { Platform } from '../../src/ports/platform.ts';
import type { Gateway } from './gateway.ts';

const never = async () => {
  throw new TypeError('nobody calls this platform');
};

/** A field that takes any text, and is not written unless a rule says so. */
const plainField = (name: string): TargetField => ({
  name,
  label: { zh: name, en: name },
  rule: { maxLength: 100 },
  required: false,
  unique: false,
  updatable: true,
  clearable: true,
  loginId: false,
  source: null,
  when: 'NEVER',
});

export const PAPER_CAPABILITIES: TargetCapabilities = {
  operations: new Set(['CREATE_ACCOUNT', 'UPDATE_ACCOUNT', 'DELETE_ACCOUNT']),
  rootExternalId: '1',
  orgUnitName: {
    maxLength: 64,
    pattern: { source: '^[^/]+$', message: { zh: '不含斜杠', en: 'no slash' } },
  },
  foldOrgUnitNames: true,
  maxDepth: 10,
  maxChildren: null,
  maxMemberships: 20,
  membershipRequired: true,
  deleteOnlyEmpty: true,
  accountIds: { mode: 'CHOSEN', rule: { maxLength: 64, unit: 'bytes' }, foldCase: false },
  fields: [
    {
      name: 'mobile',
      label: { zh: '手机号', en: 'Mobile' },
      rule: { maxLength: 50 },
      required: true,
      unique: true,
      updatable: false,
      clearable: false,
      loginId: true,
      source: { kind: 'ATTRIBUTE', name: 'mobile' },
      when: 'ALWAYS',
    },
    plainField('title'),
    plainField('remark'),
    plainField('country'),
    plainField('pay'),
  ],
  orders: true,
};

/** A platform that exists on paper: it says what it can take, and is never called. */
export const paperPlatform = (name: string): Platform => ({
  name,
  label: { zh: '纸', en: 'Paper' },
  settings: [],
  permissions: [],
  accountIdKinds: ['userid'],
  directoryTarget: {
    capabilities: () => PAPER_CAPABILITIES,
    apply: never,
    probe: never,
    callsPerSecond: () => 1,
  },
});

/** Lets a gateway know the platform. */
export const knowPaper = (gateway: Gateway, name = 'paper'): void => {
  (gateway.deps.platforms as Map<string, Platform>).set(name, paperPlatform(name));
};
