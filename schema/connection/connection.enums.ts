import type { ConnectionMode, MatchKey, UserNameSource } from '../../src/domain/index.ts';
import type { CheckStep } from '../../src/ports/directory-source.ts';
import { registerNames } from '../enum-of.ts';

export const ConnectionModeEnum = registerNames<ConnectionMode>(
  'ConnectionMode',
  'What Muster may do on the platform.',
  { READ_ONLY: 'Read; nothing is written but links.', READ_WRITE: 'Read and write.' },
);

export const UserNameSourceEnum = registerNames<UserNameSource>(
  'UserNameSource',
  'Where the user name of an imported account comes from.',
  {
    externalId: "The platform's own id of the person.",
    mobile: 'The mobile number.',
    email: 'The mail address.',
    emailLocalPart: 'The mail address before the @.',
    jobNumber: 'The job number.',
    pinyin: 'The name in pinyin.',
  },
);

export const EmailFieldEnum = registerNames<'personal' | 'company'>(
  'EmailField',
  'Which mailbox of the platform becomes the mail address.',
  { personal: 'The personal one.', company: "The company's." },
);

export const LeaverActionEnum = registerNames<'DISABLE' | 'NONE'>(
  'LeaverAction',
  'What to propose for somebody who is no longer on the platform.',
  { DISABLE: 'Disable the account; always held for review.', NONE: 'Nothing.' },
);

export const RemoteMatchFieldEnum = registerNames<MatchKey['remoteField']>(
  'RemoteMatchField',
  'Field of the platform that is compared.',
  {
    externalId: "The platform's own id.",
    mobile: 'Mobile number.',
    email: 'Mail address.',
    jobNumber: 'Job number.',
    name: 'Name.',
  },
);

export const RosterMatchFieldEnum = registerNames<MatchKey['rosterField']>(
  'RosterMatchField',
  'Field of the roster that is compared.',
  {
    userName: 'User name.',
    mobile: 'Mobile number.',
    email: 'Mail address.',
    jobNumber: 'Job number.',
    displayName: 'Display name.',
  },
);

export const CheckStepCodeEnum = registerNames<CheckStep['code']>(
  'CheckStepCode',
  'What a step of a connection test looks at.',
  {
    DNS: 'Name resolution.',
    TCP_TLS: 'Connection and certificate.',
    API_REACHABLE: 'The API answers.',
    CREDENTIALS: 'The credentials are accepted.',
    IP_ALLOW_LIST: 'Our address is allowed.',
    PERMISSION: 'A permission is granted.',
    VISIBLE_RANGE: 'The visible range holds departments.',
    FIELD_PERMISSION: 'A field may be read.',
    HEAD_COUNT: "The platform's own head count.",
  },
);

export const CheckStatusEnum = registerNames<CheckStep['status']>('CheckStatus', 'How a step ended.', {
  PASS: 'All is well.',
  WARN: 'Works, but should be looked at.',
  FAIL: 'Must be mended.',
  SKIPPED: 'Not looked at, because an earlier step failed.',
});
