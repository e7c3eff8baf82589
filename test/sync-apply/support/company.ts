import { setTimeout as sleep } from 'node:timers/promises';
import {
  AppError,
  type ErrorCode,
  type RemoteAccountValue,
  type RemoteOrgUnitValue,
  type TargetMembership,
  type TargetOperation,
  type TargetValues,
} from '../../../src/domain/index.ts';

/** What a call comes to, besides success: an error, an answer or a request that is lost, or no answer at all. */
export type Fault = ErrorCode | 'LOSE_ANSWER' | 'LOSE_REQUEST' | 'HANG';

interface Unit {
  readonly key: string;
  name: string;
  parent: string | null;
  order: string | undefined;
  leaders: readonly string[];
}

interface Person {
  readonly key: string;
  values: Record<string, string | null>;
  memberships: readonly TargetMembership[];
  manager: string | null;
  active: boolean;
}

export interface Written {
  readonly operation: TargetOperation;
  readonly urgent: boolean;
  /** Monotonic milliseconds. */
  readonly at: number;
}

const isUnit = ({ kind }: TargetOperation): boolean => kind.endsWith('ORG_UNIT') || kind === 'SET_LEADERS';

/**
 * The truth of a company on a platform in memory. It takes whatever it is told, literally: whoever creates the same
 * person twice has two, so that a blind repetition shows.
 */
export class MemoryCompany {
  readonly units = new Map<string, Unit>();
  readonly people = new Map<string, Person>();
  /** Writing calls that have arrived, in order. */
  readonly written: Written[] = [];
  /** Asked for each writing call; the number counts them from 1. */
  fault: (operation: TargetOperation, nth: number) => Fault | null = () => null;
  /** People with these values have to agree first. */
  mustAgree: (values: TargetValues) => boolean = () => false;
  latencyMs = 0;
  perSecond = 1_000;
  probeFault: ErrorCode | null = null;
  finds = 0;
  mostAtOnce = 0;
  #atOnce = 0;
  #calls = 0;
  #next = 100;

  constructor() {
    this.units.set('1', { key: 'root', name: '总公司', parent: null, order: undefined, leaders: [] });
  }

  /** A look-up by natural key. */
  find(key: string): string | null {
    this.finds += 1;
    for (const [id, unit] of this.units) if (unit.key === key) return id;
    for (const [id, person] of this.people) if (person.key === key) return id;
    return null;
  }

  async write(
    operation: TargetOperation,
    call: { urgent: boolean; signal: AbortSignal },
  ): Promise<string | null> {
    this.#calls += 1;
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    const fault = this.fault(operation, this.#calls);
    try {
      if (this.latencyMs > 0) await sleep(this.latencyMs);
      if (fault === 'HANG') await sleep(60_000, undefined, { signal: call.signal });
      if (fault === 'LOSE_REQUEST') throw lost();
      if (fault !== null && fault !== 'LOSE_ANSWER' && fault !== 'HANG') {
        throw new AppError(fault, { details: { api: operation.kind, object: 'x' } });
      }
      this.written.push({ operation, urgent: call.urgent, at: performance.now() });
      const id = isUnit(operation) ? this.#writeUnit(operation) : this.#writePerson(operation);
      if (fault === 'LOSE_ANSWER') throw lost();
      return id;
    } finally {
      this.#atOnce -= 1;
    }
  }

  #writeUnit(operation: TargetOperation): string {
    if (operation.kind === 'CREATE_ORG_UNIT') {
      const id = `u${this.#next++}`;
      const { orgUnitId: key, name, parentExternalId: parent, order } = operation;
      if (parent !== null && !this.units.has(parent)) throw new AppError('PLATFORM_PARENT_UNKNOWN');
      this.units.set(id, { key, name, parent, order, leaders: [] });
      return id;
    }
    if (!('externalId' in operation) || operation.externalId === null) throw new TypeError('no id');
    const unit = this.units.get(operation.externalId);
    if (unit === undefined) throw new AppError('PLATFORM_ORG_UNIT_UNKNOWN');
    if (operation.kind === 'UPDATE_ORG_UNIT') unit.name = operation.name ?? unit.name;
    if (operation.kind === 'MOVE_ORG_UNIT') {
      unit.parent = operation.parentExternalId;
      unit.name = operation.name ?? unit.name;
    }
    if (operation.kind === 'SET_LEADERS') unit.leaders = operation.leaderExternalIds;
    if (operation.kind === 'DELETE_ORG_UNIT') this.units.delete(operation.externalId);
    return operation.externalId;
  }

  #writePerson(operation: TargetOperation): string | null {
    if (operation.kind === 'CREATE_ACCOUNT') {
      if (this.mustAgree(operation.values)) return null;
      const id = operation.externalId ?? `p${this.#next++}`;
      const { accountId: key, memberships } = operation;
      this.people.set(id, { key, values: { ...operation.values }, memberships, manager: null, active: true });
      return id;
    }
    if (!('externalId' in operation) || operation.externalId === null) throw new TypeError('no id');
    const person = this.people.get(operation.externalId);
    if (person === undefined) throw new AppError('PLATFORM_ACCOUNT_UNKNOWN');
    if (operation.kind === 'UPDATE_ACCOUNT' || operation.kind === 'MOVE_ACCOUNT') {
      Object.assign(person.values, operation.values);
      person.memberships = operation.memberships ?? person.memberships;
    }
    if (operation.kind === 'SET_MANAGER') person.manager = operation.managerExternalId;
    if (operation.kind === 'ENABLE_ACCOUNT') person.active = true;
    if (operation.kind === 'DISABLE_ACCOUNT') person.active = false;
    if (operation.kind === 'DELETE_ACCOUNT') this.people.delete(operation.externalId);
    return operation.externalId;
  }

  /** The company as a pull sees it. */
  snapshot(): {
    readonly units: readonly RemoteOrgUnitValue[];
    readonly people: readonly RemoteAccountValue[];
  } {
    const units = [...this.units].map(
      ([externalId, unit]): RemoteOrgUnitValue => ({
        externalId,
        ids: [],
        parentExternalId: unit.parent,
        name: unit.name,
        ...(unit.order === undefined ? {} : { order: unit.order }),
        attributes: {},
      }),
    );
    const leads = (unitId: string, id: string): boolean =>
      this.units.get(unitId)?.leaders.includes(id) ?? false;
    const people = [...this.people].map(
      ([externalId, person]): RemoteAccountValue => ({
        externalId,
        ids: [{ kind: 'id', value: externalId }],
        name: person.values['name'],
        mobile: person.values['mobile'],
        email: person.values['email'],
        jobNumber: person.values['jobNumber'],
        title: person.values['title'],
        managerExternalId: undefined,
        active: person.active,
        memberships: person.memberships.map(({ orgUnitExternalId, order }) => ({
          orgUnitExternalId,
          leader: leads(orgUnitExternalId, externalId),
          ...(order === undefined ? {} : { order }),
        })),
        attributes: {},
      }),
    );
    return { units, people };
  }
}

const lost = (): AppError =>
  new AppError('PLATFORM_UNREACHABLE', { details: { host: 'memory', reason: 'ECONNRESET' } });
