import { type Member, memberOf, plainMobile } from './corp.ts';
import { fail } from './failures.ts';
import type { MemberPatch } from './mutations.ts';
import type { Params } from './params.ts';
import { readAttributes, readExternalProfile } from './profile-fields.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

type Patch = { -readonly [K in keyof MemberPatch]: MemberPatch[K] };

const NAME_MOST = 64;

interface TextRule {
  readonly wire: string;
  readonly key: 'alias' | 'position' | 'telephone' | 'address' | 'externalPosition';
  readonly most: (settings: Settings) => number;
  readonly code: number;
  readonly pattern?: RegExp;
}

const TEXT_RULES: readonly TextRule[] = [
  { wire: 'alias', key: 'alias', most: (settings) => settings.aliasMost, code: 40058 },
  { wire: 'position', key: 'position', most: () => 128, code: 301012 },
  { wire: 'telephone', key: 'telephone', most: () => 32, code: 301013, pattern: /^[\d\-+,]*$/ },
  { wire: 'address', key: 'address', most: () => 128, code: 40058 },
  { wire: 'external_position', key: 'externalPosition', most: () => 12, code: 40058 },
];

/** What of an update is passed over: a text that is empty, when the platform is set so. */
function textOf(world: World, params: Params, wire: string, before: Member | undefined): string | undefined {
  const value = params.text(wire);
  return value === '' && before && !world.settings.emptyTextClears ? undefined : value;
}

/** The fields of a create or update besides places, checked one by one; `before` is the member that is updated. */
export function readFields(world: World, params: Params, before?: Member): MemberPatch {
  const patch: Patch = {};
  const name = params.text('name');
  if (name === undefined ? !before : name === '' || [...name].length > NAME_MOST) fail(60112);
  if (name !== undefined) patch.name = name;
  for (const { wire, key, most, code, pattern } of TEXT_RULES) {
    const value = textOf(world, params, wire, before);
    if (value === undefined) continue;
    if ([...value].length > most(world.settings))
      fail(code, code === 40058 ? `${wire} exceed max length ${most(world.settings)}` : undefined);
    if (pattern && !pattern.test(value)) fail(code);
    patch[key] = value;
  }
  readContacts(world, params, { patch, before });
  readGender(params, patch);
  const enabled = params.flag('enable');
  if (enabled !== undefined) patch.disabled = !enabled;
  readAvatar(world, params, patch);
  readLeaders(world, params, patch);
  const attributes = readAttributes(world.settings, params, before);
  if (attributes) patch.attributes = attributes;
  const profile = readExternalProfile(world.settings, params);
  if (profile) patch.externalProfile = { ...before?.externalProfile, ...profile };
  return patch;
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

function readContacts(
  world: World,
  params: Params,
  { patch, before }: { patch: Patch; before: Member | undefined },
): void {
  const { corp } = world;
  const mine = (key: string | undefined): boolean =>
    key === undefined || (before !== undefined && corp.members.get(key) === before);
  // Whoever has activated changes the number in the client: passed over, right or wrong.
  const mobile = before?.activated ? undefined : textOf(world, params, 'mobile', before);
  if (mobile !== undefined) {
    if (mobile !== '' && !isMobile(mobile)) fail(60103);
    const holder = corp.byMobile.get(plainMobile(mobile));
    if (!mine(holder)) fail(60104, `mobile existed:${corp.members.get(holder as string)?.userid}`);
    patch.mobile = mobile;
  }
  const email = textOf(world, params, 'email', before);
  if (email !== undefined) {
    if (email !== '' && !isEmail(email)) fail(60105);
    const holder = corp.byEmail.get(email.toLowerCase());
    if (!mine(holder)) fail(60106, `email existed:${corp.members.get(holder as string)?.userid}`);
    patch.email = email;
  }
  readCorpMail(world, params, { patch, before });
  const touched = !before || mobile !== undefined || email !== undefined;
  if (touched && !(patch.mobile ?? before?.mobile) && !(patch.email ?? before?.email)) fail(60129);
}

/** Mainland numbers with or without `+86`; all others need their country's code. */
function isMobile(mobile: string): boolean {
  if (!/^\+?[\d-]{1,31}$/.test(mobile)) return false;
  return mobile.startsWith('+') ? /\d{5}/.test(plainMobile(mobile)) : /^1\d{10}$/.test(plainMobile(mobile));
}

function isEmail(email: string): boolean {
  const bytes = Buffer.byteLength(email);
  return bytes >= 6 && bytes <= 64 && EMAIL.test(email);
}

/** Without corp mail the field is passed over (?); with it, a new member gets an address of its own. */
function readCorpMail(
  { corp, settings }: World,
  params: Params,
  { patch, before }: { patch: Patch; before: Member | undefined },
): void {
  if (settings.corpMailDomain === null) return;
  const given = params.text('biz_mail');
  const made = before ? undefined : `${params.text('userid')?.toLowerCase()}@${settings.corpMailDomain}`;
  const address = given || made;
  if (address === undefined) return;
  if (!isEmail(address)) fail(60143);
  const holder = corp.byBizMail.get(address.toLowerCase());
  if (holder !== undefined && corp.members.get(holder) !== before) fail(60144);
  patch.bizMail = address;
}

function readGender(params: Params, patch: Patch): void {
  const gender = params.text('gender');
  if (gender === undefined || gender === '') return;
  if (gender !== '1' && gender !== '2') fail(40058, 'gender must be 1 or 2');
  patch.gender = gender;
}

function readAvatar({ media, clock }: World, params: Params, patch: Patch): void {
  const id = params.text('avatar_mediaid');
  if (!id) return;
  const file = media.get(id, clock.now());
  if (!file) fail(40007);
  if (file.type !== 'image') fail(301015);
  patch.avatar = id;
}

function readLeaders({ corp, settings }: World, params: Params, patch: Patch): void {
  const leaders = params.texts('direct_leader');
  if (!leaders) return;
  if (leaders.length > settings.directLeaders) fail(60257);
  if (leaders.some((userid) => !memberOf(corp, userid))) fail(60111);
  patch.directLeaders = leaders.map((userid) => userid.toLowerCase());
}
