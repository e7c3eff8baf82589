import { startDingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import type { TargetValues } from '../../src/domain/index.ts';
import { connectionTo } from '../platforms/support/dingtalk.ts';
import { DINGTALK_FAULTS } from './dingtalk-target-faults.ts';
import { type HeldAccount, LIMIT_NAMES, type TargetStandIn } from './target-stand-in.ts';

type Simulator = Awaited<ReturnType<typeof startDingTalkSimulator>>;
type User = Parameters<Simulator['corp']['users']['set']>[1];

const text = (value: string | null | undefined): string | null =>
  value === undefined || value === '' ? null : value;

const heldAccount = (user: User): HeldAccount => ({
  externalId: user.userid,
  values: {
    name: user.name,
    mobile: text(user.mobile),
    email: text(user.email),
    companyEmail: text(user.orgEmail),
    jobNumber: text(user.jobNumber),
    title: text(user.title),
    telephone: text(user.telephone),
    workPlace: text(user.workPlace),
    remark: text(user.remark),
    hiredDate: user.hiredDate === undefined ? null : String(user.hiredDate),
  },
  memberships: user.memberships.map(({ deptId, order }) => ({
    orgUnitExternalId: String(deptId),
    order: String(-order),
  })),
  managerExternalId: text(user.managerUserid),
  active: user.disabled !== true,
  foreign: JSON.stringify([user.extension ?? {}, user.roles, user.boss, user.hideMobile]),
});

const valuesOf = (number: number): TargetValues => ({
  name: `人员${number}`,
  mobile: `15${String(number).padStart(9, '0')}`,
  email: `p${number}@example.cn`,
  companyEmail: `p${number}@corp.example.cn`,
  jobNumber: `J${number}`,
  title: `职务${number}`,
  telephone: `t${number}`,
  workPlace: `楼${number}`,
  remark: `备注${number}`,
  hiredDate: String(1_672_502_400_000 + number),
});

const WITHOUT_FREE_LENGTH = new Set(['mobile', 'hiredDate']);

/** The simulator as the contract of writing sees it. */
export const startDingtalkTarget = async (): Promise<TargetStandIn> => {
  const company = { seed: 13, people: 60, orgUnits: 8, messy: true };
  const settings = { qpsPerApp: null, ipLimit: null };
  const simulator = await startDingTalkSimulator({ company, settings });
  const { clientId, scopes } = simulator.app;
  const everything = { scopes: [...scopes], ipList: [], range: { depts: [1], users: [] }, enabled: true };
  let lost = 0;
  let texts = 0;
  return {
    connection: () => ({
      ...connectionTo(simulator, { settings: { disableAccounts: 'exclusive' } }),
      mode: 'READ_WRITE',
    }),
    orgUnits: async () =>
      [...simulator.corp.departments.values()].map((dept) => ({
        externalId: String(dept.id),
        parentExternalId: dept.parentId === null ? null : String(dept.parentId),
        name: dept.name,
        order: String(dept.order),
        leaderExternalIds: dept.managers,
      })),
    accounts: async () => [...simulator.corp.users.values()].map(heldAccount),
    calls: () => simulator.ledger.summary().calls - simulator.ledger.count('/gettoken'),
    values: valuesOf,
    valueOfLength(field, length) {
      if (WITHOUT_FREE_LENGTH.has(field)) return null;
      texts += 1;
      const start = `x${texts}`;
      const end = field === 'email' || field === 'companyEmail' ? '@b.cn' : '';
      return `${start.padEnd(length - end.length, 'x')}${end}`;
    },
    enforces: new Set(LIMIT_NAMES),
    addOrgUnits: async (parent, names) =>
      names.map((name) => String(simulator.mutate.addDepartment({ name, parentId: Number(parent ?? '1') }))),
    hire: async (unit, number) =>
      simulator.mutate.addUser({
        userid: `hired-${number}`,
        name: `专属${number}`,
        deptIds: [Number(unit)],
        exclusive: true,
        extension: { 花名: '他人所填' },
      }),
    async addForeign(userid) {
      simulator.mutate.changeUser(userid, { extension: { 花名: '他人所填' }, hideMobile: true });
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
    invitations: {
      protect: ({ mobile }) => simulator.mutate.protectMobile(mobile ?? ''),
      async accept({ mobile }) {
        simulator.mutate.acceptInvitation(mobile ?? '');
      },
    },
    faults: DINGTALK_FAULTS.map(({ what, code, rules }) => ({
      what,
      code,
      strike() {
        for (const rule of rules) simulator.faults.add(rule);
      },
    })),
    heal() {
      simulator.faults.clear();
      simulator.changeApp(clientId, everything);
    },
    close: () => simulator.close(),
  };
};
