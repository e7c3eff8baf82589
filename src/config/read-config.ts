import { resolve } from 'node:path';
import { AppError } from '../domain/errors/index.ts';
import { nearestName } from './nearest-name.ts';
import { ExpectedError, type Option, type OptionValue } from './option.ts';
import { OPTIONS } from './options.ts';

type Values = { readonly [Key in keyof typeof OPTIONS]: OptionValue<(typeof OPTIONS)[Key]> };

/** What the environment said, with every default filled in. */
export interface Config extends Omit<Values, 'publicUrl' | 'introspection'> {
  readonly publicUrl: string;
  readonly introspection: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const NAMES: readonly string[] = Object.values(OPTIONS).map(({ name }) => name);

const unknownNames = (environment: Environment): string[] =>
  Object.keys(environment)
    .filter((name) => name.startsWith('MUSTER_') && !NAMES.includes(name))
    .map((name) => `${name} is not an option (did you mean ${nearestName(name, NAMES)}?)`);

const readOne = (option: Option<unknown, string | null>, environment: Environment): unknown => {
  const given = environment[option.name]?.trim() || option.fallback;
  return given === null ? null : option.parse.read(given);
};

/** Rules that tie two options together. */
const contradictions = (values: Partial<Values>): string[] => [
  ...(values.databaseUrl && !values.masterKey
    ? ['DATABASE_URL needs MUSTER_MASTER_KEY, because every process must open the same secrets']
    : []),
  ...(values.databaseAppUrl && !values.databaseUrl
    ? ['MUSTER_DATABASE_APP_URL means nothing without DATABASE_URL']
    : []),
];

/**
 * Reads the environment, once, at the start.
 * @throws AppError CONFIGURATION_INVALID naming everything that is wrong, never the value of a secret
 */
export const readConfig = (environment: Environment): Config => {
  const problems = unknownNames(environment);
  const values: Record<string, unknown> = {};
  for (const [key, option] of Object.entries<Option<unknown, string | null>>(OPTIONS)) {
    try {
      values[key] = readOne(option, environment);
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      problems.push(`${option.name} must be ${error.message}`);
    }
  }
  const read = values as Values;
  problems.push(...contradictions(read));
  if (problems.length > 0) {
    throw new AppError('CONFIGURATION_INVALID', { details: { reason: problems.join('; ') } });
  }
  return {
    ...read,
    dataDir: resolve(read.dataDir),
    publicUrl: read.publicUrl ?? `http://localhost:${read.port}`,
    introspection: read.introspection ?? read.mode === 'development',
  };
};
