import type { OpenConnection } from '../../domain/index.ts';
import type { DirectoryTarget } from '../../ports/directory-target.ts';
import { type TargetCalls, targetByCalls } from '../kit/call-target.ts';
import { inTurn } from '../kit/in-turn.ts';
import { exactInteger, unitNumber } from '../kit/json.ts';
import { ownMail } from '../kit/mailbox-rows.ts';
import { createUnderOwnId, madeUnderOwnId } from '../kit/own-unit-ids.ts';
import { setLeads } from '../kit/set-leads.ts';
import { pattern, treeOperations } from '../kit/target-field.ts';
import { TREE_LIMITS } from '../kit/target-limits.ts';
import { unconfirmedMobile } from '../kit/unconfirmed-mobile.ts';
import { nullWhen } from '../kit/vendor-errors.ts';
import { toldOnly, type UnitContent, writeByCalls } from '../kit/write-by-calls.ts';
import { WecomClient, type WecomServices } from './client.ts';
import { wecomSettings } from './config.ts';
import {
  fieldsOf,
  mirrored,
  ORDER_RANGE,
  placesBody,
  placesOf,
  valuesBody,
  writesTogether,
} from './fields.ts';
import { knock, peopleOf, personOf, ROOT, wecomReader } from './source.ts';
import * as types from './types.ts';

/** What of a department is told; what is not stays, or is the platform's to choose. Pages 90205, 90206. */
const unitBody = ({ name, order, parentExternalId: above }: UnitContent) => ({
  name,
  parentid: above === undefined ? undefined : unitNumber(above ?? ROOT),
  order: order === undefined ? undefined : exactInteger(mirrored(order)),
});

const wecomCalls = (client: WecomClient, connection: OpenConnection): TargetCalls => {
  const { byApp, corpId, invite } = client.settings;
  const reader = wecomReader(client, connection);
  const update = (userid: string, body: Record<string, unknown>) =>
    client.write('user/update', { userid, ...body }, { schema: types.done, object: userid });
  const person = (id: string) => nullWhen('PLATFORM_DETAILS_WITHHELD', () => personOf(client, id));
  const places = async (unitId: string) =>
    (await peopleOf(client, unitId)).map((one) => ({ externalId: one.userid, memberships: placesOf(one) }));
  return {
    reader,
    probe: () => Promise.all([client.read('get_api_domain_ip', types.done), knock(client)]),
    // Where names can be read, a unit is found by its name, which is unique among siblings.
    madeUnit: async (operation) => {
      const how = { read: reader.unit, parentId: operation.parentExternalId ?? ROOT };
      return byApp ? undefined : madeUnderOwnId(operation, how);
    },
    write: writeByCalls({
      // Pages 90205…90207.
      createUnit(operation) {
        const create = (id?: string) => {
          const body = { ...unitBody(operation), ...(id === undefined ? {} : { id: unitNumber(id) }) };
          const how = { schema: types.departmentMade, object: operation.name };
          return client.write('department/create', body, how);
        };
        return byApp ? create() : createUnderOwnId(operation, { create, read: reader.unit });
      },
      changeUnit: (operation) => {
        const { externalId: object } = operation;
        const body = { id: unitNumber(object), ...unitBody(operation) };
        return client.write('department/update', body, { schema: types.done, object });
      },
      removeUnit: (id) => client.remove('department/delete', types.done, { id }),
      // `department_leader` can only be read. Two units may share a leader, whose places are written as a whole.
      setLeaders: (operation) =>
        inTurn(`${corpId} leaders`, () =>
          setLeads(operation, { people: places, place: (id, seats) => update(id, placesBody(seats)) }),
        ),
      // Pages 90195, 90197, 90198.
      async createAccount({ externalId, accountId, values, memberships }) {
        const userid = externalId ?? accountId;
        const told = { ...valuesBody(connection, toldOnly(values)), ...placesBody(memberships) };
        const how = { schema: types.done, object: userid };
        await client.write('user/create', { userid, ...told, to_invite: invite }, how);
        return userid;
      },
      async changeAccount(operation) {
        const { externalId: id, values, memberships, membershipsBefore } = operation;
        const before = writesTogether(connection, values) ? await person(id) : null;
        const seats = memberships === undefined ? {} : placesBody(memberships, membershipsBefore);
        await update(id, { ...valuesBody(connection, values, before), ...seats });
        return unconfirmedMobile(operation, values, async () => {
          const shown = await person(id);
          return shown && { mobile: shown.mobile, isOwn: shown.status === 1 };
        });
      },
      setManager: (id, managerId) => update(id, { direct_leader: managerId === null ? [] : [managerId] }),
      switchAccount: (id, on) => update(id, { enable: on ? 1 : 0 }),
      removeAccount: (userid) => client.remove('user/delete', types.done, { userid }),
    }),
  };
};

const USERID = pattern('[0-9A-Za-z][\\w\\-@.]*', '仅限字母、数字与 _ - @ .', 'use letters, digits, _ - @ .');
const UNIT_NAME = pattern('[^\\\\:*?"<>|｜]+', '不能含有 \\ : * ? " < > |', 'use none of \\ : * ? " < > |');

/** Writing side of WeCom (rows W-WX-20…26, 28…30). Limits: pages 90195, 90205. */
export const wecomTarget = (services: WecomServices): DirectoryTarget =>
  targetByCalls({
    open: (connection, how) => wecomCalls(new WecomClient(services, connection, how), connection),
    ownAccountIds: true,
    capabilities(connection) {
      const { departmentNameLength, maxDepartments } = wecomSettings(connection);
      const rule = { maxLength: 64, unit: 'bytes', pattern: USERID } as const;
      return {
        ...TREE_LIMITS,
        operations: treeOperations({ disables: true }),
        rootExternalId: ROOT,
        orgUnitName: { maxLength: departmentNameLength, pattern: UNIT_NAME },
        maxDepth: 14,
        maxMemberships: maxDepartments,
        accountIds: { mode: 'CHOSEN', rule, foldCase: true, template: '{userName}' },
        fields: fieldsOf(connection),
        oneOf: [['mobile', ownMail(connection)]],
        orderRange: ORDER_RANGE,
        leadsWithPlaces: true,
      };
    },
  });
