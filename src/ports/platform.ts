import type { ChangeFeed } from './change-feed.ts';
import type { DirectorySource } from './directory-source.ts';
import type { DirectoryTarget } from './directory-target.ts';
import type { DomainFileRule, PlatformNetwork } from './platform-network.ts';

/** One field of a platform's settings form, declared as data so that API, doctor and console need no code. */
export interface SettingField {
  readonly name: string;
  readonly label: { readonly zh: string; readonly en: string };
  readonly help: { readonly zh: string; readonly en: string };
  readonly secret: boolean;
  readonly required: boolean;
  /** Required when that other field has this value, and without meaning otherwise. */
  readonly requiredWith?: { readonly field: string; readonly value: string };
  readonly kind: 'text' | 'url' | 'choice';
  readonly choices?: readonly string[];
  readonly defaultValue?: string;
  /** Vendor page where the value is found. */
  readonly helpLink?: string;
  /** A sentence (zh, en) when the trimmed value is not acceptable, `null` when it is. */
  readonly check?: (value: string) => { readonly zh: string; readonly en: string } | null;
}

/** Needed permission point and what for (row W-DD-09). */
export interface PermissionPoint {
  readonly point: string;
  readonly neededFor: 'pull' | 'push' | 'login';
  readonly label: { readonly zh: string; readonly en: string };
}

/** What a platform's folder exports. Capabilities are present or absent, never stubbed. */
export interface Platform {
  readonly name: string;
  readonly label: { readonly zh: string; readonly en: string };
  readonly settings: readonly SettingField[];
  readonly permissions: readonly PermissionPoint[];
  /** Kinds of external id that its objects carry, the primary one first. */
  readonly accountIdKinds: readonly string[];
  readonly directorySource?: DirectorySource;
  readonly directoryTarget?: DirectoryTarget;
  readonly changeFeed?: ChangeFeed;
  readonly network?: PlatformNetwork;
  readonly domainFile?: DomainFileRule;
}
