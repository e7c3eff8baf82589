import type { OpenConnection, Text } from '../../domain/index.ts';
import type { CheckStep } from '../../ports/directory-source.ts';
import type { ApiClient } from './api-client.ts';
import { attempt, checkName, checkWay, failed, passed } from './doctor-steps.ts';
import type { PlatformServices } from './services.ts';

/** What the common check needs to know of a platform that lists all units and all people. */
export interface ListDoctorSpec {
  readonly client: Pick<ApiClient, 'reach'>;
  /** Base addresses in use; the first one is the API's. */
  readonly bases: readonly [string, ...string[]];
  /** By what it enters, for the report. */
  readonly principal: string;
  /** Proves the credentials. */
  enter(): Promise<unknown>;
  /** What the service can do, and what to have switched on, `null` when there is nothing to wish for. */
  features(): Promise<{ readonly subject: string; readonly told: Text; readonly wish: Text | null }>;
  /** Where units tell what they are below of, and whether any does; absent when names tell it. */
  readonly parents?: { readonly name: string; areShown(): Promise<boolean> };
  /** Names and counts of the two lists. */
  readonly people: { readonly name: string; count(): Promise<number> };
  readonly units: { readonly name: string; count(): Promise<number> };
  /** Name of one unit, `null` when there is none. */
  unitName(id: string): Promise<string | null>;
}

const number =
  (zh: string, en: string) =>
  (count: number): Text => ({ zh: `${count} ${zh}`, en: `${count} ${en}` });

async function* checkFeatures(spec: ListDoctorSpec): AsyncGenerator<CheckStep, void, void> {
  const { subject, told: message, wish } = await spec.features();
  const api = { code: 'API_REACHABLE', subject } as const;
  yield wish === null ? passed(api, message) : { ...api, status: 'WARN', message, remedy: wish };
  if (spec.parents === undefined) return;
  const field = { code: 'FIELD_PERMISSION', subject: spec.parents.name } as const;
  if (await spec.parents.areShown())
    yield passed(field, { zh: '可以读取上级部门', en: 'parents can be read' });
  else
    yield {
      ...field,
      status: 'WARN',
      message: { zh: '没有部门带有此属性', en: 'no unit has this attribute' },
      remedy: {
        zh: '请核对连接设置中的该属性。',
        en: 'Check the attribute in the settings of the connection.',
      },
    };
}

async function* examine(
  spec: ListDoctorSpec,
  connection: OpenConnection,
  { resolve }: PlatformServices,
): AsyncGenerator<CheckStep, void, void> {
  for (const base of new Set(spec.bases))
    if (!(yield* checkName(base, connection.allowPrivateNetwork, resolve))) return;
  if (!(yield* checkWay(new URL(spec.bases[0]).host, () => spec.client.reach()))) return;
  const entered = yield* attempt(
    { code: 'CREDENTIALS', subject: spec.principal },
    async () => {
      await spec.enter();
      return true;
    },
    {
      ok: () => ({ zh: '凭证有效', en: 'the credentials are accepted' }),
      blame: ({ code }) => (code === 'PLATFORM_PERMISSION_MISSING' ? 'PERMISSION' : null),
    },
  );
  if (entered === undefined) return;
  const { people, units } = spec;
  const count = yield* attempt({ code: 'PERMISSION', subject: people.name }, () => people.count(), {
    ok: () => ({ zh: '可以读取人员', en: 'people can be read' }),
  });
  yield* attempt({ code: 'PERMISSION', subject: units.name }, () => units.count(), {
    ok: number('个部门', 'units'),
  });
  yield* checkFeatures(spec);
  for (const id of connection.pullRules.startOrgUnitExternalIds)
    yield* attempt({ code: 'VISIBLE_RANGE', subject: id }, () => spec.unitName(id), {
      ok: (name) => ({ zh: name ?? '没有该部门', en: name ?? 'there is no such unit' }),
    });
  if (count !== undefined)
    yield passed({ code: 'HEAD_COUNT', subject: connection.name }, number('人', 'people')(count));
}

/** From name resolution to head count, for platforms that list everything. Never throws; an abort ends it silently. */
export async function* checkLists(
  services: PlatformServices,
  connection: OpenConnection,
  { spec, signal }: { readonly spec: () => ListDoctorSpec; readonly signal: AbortSignal },
): AsyncGenerator<CheckStep, void, void> {
  try {
    yield* examine(spec(), connection, services);
  } catch (error) {
    if (!signal.aborted) yield failed({ code: 'API_REACHABLE', subject: connection.name }, error);
  }
}
