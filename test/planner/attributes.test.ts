import { describe, expect, it } from 'vitest';
import type { AttributeType } from '../../src/domain/index.ts';
import { attributeChanges, attributeIssues, readAttribute } from '../../src/planner/attributes.ts';
import { DEFINITIONS } from './support/company.ts';

const read = (type: AttributeType, value: unknown) => readAttribute({ type, choices: ['S', 'M'] }, value);

describe('a custom attribute', () => {
  it.each<[AttributeType, unknown, unknown]>([
    ['TEXT', ' a\u3000', 'a'],
    ['TEXT', '', null],
    ['TEXT', 7, undefined],
    ['TEXT', 'x'.repeat(2001), undefined],
    ['NUMBER', 7, 7],
    ['NUMBER', 0, 0],
    ['NUMBER', '7', undefined],
    ['NUMBER', Number.NaN, undefined],
    ['BOOLEAN', false, false],
    ['BOOLEAN', 'false', undefined],
    ['DATE', '2024-02-29', '2024-02-29'],
    ['DATE', '2023-02-29', undefined],
    ['DATE', '2024-12-31', '2024-12-31'],
    ['DATE', '2024-01-32', undefined],
    ['DATE', '2024-13-01', undefined],
    ['DATE', '2024-1-1', undefined],
    ['DATE', 'today', undefined],
    ['CHOICE', 'M', 'M'],
    ['CHOICE', 'm', undefined],
    ['CHOICE', ' ', null],
    ['TEXT', { deep: 1 }, undefined],
    ['NUMBER', null, null],
  ])('of type %s reads %j as %j', (type, value, kept) => {
    expect(read(type, value)).toBe(kept);
  });

  it('changes by value, empties for null, and ignores what is absent, illegal or undefined', () => {
    const changes = (remote: Record<string, unknown>) =>
      attributeChanges(DEFINITIONS, remote, { badge: 1, shirt: 'S' });
    expect(changes({ badge: 1, shirt: 'S', other: 'x' })).toEqual([]);
    expect(changes({ badge: undefined, shirt: 'XXL' })).toEqual([]);
    expect(changes({ badge: null, costCentre: null, shirt: 'M' })).toEqual([
      { field: 'attributes.badge', before: 1, after: null },
      { field: 'attributes.shirt', before: 'S', after: 'M' },
    ]);
  });

  it('is not read from what every object inherits', () => {
    const [first] = DEFINITIONS;
    if (first === undefined) throw new Error('no definition');
    const definitions = [{ ...first, name: 'constructor' }];
    expect(attributeChanges(definitions, {}, {})).toEqual([]);
    expect(attributeIssues(definitions, {}, { current: {}, all: true })).toEqual([]);
  });

  it('that is required is missed only where the row touches it', () => {
    const codes = (remote: Record<string, unknown>, current: Record<string, string>, all: boolean) =>
      attributeIssues(DEFINITIONS, remote, { current, all }).map(({ code }) => code);
    expect(codes({}, {}, true)).toEqual(['ATTRIBUTE_REQUIRED']);
    expect(codes({}, { shirt: 'S' }, true)).toEqual([]);
    expect(codes({}, {}, false)).toEqual([]);
    expect(codes({ shirt: undefined }, {}, false)).toEqual([]);
    expect(codes({ shirt: null }, { shirt: 'S' }, false)).toEqual(['ATTRIBUTE_REQUIRED']);
    expect(attributeIssues(DEFINITIONS, { badge: { deep: 1 } }, { current: {}, all: false })).toEqual([
      { code: 'ATTRIBUTE_ILLEGAL', field: 'attributes.badge', value: '{"deep":1}', blocking: true },
    ]);
  });
});
