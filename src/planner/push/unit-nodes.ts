import type { OrgUnitId } from '../../domain/ids.ts';
import type { PushIssue } from '../../domain/sync.ts';
import type { PushUnit, RemoteUnitState } from './facts.ts';

/**
 * A place in the platform's tree: `x` and a platform id, `n` and the roster id of a unit that is to be created, or the
 * top where there is no root.
 */
export type Place = `x${string}` | `n${string}` | 'top';

export const placeOfExternal = (externalId: string | null): Place =>
  externalId === null ? 'top' : `x${externalId}`;

/** A unit of the roster that is, or is to be, on the platform. Settled step by step, then written down as rows. */
export interface UnitNode {
  readonly unit: PushUnit;
  /** This plan may change it. */
  readonly acted: boolean;
  readonly origin: 'LINKED' | 'MATCHED' | 'NEW';
  readonly externalId: string | null;
  /** The copy; `null` for what is to be created. */
  readonly remote: RemoteUnitState | null;
  /** Linked, but a complete fetch did not find it: created again, if a person says so. */
  readonly wasThere: boolean;
  readonly place: Place;
  /** Where it hangs by the roster; `null` = at the anchor. */
  readonly parent: UnitNode | null;
  readonly children: UnitNode[];
  /** Where it will hang, and how it will be called, as far as nothing is in the way. */
  hangsAt: Place;
  name: string;
  /** It will be on the platform. */
  exists: boolean;
  /** Why it is not created, moved or renamed as the roster says. */
  issues: readonly PushIssue[];
  /** The change that was refused, for the row that tells it. */
  refused: readonly ('CREATE' | 'LINK' | 'MOVE' | 'ORDER' | 'RENAME')[];
  /** Its old name is taken before it is given up: what it is called for that moment. */
  vacatesTo: string | null;
}

/** A linked unit that is to go. */
export interface UnitRemoval {
  readonly unit: PushUnit;
  readonly remote: RemoteUnitState;
  readonly place: Place;
  readonly reason: 'DELETED_IN_ROSTER' | 'OUT_OF_SCOPE';
  /** Why it stays after all; `null` while it goes. */
  issue: PushIssue | null;
  vacatesTo: string | null;
}

export interface UnitTree {
  /** Parents before children, as the roster has them. */
  readonly nodes: readonly UnitNode[];
  readonly byId: ReadonlyMap<OrgUnitId, UnitNode>;
  readonly byPlace: ReadonlyMap<Place, UnitNode>;
  readonly removals: readonly UnitRemoval[];
  readonly removalOf: ReadonlyMap<string, UnitRemoval>;
  /** Place of the platform's unit at which the tree hangs. */
  readonly anchor: Place;
}

export const currentPlace = (remote: RemoteUnitState): Place => placeOfExternal(remote.parentExternalId);

/** It will hang elsewhere than it does. */
export const isMoving = ({ remote, hangsAt, exists }: UnitNode): boolean =>
  exists && remote !== null && hangsAt !== currentPlace(remote);

/** It will be called otherwise than it is. */
export const isRenaming = ({ remote, name, exists }: UnitNode): boolean =>
  exists && remote !== null && name !== remote.name;

export const isNew = ({ remote, exists }: UnitNode): boolean => exists && remote === null;

/** It takes a name below a parent where it has not got it yet. */
export const isTaking = (node: UnitNode): boolean => isNew(node) || isMoving(node) || isRenaming(node);
