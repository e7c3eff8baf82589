import { commitImport } from '../../../src/flows/import/commit-import.ts';
import { decideStaged, removeInvalid } from '../../../src/flows/import/decide-staged.ts';
import { cancelImport, discardImport } from '../../../src/flows/import/end-import.ts';
import { mendStaged } from '../../../src/flows/import/mend-staged.ts';
import { rematch } from '../../../src/flows/import/rematch.ts';
import { revertImport } from '../../../src/flows/import/revert-import.ts';
import { runImport } from '../../../src/flows/import/run-import.ts';
import { startImport } from '../../../src/flows/import/start-import.ts';
import { grantRole } from '../../../src/flows/roles/grant-role.ts';
import { createAccount } from '../../../src/flows/roster/create-account.ts';
import { createOrgUnit } from '../../../src/flows/roster/create-org-unit.ts';
import { deleteAccount } from '../../../src/flows/roster/delete-account.ts';
import { deleteOrgUnit } from '../../../src/flows/roster/delete-org-unit.ts';
import { disableAccount } from '../../../src/flows/roster/disable-account.ts';
import { moveOrgUnit } from '../../../src/flows/roster/move-org-unit.ts';
import { setMemberships } from '../../../src/flows/roster/set-memberships.ts';
import { updateAccount } from '../../../src/flows/roster/update-account.ts';
import { updateOrgUnit } from '../../../src/flows/roster/update-org-unit.ts';
import type { ImportContext } from '../../import/support.ts';
import type { Scene } from './scene.ts';

export type Act = (context: ImportContext, scene: Scene) => Promise<unknown>;

/** What the import does to the roster, and what a reviewer does to the import. */
export const IMPORT_ACTS: Readonly<Record<string, Act>> = {
  commit: (context, { reviewed, digest }) => commitImport(context, { runId: reviewed, digest }),
  commitAgain: (context, { reviewed, digest }) => commitImport(context, { runId: reviewed, digest }),
  revert: (context, { committed }) => revertImport(context, { runId: committed }),
  fetchAndStage: (context, { queued }) => runImport(context, { runId: queued }),
};

export const REVIEW_ACTS: Readonly<Record<string, Act>> = {
  skipPerson: (context, { reviewed, row }) =>
    decideStaged(context, { runId: reviewed, rowIds: [row('p1')], decision: 'SKIPPED' }),
  skipUnit: (context, { reviewed, row }) =>
    decideStaged(context, { runId: reviewed, rowIds: [row('d')], decision: 'SKIPPED' }),
  mendName: (context, { reviewed, row }) =>
    mendStaged(context, { runId: reviewed, rowId: row('p9'), field: 'displayName', value: '改名' }),
  mendMobile: (context, { reviewed, row }) =>
    mendStaged(context, { runId: reviewed, rowId: row('p4'), field: 'mobile', value: '13800000007' }),
  rematch: (context, { reviewed }) => rematch(context, { runId: reviewed }),
  removeInvalid: (context, { reviewed }) => removeInvalid(context, { runId: reviewed }),
  discard: (context, { reviewed }) => discardImport(context, { runId: reviewed }),
  cancel: (context, { queued }) => cancelImport(context, { runId: queued }),
  start: (context, { connection }) => startImport(context, { connectionId: connection.id, scope: 'ALL' }),
  startAgain: (context, { connection }) =>
    startImport(context, { connectionId: connection.id, scope: 'ORG_UNITS' }),
};

const MANY = { version: undefined };

/** What administrators do to the roster meanwhile; forms send the version that they were filled in from. */
export const EDITS: Readonly<Record<string, Act>> = {
  editTitle: (context, { account }) =>
    updateAccount(context, { id: account('p1'), version: 1, title: '顾问' }),
  editNameBlindly: (context, { account }) =>
    updateAccount(context, { id: account('p1'), ...MANY, displayName: '张三丰' }),
  editOther: (context, { account }) =>
    updateAccount(context, { id: account('p7'), version: 1, title: '顾问' }),
  takeMobile: (context, { account }) => updateAccount(context, { id: account('p7'), mobile: '13800000009' }),
  takeBadge: (context, { account }) =>
    updateAccount(context, { id: account('p7'), attributes: { badge: 'b9' } }),
  takeUserName: (context, { world }) =>
    createAccount(context, { userName: 'P9', displayName: '抢名', orgUnitId: world.rootId }),
  changeLocal: (context, { local }) => updateAccount(context, { id: local, email: 'other@x.cn' }),
  deletePerson: (context, { account }) => deleteAccount(context, { id: account('p2') }),
  disablePerson: (context, { account }) => disableAccount(context, { id: account('p6'), reason: '离职' }),
  seatPerson: (context, { account, unit }) =>
    setMemberships(context, { accountId: account('p2'), put: [{ orgUnitId: unit('c') }] }),
  seatOther: (context, { account, unit }) =>
    setMemberships(context, {
      accountId: account('p7'),
      put: [{ orgUnitId: unit('a') }],
      primaryOrgUnitId: unit('a'),
    }),
  grantLeaver: (context, { account, owner }) =>
    grantRole(
      { ...context, principal: { ...owner(), tenantId: context.principal.tenantId } },
      {
        accountId: account('p3'),
        role: 'OWNER',
      },
    ),
  grantLocal: (context, { local, owner }) =>
    grantRole(
      { ...context, principal: { ...owner(), tenantId: context.principal.tenantId } },
      {
        accountId: local,
        role: 'DIRECTORY_ADMIN',
      },
    ),
  renameUnit: (context, { unit }) => updateOrgUnit(context, { id: unit('a'), version: 1, name: '甲组' }),
  renameToImported: (context, { unit }) => updateOrgUnit(context, { id: unit('c'), name: '甲部' }),
  moveUnitToCycle: (context, { unit }) => moveOrgUnit(context, { id: unit('c'), parentId: unit('b') }),
  // Neither unit is one that the import locks; only the paths below and above them meet.
  moveIntoDeepCycle: (context, { unit }) => moveOrgUnit(context, { id: unit('c'), parentId: unit('f') }),
  moveParent: (context, { unit }) => moveOrgUnit(context, { id: unit('a'), parentId: unit('c') }),
  createNamesake: (context, { unit }) => createOrgUnit(context, { parentId: unit('a'), name: '丁' }),
  deleteTarget: (context, { unit }) => deleteOrgUnit(context, { id: unit('c'), cascade: true }),
  // The import only seats somebody there.
  deleteSeat: (context, { unit }) => deleteOrgUnit(context, { id: unit('g'), cascade: true }),
  deleteParent: (context, { unit }) => deleteOrgUnit(context, { id: unit('a'), cascade: true }),
};

export const ACTS: Readonly<Record<string, Act>> = { ...IMPORT_ACTS, ...REVIEW_ACTS, ...EDITS };
