import {
  BEFORE_RESTRICTIONS,
  type Member,
  NO_LIMITS,
  startWeComSimulator,
} from '../../simulators/wecom/index.ts';
import type { TargetValues } from '../../src/domain/index.ts';
import { wecomConnection } from '../platforms/support/wecom.ts';
import { type HeldAccount, LIMIT_NAMES, type TargetStandIn } from './target-stand-in.ts';
import { WECOM_FAULTS } from './wecom-target-faults.ts';

const CORP_NAME = '示例公司';
const MIDDLE = 2 ** 31;

interface ExternalAttribute {
  readonly name: string;
  readonly text?: { readonly value: string };
}
interface Profile {
  readonly external_corp_name?: string;
  readonly external_attr?: readonly ExternalAttribute[];
}

const text = (value: string | null | undefined): string | null =>
  value === undefined || value === '' ? null : value;

const ownField = (member: Member, name: string): string | null => {
  const attribute = member.attributes.get(name);
  return attribute?.type === 0 ? text(attribute.value) : null;
};

const heldAccount = (member: Member, bosses: ReadonlyMap<string, Member>): HeldAccount => {
  const profile = (member.externalProfile ?? {}) as Profile;
  const external = profile.external_attr ?? [];
  const main = (departmentId: number): number => Number(departmentId === member.mainDepartment);
  const others = [...member.attributes].filter(([name]) => name !== '工位');
  return {
    externalId: member.userid,
    values: {
      name: member.name,
      mobile: text(member.mobile),
      email: text(member.email),
      companyEmail: text(member.bizMail),
      title: text(member.position),
      alias: text(member.alias),
      gender: member.gender === '0' ? null : member.gender,
      telephone: text(member.telephone),
      address: text(member.address),
      externalPosition: text(member.externalPosition),
      externalCorpName: text(profile.external_corp_name),
      seat: ownField(member, '工位'),
      externalGrade: text(external.find(({ name }) => name === '职级')?.text?.value),
    },
    memberships: member.memberships
      .toSorted((a, b) => main(b.departmentId) - main(a.departmentId))
      .map(({ departmentId, order }) => ({
        orgUnitExternalId: String(departmentId),
        order: String(MIDDLE - order),
      })),
    managerExternalId: bosses.get(member.directLeaders[0] ?? '')?.userid ?? null,
    active: !member.disabled,
    foreign: JSON.stringify([others, external.filter(({ name }) => name !== '职级'), member.avatar]),
  };
};

const valuesOf = (number: number): TargetValues => ({
  name: `人员${number}`,
  mobile: `15${String(number).padStart(9, '0')}`,
  email: `p${number}@example.cn`,
  companyEmail: `p${number}@corp.example.cn`,
  title: `职务${number}`,
  alias: `P${number}`,
  gender: String(1 + (number % 2)),
  telephone: `010-${number}`,
  address: `楼${number}`,
  externalPosition: `对外${number}`,
  externalCorpName: CORP_NAME,
  seat: `工位${number}`,
  externalGrade: `级${number}`,
});

const WITHOUT_FREE_LENGTH = new Set(['mobile', 'gender', 'externalCorpName']);

/** The simulator as the contract of writing sees it. */
export const startWecomTarget = async (): Promise<TargetStandIn> => {
  const company = { seed: 13, people: 60, orgUnits: 8, messy: true };
  const simulator = await startWeComSimulator({
    company,
    apps: [{ createdAt: BEFORE_RESTRICTIONS }],
    settings: {
      ...NO_LIMITS,
      corpMailDomain: 'corp.example.cn',
      certifiedNames: [CORP_NAME],
      placement: 'required',
    },
  });
  const { corp } = simulator;
  const memberOf = (userid: string): Member => {
    const member = corp.members.get(userid.toLowerCase());
    if (member === undefined) throw new TypeError(`no member ${userid}`);
    return member;
  };
  const foreign = (member?: Member) => {
    const profile = (member?.externalProfile ?? {}) as Profile;
    const theirs = { type: 0, name: '他人', text: { value: '所填' } };
    return {
      attributes: new Map([...(member?.attributes ?? []), ['班次', { type: 0, value: '他人所填' }] as const]),
      externalProfile: { ...profile, external_attr: [...(profile.external_attr ?? []), theirs] },
      avatar: 'avatar-of-others',
    };
  };
  let lost = 0;
  let texts = 0;
  return {
    connection: () =>
      wecomConnection(simulator, {
        mode: 'READ_WRITE',
        settings: { extraFields: 'seat=工位', externalFields: 'externalGrade=职级' },
      }),
    orgUnits: async () =>
      [...corp.departments.values()].map((dept) => ({
        externalId: String(dept.id),
        parentExternalId: dept.parentId === null ? null : String(dept.parentId),
        name: dept.name,
        order: String(MIDDLE - dept.order),
        leaderExternalIds: [...dept.members]
          .map(memberOf)
          .filter((one) => one.memberships.some((place) => place.departmentId === dept.id && place.leader))
          .map(({ userid }) => userid),
      })),
    accounts: async () => [...corp.members.values()].map((member) => heldAccount(member, corp.members)),
    calls: () => simulator.ledger.summary().calls - simulator.ledger.count('/cgi-bin/gettoken'),
    values: valuesOf,
    valueOfLength(field, length) {
      if (WITHOUT_FREE_LENGTH.has(field)) return null;
      texts += 1;
      const start = field === 'telephone' ? String(texts) : `x${texts}`;
      const end = field === 'email' || field === 'companyEmail' ? '@b.cn' : '';
      return `${start.padEnd(length - end.length, field === 'telephone' ? '0' : 'x')}${end}`;
    },
    // 30,000 in one department are too many to be tried.
    enforces: new Set(LIMIT_NAMES.filter((name) => name !== 'CHILDREN')),
    addOrgUnits: async (parent, names) =>
      names.map((name) => String(simulator.mutate.addDepartment({ name, parentId: Number(parent ?? '1') }))),
    hire: async (unit, number) =>
      simulator.mutate.addUser({
        userid: `hired-${number}`,
        name: `他人${number}`,
        deptIds: [Number(unit)],
        ...foreign(),
      }),
    async addForeign(userid) {
      simulator.mutate.changeUser(userid, foreign(memberOf(userid)));
    },
    loseNext(what) {
      lost += 1;
      const silent = lost % 2 === 0;
      const kinds = {
        ANSWER: silent ? 'timeoutAfter' : 'resetAfter',
        REQUEST: silent ? 'timeout' : 'resetBefore',
      } as const;
      simulator.faults.add({ writes: true, fault: { kind: kinds[what] } });
    },
    faults: WECOM_FAULTS.map(({ what, code, rules }) => ({
      what,
      code,
      strike() {
        for (const rule of rules) simulator.faults.add(rule);
      },
    })),
    heal() {
      simulator.faults.clear();
      simulator.changeApp('contacts', { forbidden: [], ipList: ['127.0.0.1'], enabled: true });
    },
    close: () => simulator.close(),
  };
};
