import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountSearchKeys, type SearchKeys, searchQuery } from '../../src/planner/search-text.ts';
import { tries } from '../support/properties.ts';

const account = (displayName: string, more: Partial<Parameters<typeof accountSearchKeys>[0]> = {}) =>
  accountSearchKeys({ displayName, userName: 'u1', email: null, mobile: null, jobNumber: null, ...more });

/** What the database answers: all grams present, and the text contains the query. */
const finds = (keys: SearchKeys, text: string): boolean => {
  const { grams, contains } = searchQuery(text);
  return grams.every((gram) => keys.searchGrams.includes(gram)) && keys.searchText.includes(contains);
};

describe('search keys', () => {
  const ming = account('王小明', { mobile: '13800138001', email: 'Ming@Example.com', jobNumber: 'A-7' });

  it.each([
    '王',
    '小明',
    '王小明',
    '王 小明',
    'wangxiaoming',
    'WangXiaoMing',
    'wang xiao ming',
    'wangxm',
    'wxm',
    'wxming',
    'wangxming',
    'wxiaoming',
    'xiaoming',
    'xiaom',
    'xm',
    'ming',
    'm',
    '138001',
    '0138001',
    'example',
    'ｅｘａｍｐｌｅ',
    'a-7',
    'u1',
    '8',
  ])('find 王小明 by %j', (query) => {
    expect(finds(ming, query)).toBe(true);
  });

  it.each(['李', '明小', 'wangmx', 'wangming', '138002', 'ming13', 'gu', '明w', '%', '_'])(
    'do not find 王小明 by %j',
    (query) => {
      expect(finds(ming, query)).toBe(false);
    },
  );

  it.each([
    ['单雄信', 'shanxiongxin'],
    ['曾国藩', 'zengguofan'],
    ['尉迟恭', 'yuchigong'],
    ['万俟卨', 'moqixie'],
    ['欧阳修', 'oyx'],
    ['王乐', 'wangyue'],
    ['王乐', 'wangle'],
    ['吕布', 'lvbu'],
    ['吕布', 'lubu'],
    ['诸葛孔明', 'zgkm'],
    ['诸葛孔明', 'zhugekm'],
  ])('find %s by %s', (name, query) => {
    expect(finds(account(name), query)).toBe(true);
  });

  it('are exactly these', () => {
    expect(account('李明').searchText.split('\u001f')).toEqual(['李明', 'liming', 'lming', 'u1']);
    expect(account('李明').searchGrams.slice(0, 3)).toEqual(['李', '明', '李明']);
    expect(account('诸葛李明亮').searchText.split('\u001f')).toEqual([
      '诸葛李明亮',
      'zhugelimingliang',
      'zgelimingliang',
      'zhuglml',
      'zglml',
      'u1',
    ]);
  });

  it('keep rare characters and foreign names as they are', () => {
    expect(finds(account('𠮷野家'), '𠮷')).toBe(true);
    expect(finds(account('𠮷野家'), '𠮷野')).toBe(true);
    expect(finds(account('𠮷野家'), 'yejia')).toBe(true);
    expect(finds(account('Zoë Ångström'), 'zoëå')).toBe(true);
    expect(finds(account('阿Q'), '阿q')).toBe(true);
  });

  it('find every piece of every key, and are the same each time', () => {
    const name = fc.string({
      unit: fc.constantFrom(...'王李单曾小明乐行𠮷 aBé1@%_\\'),
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(name, fc.nat(5), fc.nat(5), (text, from, length) => {
        const keys = account(text, { email: text, jobNumber: text });
        expect(account(text, { email: text, jobNumber: text })).toEqual(keys);
        expect(finds(keys, [...text].slice(from, from + length + 1).join(''))).toBe(true);
        expect(new Set(keys.searchGrams).size).toBe(keys.searchGrams.length);
      }),
      tries(500),
    );
  });
});

describe('a search query', () => {
  it('escapes what LIKE would read as a pattern', () => {
    expect(searchQuery('50%_\\').pattern).toBe('%50\\%\\_\\\\%');
  });

  it('of blanks asks for nothing', () => {
    expect(searchQuery(' \u3000\u001f')).toEqual({ grams: [], contains: '', pattern: '%%' });
  });
});
