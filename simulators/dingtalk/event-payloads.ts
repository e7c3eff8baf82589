import { randomUUID } from 'node:crypto';
import type { Settings } from './settings.ts';

/** Types of events that an address can be registered for (71008 for others). */
export const CONTACT_TYPES = [
  'user_add_org',
  'user_modify_org',
  'user_leave_org',
  'user_active_org',
  'org_admin_add',
  'org_admin_remove',
  'org_dept_create',
  'org_dept_modify',
  'org_dept_remove',
  'org_change',
  'org_remove',
  'label_user_change',
  'label_conf_add',
  'label_conf_del',
  'label_conf_modify',
] as const;

/** What happened in the corp; ids only, as the platform tells it. */
export interface CorpEvent {
  /** From 1, in the order in which things happened. */
  readonly seq: number;
  readonly eventId: string;
  readonly type: string;
  /** Epoch milliseconds by the platform's clock. */
  readonly at: number;
  readonly userIds?: readonly string[];
  readonly deptIds?: readonly number[];
  /** Further keys of the current form, e.g. `diffInfo` or `labelIdList`. */
  readonly more?: Readonly<Record<string, unknown>>;
}

export type EventContent = Pick<CorpEvent, 'userIds' | 'deptIds' | 'more'>;

export function newEvent(seq: number, type: string, at: number, content: EventContent): CorpEvent {
  return { seq, eventId: randomUUID().replaceAll('-', ''), type, at: Math.floor(at), ...content };
}

type Ids = 'userId' | 'UserId' | 'userid';

function lists(
  { userIds, deptIds, more }: CorpEvent,
  names: { readonly user: Ids; readonly dept: string },
): Record<string, unknown> {
  return {
    ...(userIds ? { [names.user]: userIds } : {}),
    ...(deptIds ? { [names.dept]: deptIds } : {}),
    ...more,
  };
}

/** The plain text of a push. */
export function pushedText(event: CorpEvent, corpId: string, form: Settings['eventForm']): string {
  if (form === 'classic') {
    const head = { EventType: event.type, TimeStamp: String(event.at), CorpId: corpId };
    return JSON.stringify({ ...head, ...lists(event, { user: 'UserId', dept: 'DeptId' }) });
  }
  return JSON.stringify({
    EventType: event.type,
    EventTime: event.at,
    CorpId: corpId,
    BizId: String(event.at),
    eventId: event.eventId,
    timeStamp: String(event.at),
    ...lists(event, { user: 'userId', dept: 'deptId' }),
  });
}

/** An entry of the list of failed pushes; the key of its payload is the type. */
export function failedEntry(event: CorpEvent, corpId: string): Record<string, unknown> {
  const payload = { corpid: corpId, ...lists(event, { user: 'userid', dept: 'deptid' }) };
  return { call_back_tag: event.type, event_time: event.at, [event.type]: payload };
}

/** Data of a frame, and what its headers tell. */
export function framed(
  event: CorpEvent,
  corpId: string,
): { readonly data: string; readonly headers: Readonly<Record<string, string>> } {
  const data = { timeStamp: String(event.at), ...lists(event, { user: 'userId', dept: 'deptId' }) };
  return {
    data: JSON.stringify(data),
    headers: {
      eventType: event.type,
      eventId: event.eventId,
      eventCorpId: corpId,
      eventBornTime: String(event.at),
      eventUnifiedAppId: '6f0c1d2e-0000-4000-8000-000000000001',
    },
  };
}
