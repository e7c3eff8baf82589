import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readMobile, writtenMobile } from '../../src/platforms/kit/mobile.ts';
import { tries } from '../support/properties.ts';

const plain = (mobile: string) => writtenMobile(mobile, { prefixed: false });
const prefixed = (mobile: string) => writtenMobile(mobile, { prefixed: true });

it.each([
  ['13800000001', '13800000001', '+86-13800000001'],
  ['+8613800000001', '13800000001', '+86-13800000001'],
  ['138 0000-0001', '13800000001', '+86-13800000001'],
  ['+85261234567', '+852-61234567', '+852-61234567'],
  ['+852-61234567', '+852-61234567', '+852-61234567'],
  ['+14155550123', '+1-4155550123', '+1-4155550123'],
  ['+79161234567', '+7-9161234567', '+7-9161234567'],
  ['+4915112345678', '+49-15112345678', '+49-15112345678'],
  ['+886912345678', '+886-912345678', '+886-912345678'],
  ['+85366123456', '+853-66123456', '+853-66123456'],
  ['+6591234567', '+65-91234567', '+65-91234567'],
  ['no number', 'no number', 'no number'],
])('%s is written as %s, abroad as %s', (mobile, inside, abroad) => {
  expect(plain(mobile)).toBe(inside);
  expect(prefixed(mobile)).toBe(abroad);
});

const COUNTRIES = [
  '1',
  '7',
  '20',
  '33',
  '39',
  '44',
  '49',
  '60',
  '65',
  '81',
  '82',
  '852',
  '853',
  '886',
  '971',
];

it('reads back what was written, whatever the country', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...COUNTRIES),
      fc.stringMatching(/^\d{6,10}$/),
      fc.boolean(),
      (country, number, isPrefixed) => {
        const mobile = `+${country}${number}`;
        const wire = writtenMobile(mobile, { prefixed: isPrefixed });
        expect(wire).toBe(`+${country}-${number}`);
        expect(readMobile(wire, country)).toBe(mobile);
      },
    ),
    tries(100),
  );
  fc.assert(
    fc.property(fc.stringMatching(/^1\d{10}$/), fc.boolean(), (mobile, isPrefixed) => {
      expect(readMobile(writtenMobile(mobile, { prefixed: isPrefixed }), '86')).toBe(mobile);
    }),
    tries(100),
  );
});
