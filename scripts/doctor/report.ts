import type { Text } from '../../src/domain/index.ts';
import { AppError } from '../../src/domain/index.ts';

export type Language = keyof Text;

/** One thing that was looked at. */
export interface Finding {
  readonly status: 'PASS' | 'WARN' | 'FAIL' | 'SKIPPED';
  readonly code: string;
  readonly subject: string;
  readonly message: Text;
  readonly remedy?: Text | undefined;
}

/** Chinese where the terminal speaks it, unless `--lang` says otherwise. */
export const languageOf = (asked: string | undefined, environment: NodeJS.ProcessEnv): Language => {
  if (asked === 'zh' || asked === 'en') return asked;
  return /^zh/i.test(environment['LC_ALL'] ?? environment['LANG'] ?? '') ? 'zh' : 'en';
};

/** What an error means for somebody who runs the doctor. */
export const findingOf = (about: { code: string; subject: string }, error: unknown): Finding => {
  if (error instanceof AppError) {
    return { ...about, status: 'FAIL', message: error.text, remedy: error.remedy };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { ...about, status: 'FAIL', message: { zh: text, en: text } };
};

/** Prints findings as they come; false when one of them is a failure. */
export const printFindings = async (
  findings: AsyncIterable<Finding>,
  language: Language,
): Promise<boolean> => {
  let isWell = true;
  for await (const { status, code, subject, message, remedy } of findings) {
    console.log(`${status.padEnd(8)}${code.padEnd(17)}${subject}: ${message[language]}`);
    if (remedy !== undefined && status !== 'PASS') console.log(`${' '.repeat(8)}→ ${remedy[language]}`);
    if (status === 'FAIL') isWell = false;
  }
  return isWell;
};
