import { describe, expect, it } from 'vitest';
import { listedTree } from '../../src/platforms/kit/listed-tree.ts';

const unit = (externalId: string, parentExternalId: string | null) => ({
  externalId,
  ids: [],
  parentExternalId,
  name: externalId,
  attributes: {},
});

describe('a tree that is listed at once', () => {
  it('begins at every unit whose parent is not in sight (row O2-17)', async () => {
    const tree = listedTree(async () => [unit('7', '3'), unit('8', '7'), unit('12', '5')]);
    expect(await tree.tops()).toEqual(['7', '12']);
    expect(await tree.ancestors('8')).toEqual(['8', '7']);
    expect((await tree.children('7')).map(({ externalId }) => externalId)).toEqual(['8']);
    expect(await tree.children('8')).toEqual([]);
    await expect(tree.listed('5')).rejects.toMatchObject({ code: 'PLATFORM_ORG_UNIT_UNKNOWN' });
  });

  it('is asked for once, again when the range is looked at afresh, and again after a failure', async () => {
    let calls = 0;
    const tree = listedTree(async () => {
      calls += 1;
      if (calls === 2) throw new Error('away');
      return [unit('1', null)];
    });
    await tree.children('1');
    await tree.listed('1');
    expect(calls).toBe(1);
    await expect(tree.tops()).rejects.toThrow('away');
    expect(await tree.tops()).toEqual(['1']);
    expect(calls).toBe(3);
  });

  it('ends where units stand in a circle', async () => {
    const tree = listedTree(async () => [unit('1', null), unit('5', '6'), unit('6', '5')]);
    expect(await tree.ancestors('5')).toEqual(['5', '6']);
  });
});
