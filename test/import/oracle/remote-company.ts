import type {
  RemoteAccountValue,
  RemoteMembershipValue,
  RemoteOrgUnitValue,
} from '../../../src/domain/index.ts';
import type { Pick } from '../random-changes.ts';

/** Small pools of values, so that duplicates, swaps, near misses and illegal values are the rule. */
const NAMES = ['王小明', '李娜', 'Ann Lee', 'ann lee', '欧阳修', '张三', '张三 ', '', '𠮷野家'];
const MOBILES = ['1380000000', '1380000001', '+86-1380000002', '1380000003', '+852-5123456'];
const EMAILS = ['a@x.cn', 'B@x.cn', 'b@x.cn', 'c@X.cn', 'not a mail', 'd@x.cn'];
const JOB_NUMBERS = ['J1', 'J2', 'j2', 'J3', 'J4', 'x'.repeat(65)];
const TITLES = ['工程师', '经理', 'x'.repeat(201)];
const UNIT_NAMES = ['研发', '销售', 'HR', 'hr', '财务', '研发 ', '', '法务', '行政'];
const BADGES = ['B1', 'b1', 'B2', 'B3', 'B4', 'B5'];

const one = <T>(pick: Pick, from: readonly T[]): T => from[pick(from.length)] as T;

/** A value, known to be empty, or not seen. */
const seen = (pick: Pick, from: readonly string[]): string | null | undefined => {
  const at = pick(8);
  return at === 0 ? null : at === 1 ? undefined : one(pick, from);
};

const mobile = (pick: Pick): string => `${one(pick, MOBILES)}${pick(4) === 0 ? 'x' : pick(10)}`;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a platform holds: any tree and any people at all, changed at random. */
export class RemoteCompany {
  readonly units = new Map<string, Mutable<RemoteOrgUnitValue>>();
  readonly people = new Map<string, Mutable<RemoteAccountValue>>();
  readonly #pick: Pick;
  #next = 0;

  constructor(pick: Pick, size: { readonly units: number; readonly people: number }) {
    this.#pick = pick;
    this.units.set('1', {
      externalId: '1',
      ids: [],
      parentExternalId: null,
      name: '海川科技',
      attributes: {},
    });
    for (let n = 0; n < size.units; n += 1) this.addUnit();
    for (let n = 0; n < size.people; n += 1) this.addPerson();
  }

  addUnit(): void {
    const pick = this.#pick;
    this.#next += 1;
    const externalId = `d${this.#next}`;
    // Names are told apart most of the time, as a platform keeps them below one parent.
    const name = pick(4) === 0 ? one(pick, UNIT_NAMES) : `${one(pick, UNIT_NAMES)}${this.#next}`;
    this.units.set(externalId, {
      externalId,
      ids: [{ kind: 'deptid', value: externalId }],
      parentExternalId: pick(40) === 0 ? null : pick(30) === 0 ? 'gone' : this.#unitId(),
      name,
      order: String(pick(3)),
      attributes: pick(3) === 0 ? { floor: one(pick, ['1', '2', '']) } : {},
    });
  }

  addPerson(): void {
    const pick = this.#pick;
    this.#next += 1;
    const externalId = `p${this.#next}`;
    this.people.set(externalId, {
      externalId,
      ids: [{ kind: 'userid', value: externalId }],
      name: pick(4) === 0 ? seen(pick, NAMES) : `${one(pick, NAMES)}${this.#next}`,
      mobile: pick(3) === 0 ? `1370000${1000 + this.#next}` : this.#mobile(),
      email: pick(3) === 0 ? seen(pick, EMAILS) : undefined,
      jobNumber: seen(pick, JOB_NUMBERS),
      title: seen(pick, TITLES),
      managerExternalId: this.#manager(),
      active: one(pick, [true, true, true, undefined, false]),
      memberships: this.#seats(),
      attributes: this.#attributes(),
    });
  }

