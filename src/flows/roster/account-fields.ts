import type { Text } from '../../domain/index.ts';
import {
  cleanText,
  fits,
  isLegalEmail,
  isLegalMobile,
  isLegalUserName,
  NAME_MAX_LENGTH,
  normaliseEmail,
  normaliseMobile,
  USER_NAME_MAX_LENGTH,
} from '../../planner/normalise.ts';
import { invalid } from './access.ts';

/** Highest length of a job number, in characters. */
export const JOB_NUMBER_MAX_LENGTH = 64;
/** Highest length of a title, in characters. */
export const TITLE_MAX_LENGTH = 200;
const ORDER = /^-?\d{1,30}$/;

/** Fields of an account as somebody typed them. Absent = unchanged, `null` or blank = empty. */
export interface AccountFieldsInput {
  readonly userName?: string | undefined;
  readonly displayName?: string | undefined;
  readonly email?: string | null | undefined;
  readonly mobile?: string | null | undefined;
  readonly jobNumber?: string | null | undefined;
  readonly title?: string | null | undefined;
}

export interface AccountFields {
  readonly userName?: string;
  readonly displayName?: string;
  readonly email?: string | null;
  readonly mobile?: string | null;
  readonly jobNumber?: string | null;
  readonly title?: string | null;
}

const refuse = (field: string, reason: Text): never => {
  throw invalid(field, reason);
};

const EMPTY: Text = { zh: '不能为空', en: 'it is empty' };

const tooLong = (most: number): Text => ({
  zh: `超过 ${most} 个字符`,
  en: `it is longer than ${most} characters`,
});

/** A name of 1 to 200 characters, cleaned. @throws AppError INPUT_INVALID */
export const readName = (field: string, text: string): string => {
  const name = cleanText(text);
  if (name === '') refuse(field, EMPTY);
  if (!fits(name, NAME_MAX_LENGTH)) refuse(field, tooLong(NAME_MAX_LENGTH));
  return name;
};

const readText = (field: string, text: string | null, limit: number): string | null => {
  const cleaned = text === null ? '' : cleanText(text);
  if (!fits(cleaned, limit)) refuse(field, tooLong(limit));
  return cleaned === '' ? null : cleaned;
};

/** A title of at most 200 characters, `null` when blank. @throws AppError INPUT_INVALID */
export const readTitle = (field: string, text: string | null): string | null =>
  readText(field, text, TITLE_MAX_LENGTH);

/** A position among siblings: decimal text of at most 30 digits. @throws AppError INPUT_INVALID */
export const readOrder = (field: string, text: string): string => {
  const order = cleanText(text);
  if (!ORDER.test(order))
    refuse(field, { zh: '应为不超过 30 位的整数', en: 'it is not a whole number of at most 30 digits' });
  return order;
};

const readUserName = (text: string): string => {
  const userName = cleanText(text);
  if (!isLegalUserName(userName)) {
    refuse('userName', {
      zh: `应为 1 到 ${USER_NAME_MAX_LENGTH} 个字符，且不含空白`,
      en: `it needs 1 to ${USER_NAME_MAX_LENGTH} characters without blanks`,
    });
  }
  return userName;
};

const readEmail = (text: string | null): string | null => {
  const email = text === null ? '' : normaliseEmail(text);
  if (email !== '' && !isLegalEmail(email))
    refuse('email', { zh: '不是邮箱地址', en: 'it is not a mail address' });
  return email === '' ? null : email;
};

const readMobile = (text: string | null): string | null => {
  const mobile = text === null ? '' : normaliseMobile(text);
  if (mobile !== '' && !isLegalMobile(mobile)) {
    refuse('mobile', {
      zh: '应为 11 位中国大陆手机号，或 +<国家代码>-<号码>',
      en: 'it is neither a mainland number of 11 digits nor +<country code>-<digits>',
    });
  }
  return mobile === '' ? null : mobile;
};

/** Cleans and checks what was typed in; absent fields stay absent. @throws AppError INPUT_INVALID */
export const readAccountFields = (input: AccountFieldsInput): AccountFields => ({
  ...(input.userName === undefined ? {} : { userName: readUserName(input.userName) }),
  ...(input.displayName === undefined ? {} : { displayName: readName('displayName', input.displayName) }),
  ...(input.email === undefined ? {} : { email: readEmail(input.email) }),
  ...(input.mobile === undefined ? {} : { mobile: readMobile(input.mobile) }),
  ...(input.jobNumber === undefined
    ? {}
    : { jobNumber: readText('jobNumber', input.jobNumber, JOB_NUMBER_MAX_LENGTH) }),
  ...(input.title === undefined ? {} : { title: readTitle('title', input.title) }),
});
