import type { Text } from '../../domain/errors/app-error.ts';
import { isTemplateFunction, TEMPLATE_FUNCTIONS, type TemplateFunction } from './template-functions.ts';

/*
 * Text with places in it: `{displayName}`, `{userName|lower}`, `{email | default('none')}`, `{name|pinyin|first(3)}`.
 *
 *   template = { text | "{{" | "}}" | place }
 *   place    = "{" field { "|" name [ "(" ( digits | "'" text "'" ) ")" ] } "}"
 *
 * No loops, no nesting, nothing to call out with: it ends after as many steps as it has characters.
 */

interface Step {
  readonly name: TemplateFunction;
  readonly argument: string | number | null;
}

interface Place {
  readonly field: string;
  readonly steps: readonly Step[];
}

export type Template = readonly (string | Place)[];

/** Where a template is wrong, and how. */
export interface TemplateFault {
  /** Characters (UTF-16 units) before the place that cannot be read. */
  readonly at: number;
  readonly message: Text;
}

/** Most places of one template. */
const MOST_PLACES = 20;
/** Longest text (UTF-16 units) that a template may make. */
export const TEMPLATE_OUTPUT_LIMIT = 1000;

const FIELD = /[\p{L}\p{N}_.-]{1,64}/uy;
const NAME = /[a-z]+/y;
const NUMBER = /[0-9]{1,3}/y;
const QUOTED = /'([^']{0,100})'/y;
const BLANKS = / */y;

class Fault extends Error {
  readonly at: number;
  readonly text: Text;
  constructor(at: number, text: Text) {
    super(text.en);
    this.at = at;
    this.text = text;
  }
}

/** A place in a text, moving on. */
class Cursor {
  at = 0;
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  /** Takes what the sticky pattern finds here; `null` when it finds nothing. */
  take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at = pattern.lastIndex;
    return found;
  }
  takes(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }
  need(character: string): void {
    if (!this.takes(character)) {
      throw new Fault(this.at, { zh: `此处应为“${character}”`, en: `"${character}" is expected here` });
    }
  }
}

const readArgument = (cursor: Cursor): string | number | null => {
  if (!cursor.takes('(')) return null;
  cursor.take(BLANKS);
  const number = cursor.take(NUMBER);
  const quoted = number === null ? cursor.take(QUOTED) : null;
  if (number === null && quoted === null) {
    throw new Fault(cursor.at, {
      zh: '参数应为数字或单引号文本',
      en: 'the argument is a number or a text in single quotes',
    });
  }
  cursor.take(BLANKS);
  cursor.need(')');
  return number === null ? (quoted?.[1] ?? '') : Number(number[0]);
};

const readStep = (cursor: Cursor): Step => {
  const at = cursor.at;
  const name = cursor.take(NAME)?.[0] ?? '';
  if (!isTemplateFunction(name)) {
    const known = Object.keys(TEMPLATE_FUNCTIONS).join(', ');
    throw new Fault(at, {
      zh: `没有函数“${name}”，可用：${known}`,
      en: `there is no function "${name}"; there are ${known}`,
    });
  }
  const argument = readArgument(cursor);
  const wanted = TEMPLATE_FUNCTIONS[name].argument;
  const given = argument === null ? 'none' : typeof argument === 'number' ? 'number' : 'text';
  if (given !== wanted) {
    const en =
      wanted === 'none'
        ? 'takes no argument'
        : wanted === 'number'
          ? 'takes a number'
          : "takes a text: ('…')";
    const zh = wanted === 'none' ? '不带参数' : wanted === 'number' ? '需要一个数字' : "需要一段文本：('…')";
    throw new Fault(at, { zh: `${name} ${zh}`, en: `${name} ${en}` });
  }
  return { name, argument };
};

const readPlace = (cursor: Cursor): Place => {
  cursor.take(BLANKS);
  const field = cursor.take(FIELD)?.[0];
  if (field === undefined)
    throw new Fault(cursor.at, { zh: '缺少字段名', en: 'the name of a field is missing' });
  cursor.take(BLANKS);
  const steps: Step[] = [];
  while (cursor.takes('|')) {
    cursor.take(BLANKS);
    steps.push(readStep(cursor));
    cursor.take(BLANKS);
  }
  cursor.need('}');
  return { field, steps };
};

const readParts = (text: string): Template => {
  const cursor = new Cursor(text);
  const parts: (string | Place)[] = [];
  let plain = '';
  let places = 0;
  while (cursor.at < text.length) {
    const at = cursor.at;
    const character = text[cursor.at++] ?? '';
    if (character !== '{' && character !== '}') plain += character;
    else if (cursor.takes(character)) plain += character;
    else if (character === '}')
      throw new Fault(at, { zh: '多余的“}”（文本中请写“}}”）', en: 'a "}" too many (write "}}" for one)' });
    else {
      if (++places > MOST_PLACES)
        throw new Fault(at, { zh: `最多 ${MOST_PLACES} 处字段`, en: `at most ${MOST_PLACES} fields` });
      if (plain !== '') parts.push(plain);
      plain = '';
      parts.push(readPlace(cursor));
    }
  }
  if (plain !== '') parts.push(plain);
  return parts;
};

/** A template ready to be filled, or where it is wrong. */
export const readTemplate = (
  text: string,
): { readonly template: Template } | { readonly fault: TemplateFault } => {
  try {
    return { template: readParts(text) };
  } catch (error) {
    if (error instanceof Fault) return { fault: { at: error.at, message: error.text } };
    throw error;
  }
};

/**
 * What is wrong with a template, `null` when nothing is; for whoever saves it.
 *
 * @param isField whether there is a field of that name; absent = any name will do
 */
export const checkTemplate = (text: string, isField?: (name: string) => boolean): TemplateFault | null => {
  const read = readTemplate(text);
  if ('fault' in read) return read.fault;
  for (const part of read.template) {
    if (typeof part === 'string' || isField === undefined || isField(part.field)) continue;
    const message = { zh: `没有字段“${part.field}”`, en: `there is no field "${part.field}"` };
    return { at: text.indexOf(part.field), message };
  }
  return null;
};

/** What a template came to. `FAILED`: it is longer than {@link TEMPLATE_OUTPUT_LIMIT}. */
export type Filled = { readonly value: string | null } | 'FAILED';

/**
 * A template with the fields of one person in it. A place that is empty and has no `default` makes the whole text
 * empty (`null`): `{jobNumber}@example.com` of somebody without job number is no address.
 */
export const fillTemplate = (template: Template, read: (field: string) => string | null): Filled => {
  let text = '';
  for (const part of template) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    let value = read(part.field) ?? '';
    let defaulted = false;
    for (const { name, argument } of part.steps) {
      if (name === 'default' && value === '') defaulted = true;
      value = TEMPLATE_FUNCTIONS[name].apply(value, argument ?? '');
    }
    if (value === '' && !defaulted) return { value: null };
    text += value;
    if (text.length > TEMPLATE_OUTPUT_LIMIT) return 'FAILED';
  }
  if (text.length > TEMPLATE_OUTPUT_LIMIT) return 'FAILED';
  return { value: text === '' ? null : text };
};
