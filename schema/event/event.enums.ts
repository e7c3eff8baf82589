import type {
  EventOutcome,
  EventPolicy,
  EventSource,
  EventState,
  EventTransport,
  HintKind,
  ImportKind,
  StreamState,
} from '../../src/domain/index.ts';
import { registerNames } from '../enum-of.ts';

export const EventPolicyEnum = registerNames<EventPolicy>(
  'EventPolicy',
  'What a connection does with what events bring.',
  {
    OFF: 'Events are received and not followed.',
    HOLD: 'What they bring waits for a reviewer, in one run for each connection.',
    COMMIT:
      'What is clean and, counted over an hour, below the guard is committed at once; the rest waits for a reviewer.',
  },
);

export const EventSourceEnum = registerNames<EventSource>(
  'EventSource',
  'Where the events of an app come from.',
  {
    OFF: 'From nowhere; its callback address refuses everything.',
    CALLBACK: 'The platform calls the callback address.',
    STREAM: 'Muster holds a long connection to the platform.',
  },
);

export const EventTransportEnum = registerNames<EventTransport>('EventTransport', 'How an event came in.', {
  CALLBACK: 'At the callback address.',
  STREAM: 'Through the long connection.',
  FAILED_LIST: "From the platform's list of failed pushes.",
});

export const EventStateEnum = registerNames<EventState>('EventState', 'Where a received event stands.', {
  OPEN: 'What it has named is to be read yet.',
  HELD: 'What it has brought waits for a reviewer.',
  DONE: 'Concluded; see `outcome`.',
});

export const EventOutcomeEnum = registerNames<EventOutcome>(
  'EventOutcome',
  'What became of an event; of several objects that it named, what matters most.',
  {
    FAILED: 'An object could not be read, and trying again would not help.',
    HELD: 'Waits for a reviewer.',
    COMMITTED: 'In the roster.',
    DISCARDED: 'A reviewer did not want it.',
    GONE: 'The platform does not have the object, and neither had we.',
    UNCHANGED: 'Read, and found as it was.',
    ECHO: 'Read, and found to be what Muster itself had written.',
    IGNORED: 'Of no concern to the directory, outside of what is pulled, or not followed.',
  },
);

export const HintKindEnum = registerNames<HintKind>('HintKind', 'What an event says has changed.', {
  ORG_UNIT: 'An org unit.',
  ACCOUNT: 'A person.',
  COMPANY: 'Anything may have; only a whole pull can tell.',
});

export const StreamStateEnum = registerNames<StreamState>('StreamState', 'How a long connection stands.', {
  IDLE: 'Nobody holds it.',
  WAITING: 'It is being opened, or opened again.',
  CONNECTED: 'Events come in.',
  FAILED: 'Somebody has to mend something; tried again every few minutes.',
});

export const ImportKindEnum = registerNames<ImportKind>('ImportKind', 'What an import run is about.', {
  WHOLE: 'Everything that can be seen.',
  EVENTS: 'Only what events have named, and what that cannot be understood without.',
  HELD: 'What such runs have left for a reviewer; one at a time for each connection.',
});
