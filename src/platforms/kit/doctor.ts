import { AppError, type ErrorCode, type OpenConnection, type Text } from '../../domain/index.ts';
import type { CheckStep } from '../../ports/directory-source.ts';
import type { PermissionPoint } from '../../ports/platform.ts';
import type { ApiClient } from './api-client.ts';
import type { DirectoryReader, ReadableRange } from './directory-reader.ts';
import { attempt, checkName, checkWay, failed, passed, skipped } from './doctor-steps.ts';
import type { PlatformServices } from './services.ts';

/** How many units are looked into for somebody whose fields can be looked at. */
const SAMPLED_UNITS = 5;

/** A secret of its own, with its own token and list of addresses. */
export interface FurtherSecret {
  readonly name: string;
  readonly client: Pick<ApiClient, 'fetchToken'>;
  /** One cheap call that every holder of the secret may make. */
  look(): Promise<unknown>;
}

/** What the common walk needs to know of a platform. */
export interface DoctorSpec {
  readonly client: Pick<ApiClient, 'reach' | 'fetchToken'>;
  readonly reader: DirectoryReader;
  /** Base addresses in use; the first one hands out tokens. */
  readonly bases: readonly [string, ...string[]];
  readonly appName: string;
  /** Secrets besides that of the reader's calls. */
  readonly secrets?: readonly FurtherSecret[];
  readonly companyName: string;
  /** Those of the platform; the ones for pushing are looked at where the connection may write. */
  readonly permissions: readonly PermissionPoint[];
  /** By permission point, a call that succeeds only with it and writes nothing; without one it is not looked at. */
  readonly probes: Readonly<Record<string, (unitId: string) => Promise<unknown>>>;
  /** Fields that need a right of their own, by the platform's names for both, or with what to do where none helps. */
  readonly fields: readonly ({ readonly name: string } & (
    | { readonly point: string }
    | { readonly remedy: Text }
  ))[];
  /** A few people of the unit, raw: a field that may not be seen is absent. */
  readonly sample: (unitId: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Where permissions and range are edited. */
  readonly console: Text;
  /** What the platform calls the range. */
  readonly rangeName?: Text;
}

/** The secret is accepted, and so is our address; answers with what the look brought. */
async function* checkSecret<Seen>(
  subject: string,
  client: Pick<ApiClient, 'fetchToken'>,
  look: () => Promise<Seen>,
): AsyncGenerator<CheckStep, Seen | undefined, void> {
  const blame = ({ code }: AppError) => {
    if (code === 'PLATFORM_IP_NOT_ALLOWED') return 'IP_ALLOW_LIST';
    return code === 'PLATFORM_PERMISSION_MISSING' ? 'PERMISSION' : null;
  };
  const token = yield* attempt({ code: 'CREDENTIALS', subject }, () => client.fetchToken(), {
    ok: () => ({ zh: '凭证有效', en: 'the credentials are accepted' }),
    blame,
  });
  if (token === undefined) return undefined;
  return yield* attempt({ code: 'IP_ALLOW_LIST', subject }, look, {
    ok: () => ({ zh: '出口地址被接受', en: 'our outgoing address is accepted' }),
    blame,
  });
}

/** Refused for what is asked about, e.g. the root for its place where no unit is in range: asking is allowed. */
const PROVES_RIGHT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PLATFORM_OUT_OF_RANGE',
  'PLATFORM_ACCOUNT_UNKNOWN',
  'PLATFORM_ROOT_PROTECTED',
]);

async function* checkPermissions(
  spec: DoctorSpec,
  range: ReadableRange,
  mode: OpenConnection['mode'],
): AsyncGenerator<CheckStep, boolean, void> {
  const unitId = range.unitIds[0] ?? spec.reader.rootId;
  let all = true;
  for (const { point, label, neededFor } of spec.permissions) {
    const probe = spec.probes[point];
    if (probe === undefined || (neededFor === 'push' && mode === 'READ_ONLY')) continue;
    const asked = async (): Promise<true> => {
      try {
        await probe(unitId);
      } catch (error) {
        if (!(error instanceof AppError) || !PROVES_RIGHT.has(error.code)) throw error;
      }
      return true;
    };
    const outcome = yield* attempt({ code: 'PERMISSION', subject: point }, asked, { ok: () => label });
    all &&= outcome === true || neededFor !== 'pull';
  }
  return all;
}

