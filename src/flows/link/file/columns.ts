/** What a column of a file of links is called: in Chinese, and by the word that an import looks for. */
export interface LinkColumn {
  readonly word: string;
  readonly label: string;
}

/** Columns of an export, in their order. An import needs the first and the last; the others are there to be read. */
export const LINK_COLUMNS = [
  { word: 'externalId', label: '平台标识' },
  { word: 'name', label: '姓名' },
  { word: 'mobile', label: '手机号' },
  { word: 'email', label: '邮箱' },
  { word: 'jobNumber', label: '工号' },
  { word: 'title', label: '职位' },
  { word: 'orgUnits', label: '部门' },
  { word: 'gone', label: '已离开平台' },
  { word: 'linkedTo', label: '已关联账号' },
  { word: 'link', label: '关联值' },
] as const satisfies readonly LinkColumn[];

export type LinkColumnWord = (typeof LINK_COLUMNS)[number]['word'];

/** Header of a column: for people, and then the word for the import. */
export const headerOf = ({ word, label }: LinkColumn): string => `${label} ${word}`;

/** Place of a column among headers; -1 when it is not there. Either the word or the label is enough. */
export const placeOf = (headers: readonly string[], word: LinkColumnWord): number => {
  const label = LINK_COLUMNS.find((column) => column.word === word)?.label ?? '';
  return headers.findIndex((header) => {
    const text = header.normalize('NFKC').trim();
    return text === label || text.split(/\s+/).at(-1)?.toLowerCase() === word.toLowerCase();
  });
};

/** A spreadsheet takes a text that begins like this for a formula (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r]/;

/** A text that no spreadsheet takes for a formula. */
export const defuse = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** The text that {@link defuse} was given. */
export const undefuse = (text: string): string =>
  text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text;