  #mobile(): string | null | undefined {
    return this.#pick(10) === 0 ? null : mobile(this.#pick);
  }

  #manager(): string | null | undefined {
    const at = this.#pick(6);
    if (at === 0) return null;
    if (at === 1) return 'nobody';
    return at < 4 ? undefined : this.#personId();
  }

  #attributes(): Record<string, unknown> {
    const pick = this.#pick;
    return {
      avatar: 'https://static.example.com/a.png',
      ...(pick(2) === 0 ? { badge: one(pick, [...BADGES, `U${this.#next}`, null]) } : {}),
      ...(pick(3) === 0 ? { level: one(pick, [1, 2, 3.5, 'seven', null]) } : {}),
      ...(pick(3) === 0 ? { shirt: one(pick, ['S', 'M', 'XXL']) } : {}),
    };
  }

  #seats(): RemoteMembershipValue[] {
    const pick = this.#pick;
    const count = pick(20) === 0 ? 0 : 1 + pick(3);
    const seats: RemoteMembershipValue[] = Array.from({ length: count }, () => ({
      orgUnitExternalId: pick(15) === 0 ? 'gone' : this.#unitId(),
      leader: pick(4) === 0,
      ...(pick(3) === 0 ? {} : { order: one(pick, ['1', '2', '-176275808490200512']) }),
      ...(pick(4) === 0 ? { title: one(pick, ['顾问', '']) } : {}),
    }));
    return [...new Map(seats.map((seat) => [seat.orgUnitExternalId, seat])).values()];
  }

  #unitId(): string {
    return one(this.#pick, [...this.units.keys()]) ?? '1';
  }

  #personId(): string {
    return one(this.#pick, [...this.people.keys()]) ?? 'nobody';
  }

  /** One thing that happens in a company, or that a broken directory says. */
  change(): void {
    const pick = this.#pick;
    const unit = this.units.get(this.#unitId());
    const person = this.people.get(this.#personId());
    const other = this.people.get(this.#personId());
    if (unit === undefined || person === undefined || other === undefined) return;
    const changes: readonly (() => void)[] = [
      () => this.addPerson(),
      () => this.people.delete(person.externalId),
      () => this.addUnit(),
      () => unit.externalId !== '1' && this.units.delete(unit.externalId),
      () => Object.assign(unit, { name: `${one(pick, UNIT_NAMES)}${pick(3)}` }),
      () =>
        Object.assign(unit, { order: String(pick(3)), attributes: { floor: one(pick, ['1', '2', null]) } }),
      // Below any unit, itself included: cycles are the platform's to make and ours to survive.
      () => unit.externalId !== '1' && Object.assign(unit, { parentExternalId: this.#unitId() }),
      () => this.#swapUnits(unit),
      () => Object.assign(person, { name: one(pick, NAMES) }),
      () => Object.assign(person, { mobile: this.#mobile() }),
      () => Object.assign(person, { email: seen(pick, EMAILS), jobNumber: seen(pick, JOB_NUMBERS) }),
      () => Object.assign(person, { managerExternalId: this.#manager(), title: seen(pick, TITLES) }),
      () => Object.assign(person, { active: one(pick, [true, undefined, false]) }),
      () => Object.assign(person, { memberships: this.#seats() }),
      () => Object.assign(person, { attributes: this.#attributes() }),
      () => swap(person, other, one(pick, ['mobile', 'email', 'jobNumber', 'name', 'attributes'] as const)),
    ];
    one(pick, changes)();
  }

  #swapUnits(unit: Mutable<RemoteOrgUnitValue>): void {
    const other = this.units.get(this.#unitId());
    if (other === undefined || unit.externalId === '1' || other.externalId === '1') return;
    if (this.#pick(2) === 0) [unit.name, other.name] = [other.name ?? '', unit.name ?? ''];
    else [unit.parentExternalId, other.parentExternalId] = [other.parentExternalId, unit.parentExternalId];
  }
}

const swap = (
  a: Mutable<RemoteAccountValue>,
  b: Mutable<RemoteAccountValue>,
  field: 'mobile' | 'email' | 'jobNumber' | 'name' | 'attributes',
): void => {
  const kept = { [field]: a[field] };
  Object.assign(a, { [field]: b[field] });
  Object.assign(b, kept);
};