async function* checkRange(
  spec: DoctorSpec,
  range: ReadableRange,
  startUnits: readonly string[],
): AsyncGenerator<CheckStep, void, void> {
  const looked = { code: 'VISIBLE_RANGE', subject: spec.appName } as const;
  const { length: units } = range.unitIds;
  const { length: people } = range.accountIds;
  const { console, rangeName = { zh: '授权范围', en: 'range' } } = spec;
  if (range.wholeCompany) yield passed(looked, { zh: '整个企业', en: 'the whole company' });
  else
    yield {
      ...looked,
      // A range of single people gives an empty tree (row W-DD-10).
      status: units === 0 ? 'FAIL' : 'WARN',
      message: {
        zh: `仅 ${units} 个部门、${people} 名成员`,
        en: `only ${units} departments and ${people} single members`,
      },
      remedy: {
        zh: `${console.zh} > ${rangeName.zh}：选择全部员工；至少要包含部门，不能只选个人。`,
        en: `${console.en} > ${rangeName.en}: choose all staff; it must contain departments, people alone are not enough.`,
      },
    };
  for (const id of startUnits)
    yield* attempt({ code: 'VISIBLE_RANGE', subject: id }, () => spec.reader.unit(id), {
      ok: ({ name = '' }) => ({ zh: name, en: name }),
    });
}

const samplePeople = async (
  spec: DoctorSpec,
  units: readonly string[],
): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const queue = [...units];
  for (const [looked, id] of queue.entries()) {
    if (looked === SAMPLED_UNITS) break;
    const people = await spec.sample(id);
    if (people.length > 0) return people;
    queue.push(...(await spec.reader.children(id)).map((child) => child.externalId));
  }
  return [];
};

const opened = (console: Text, point: string): Text => ({
  zh: `${console.zh}：开通「${point}」。`,
  en: `${console.en}: open “${point}”.`,
});

async function* checkFields(spec: DoctorSpec, range: ReadableRange): AsyncGenerator<CheckStep, void, void> {
  const people = await samplePeople(spec, range.unitIds);
  for (const field of spec.fields) {
    const { name } = field;
    const looked = { code: 'FIELD_PERMISSION', subject: name } as const;
    if (people.length === 0) yield skipped(looked);
    else if (people.some((person) => person[name] !== undefined))
      yield passed(looked, { zh: `可以读取 ${name}`, en: `${name} can be read` });
    else
      yield {
        ...looked,
        status: 'WARN',
        message: { zh: `读不到 ${name}`, en: `${name} is not shown to the app` },
        remedy: 'remedy' in field ? field.remedy : opened(spec.console, field.point),
      };
  }
}

async function* examine(
  spec: DoctorSpec,
  connection: OpenConnection,
  { resolve }: PlatformServices,
): AsyncGenerator<CheckStep, void, void> {
  for (const base of new Set(spec.bases))
    if (!(yield* checkName(base, connection.allowPrivateNetwork, resolve))) return;
  if (!(yield* checkWay(new URL(spec.bases[0]).host, () => spec.client.reach()))) return;
  const range = yield* checkSecret(spec.appName, spec.client, () => spec.reader.range());
  if (range === undefined) return;
  for (const { name, client, look } of spec.secrets ?? []) yield* checkSecret(name, client, look);
  const allowed = yield* checkPermissions(spec, range, connection.mode);
  yield* checkRange(spec, range, connection.pullRules.startOrgUnitExternalIds);
  const count = { code: 'HEAD_COUNT', subject: spec.companyName } as const;
  if (!allowed || range.unitIds.length === 0) {
    for (const { name } of spec.fields) yield skipped({ code: 'FIELD_PERMISSION', subject: name });
    yield skipped(count);
    return;
  }
  yield* checkFields(spec, range);
  const { headCount } = spec.reader;
  if (headCount === undefined) yield skipped(count);
  else yield* attempt(count, headCount, { ok: (people) => ({ zh: `${people} 人`, en: `${people} people` }) });
}

/**
 * From name resolution to head count; ends where the next step could not be read rightly. Never throws; an abort
 * ends it silently.
 */
export async function* checkDirectory(
  services: PlatformServices,
  connection: OpenConnection,
  { spec, signal }: { readonly spec: () => DoctorSpec; readonly signal: AbortSignal },
): AsyncGenerator<CheckStep, void, void> {
  try {
    yield* examine(spec(), connection, services);
  } catch (error) {
    if (!signal.aborted) yield failed({ code: 'API_REACHABLE', subject: connection.name }, error);
  }
}
