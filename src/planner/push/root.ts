import type { OrgUnitId } from '../../domain/ids.ts';
import { cleanText } from '../normalise.ts';
import type { PushContext } from './context.ts';
import type { PushPlan, PushUnit } from './facts.ts';

/** Where the roster's tree meets the platform's. */
export interface PushRoot {
  readonly unit: PushUnit;
  /** Platform unit at which the tree hangs; `null` = its first level are top units. */
  readonly anchor: string | null;
  /** The root itself is pushed, as a unit below the anchor (row W-DD-48); otherwise it stands for the anchor. */
  readonly pushed: boolean;
  /** The anchor is the company of the same name, not linked yet (row W-DD-47). */
  readonly linksToAnchor: boolean;
}

type Aborted = Extract<PushPlan, { readonly outcome: 'ABORTED' }>;

const unknown = (id: string): Aborted => ({
  outcome: 'ABORTED',
  code: 'PUSH_ROOT_UNKNOWN',
  details: { id },
});

const rootIdOf = ({ input, unitOf }: PushContext): OrgUnitId => {
  const { rootExternalId } = input.capabilities;
  const linked = rootExternalId === null ? undefined : unitOf.get(rootExternalId);
  return input.rules.rootOrgUnitId ?? linked ?? input.tenantRootId;
};

/** The root stands for the platform's own: by name, unless an administrator has said which unit it is (row ID-22). */
const atPlatformRoot = (context: PushContext, unit: PushUnit, anchor: string): PushRoot | Aborted => {
  const { input, remoteUnits, unitOf } = context;
  const remote = remoteUnits.get(anchor);
  if (input.rules.rootOrgUnitId !== null) return { unit, anchor, pushed: false, linksToAnchor: false };
  if (remote === undefined) return unknown(anchor);
  if (cleanText(remote.name) !== cleanText(unit.name)) {
    const details = { roster: unit.name, platform: remote.name };
    return { outcome: 'ABORTED', code: 'PUSH_ROOT_NAME_MISMATCH', details };
  }
  const free = !unitOf.has(anchor) && !input.links.units.has(unit.id);
  return { unit, anchor, pushed: false, linksToAnchor: free };
};

/** Rows W-DD-30, 47, 48 and ID-22; `ABORTED` when nothing may be written at all. */
export const findRoot = (context: PushContext): PushRoot | Aborted => {
  const { input, units, remoteUnits } = context;
  const id = rootIdOf(context);
  const unit = units.get(id);
  if (unit === undefined || unit.deleted) return unknown(id);
  const top = input.rules.topOrgUnitExternalId;
  if (top !== null) {
    if (!remoteUnits.has(top)) return unknown(top);
    return { unit, anchor: top, pushed: true, linksToAnchor: false };
  }
  const { rootExternalId } = input.capabilities;
  if (rootExternalId === null) return { unit, anchor: null, pushed: false, linksToAnchor: false };
  return atPlatformRoot(context, unit, rootExternalId);
};
