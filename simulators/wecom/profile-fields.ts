import type { Attribute, Member } from './corp.ts';
import { fail } from './failures.ts';
import type { Params } from './params.ts';
import type { Settings } from './settings.ts';

type Body = Readonly<Record<string, unknown>>;

const VALUE_MOST = 64;
const TITLE_MOST = 12;

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textIn = (holder: unknown, key: string): string => {
  const value = isObject(holder) ? holder[key] : undefined;
  return typeof value === 'string' ? value : '';
};

/** `extattr`: the custom fields with those of the call put in; names that the console does not know are passed over. */
export function readAttributes(
  settings: Settings,
  params: Params,
  before: Member | undefined,
): Map<string, Attribute> | undefined {
  const attrs = params.object('extattr')?.['attrs'];
  if (attrs === undefined) return undefined;
  if (!Array.isArray(attrs)) fail(40058, 'extattr.attrs must be an array');
  const attributes = new Map(before?.attributes);
  for (const entry of attrs) {
    if (!isObject(entry) || typeof entry['name'] !== 'string') fail(40058, 'extattr.attrs.name missing');
    const defined = settings.customAttributes.find(({ name }) => name === entry['name']);
    if (!defined || (entry['type'] ?? 0) !== defined.type) continue;
    const attribute = defined.type === 0 ? textAttribute(entry) : webAttribute(entry);
    if (attribute) attributes.set(defined.name, attribute);
    else attributes.delete(defined.name);
  }
  return attributes;
}

function textAttribute(entry: Body): Attribute | undefined {
  // The older form has the value beside the name.
  const value = textIn(entry['text'], 'value') || textIn(entry, 'value');
  if ([...value].length > VALUE_MOST) fail(40058, `extattr.attrs.text.value exceed max length ${VALUE_MOST}`);
  return value === '' ? undefined : { type: 0, value };
}

/** Address and title both empty clear it. */
function webAttribute(entry: Body): Attribute | undefined {
  const url = textIn(entry['web'], 'url');
  const title = textIn(entry['web'], 'title');
  if (url === '' && title === '') return undefined;
  if ([...title].length > TITLE_MOST) fail(40058, `extattr.attrs.web.title exceed max length ${TITLE_MOST}`);
  return { type: 1, url, title };
}

/** The external profile as it is shown to customers. Which code of the block 90100–90106 means what is ours. */
export function readExternalProfile(settings: Settings, params: Params): Body | undefined {
  const nickname = params.text('nickname');
  const given = params.object('external_profile');
  if (!given && nickname === undefined) return undefined;
  const profile: Record<string, unknown> = {};
  const corpName = given?.['external_corp_name'];
  if (typeof corpName === 'string' && corpName !== '') {
    if (!settings.certifiedNames.includes(corpName)) fail(41036);
    profile['external_corp_name'] = corpName;
  }
  const channel = textIn(given?.['wechat_channels'], 'nickname') || nickname;
  if (channel) profile['wechat_channels'] = { nickname: channel, status: 1 };
  const attributes = given?.['external_attr'];
  if (attributes !== undefined) {
    if (!Array.isArray(attributes)) fail(90100, 'external_attr must be an array');
    profile['external_attr'] = attributes.map(externalAttribute);
  }
  return profile;
}

function externalAttribute(entry: unknown): Body {
  if (!isObject(entry) || typeof entry['name'] !== 'string' || entry['name'] === '')
    fail(90101, 'external_attr.name missing');
  const { type = 0, name } = entry;
  switch (type) {
    case 0: {
      const value = textIn(entry['text'], 'value');
      if ([...value].length > TITLE_MOST)
        fail(90102, `external_attr.text.value exceed max length ${TITLE_MOST}`);
      return { type, name, text: { value } };
    }
    case 1: {
      const [url, title] = [textIn(entry['web'], 'url'), titleOf(entry['web'])];
      if ((url === '') !== (title === '')) fail(90103, 'external_attr.web.url or title missing');
      return { type, name, web: { url, title } };
    }
    case 2: {
      const [appid, title] = [textIn(entry['miniprogram'], 'appid'), titleOf(entry['miniprogram'])];
      if ((appid === '') !== (title === '')) fail(90104, 'external_attr.miniprogram incomplete');
      return {
        type,
        name,
        miniprogram: { appid, pagepath: textIn(entry['miniprogram'], 'pagepath'), title },
      };
    }
    default:
      return fail(90105, 'external_attr.type must be 0, 1 or 2');
  }
}

function titleOf(holder: unknown): string {
  const title = textIn(holder, 'title');
  if ([...title].length > TITLE_MOST) fail(90106, `external_attr title exceed max length ${TITLE_MOST}`);
  return title;
}
