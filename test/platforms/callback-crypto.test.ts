import { createCipheriv } from 'node:crypto';
import * as vendor from '@wecom/crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  callbackSignature,
  decryptCallback,
  encryptCallback,
  sameText,
} from '../../src/platforms/kit/callback-crypto.ts';
import { tries } from '../support/properties.ts';

// Vectors of the platforms' reference sheets: message, owner and random → ciphertext → signature.

const WECOM = {
  token: 'hTq7sVn2LkX4',
  aesKey: 'aWRlbnRpdHktZ2F0ZXdheS1zaW0ta2V5LTAxMjM0NTY',
  owner: 'ww0a1b2c3d4e5f6789',
};
const DINGTALK = {
  token: 'gwtok2026',
  aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  owner: 'dingclient0001',
  random: '0123456789abcdef',
  timestamp: '1795219200000',
  nonce: 'n0nce123',
};

const VECTORS = [
  {
    name: 'the verification of an address (pad 7)',
    ...WECOM,
    random: 'A1b2C3d4E5f6G7h8',
    timestamp: '1795219200',
    nonce: '90417733',
    message: '5927781386432055719',
    encrypted: 'tYeqJX516ag9KIDje6YL60IO2V683PlDRAI8QcnXW4gjyTmV8TkKFWI+/4JYJZqx1l5L121V0c+uYDZ5fN+M3g==',
    signature: 'd47e237ca73fbb3c617132cc01cbdf0638fc47d2',
  },
  {
    name: 'an event (pad 12)',
    ...WECOM,
    random: '0123456789abcdef',
    timestamp: '1795219202',
    nonce: 'nonce8842',
    message:
      '<xml><ToUserName><![CDATA[ww0a1b2c3d4e5f6789]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1795219201</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_contact]]></Event><ChangeType>create_user</ChangeType><UserID><![CDATA[wanglei]]></UserID><Department><![CDATA[1,7]]></Department></xml>',
    encrypted:
      'pbqN6hWHDksRD2jgVE3dra0l9b0FSJG8GeXxbDGY8aMNCsG5cPNpDM09596lBbhHNE7kkwpbXccUo/qC6jA/o1sSYp/DmAq2gFMoAHT6GxsFBzKUbfH4NuObsVBofvp6o40D+BvHzUjuxl/fNCI49Eg8f7LAF5WdYFuEBHbfsKTcLEJovl/9HWhN3k50ztSe6+B14VbEaA1kZQAei5SvSRdWmaQW8TEvDerYxdEWg6ZKs5yM2odhyyjC5zM/SE0J3bP9TKhC4XYb7JyOW7vFuQG0C/wiXyisBkmXWR3NA5p+Z0m4izjH8zSxBqK+5MgZlkBl/OUuPvuHuj3qzwaDAaf+QcaOqaHDfn6XxGDypO/p+prK4bd0AOtRpaNupFPcH1ZQh49MkONzgkZ6wjqmOZIMOQvh8eXcn00LvqfsiLSYl/WAsdyBmDkyM6yq3tdMEqzT04OHqgomOw93sogE1A/lEimUxRHgXGzgDpjT4Nh9MgZ5inpq53qSUrB0gp1X',
    signature: '07e2ff64fb456e9bc43154ea9fec2b90b2cc124d',
  },
  {
    name: 'a reply with Chinese text (pad 29)',
    ...WECOM,
    random: 'zyxwvutsrqponmlk',
    timestamp: '1795219203',
    nonce: '551207',
    message:
      '<xml><ToUserName><![CDATA[wanglei]]></ToUserName><FromUserName><![CDATA[ww0a1b2c3d4e5f6789]]></FromUserName><CreateTime>1795219203</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[收到]]></Content></xml>',
    encrypted:
      'tE1fr/rky/yjjIKlYbjI/34jqgrgGJb8TmNKZjddQzDDpGsgevDhzTYMcrZ5IlKL14qNOm2BpzGqszYBXg+ePGX/pDbKXkpefoDh5kX9A5nXFFYAORap6/pgpFFG0mjtbc2sreCDx9h+LXQUeKk1JQ1SBaO62TOIuTQ/E5HovOOmxKubnMlTQJeu3Hgx+iA8XUwZY0zcGtNil2G993FYhH4McZePTvBFVxdJjTqMmial1yol7dgXfUPR0iIQSxKDx4r69dp8YU+/g2KulSN6p1OLnnm5AuCYy5IRsdIuKijuey3uryTU+FMQkLVg4yiLK6odcW8Lb/0Btxx88IwSRpzo8AF5PcTjn/GV+OIziPZy8xwTmcmy4Ekg+5uwdDcF',
    signature: 'fb5ab1773be740bca39f217e83cf726890c6938a',
  },
  {
    name: 'the answer `success` (pad 23)',
    ...DINGTALK,
    message: 'success',
    encrypted: 'Q3stYC6hdFzMh9T8HCvyDHLF+ACuTg+5kLV2iY2TFs4pv6TTKaY3/6Ge3VTWFv6TjuVfjew59gPuSvMsHLtjxA==',
    signature: '939d91b34f41de4cf09f30fba0797eceae26d8f4',
  },
  {
    name: 'the check of an address (pad 5)',
    ...DINGTALK,
    message: '{"EventType":"check_url"}',
    encrypted: 'Q3stYC6hdFzMh9T8HCvyDLV8JeomtQuxZLosYEI28mjzSD5UpK2hp0QUc4H6M/N5Y8cfTY8Rb4zE5SnWr2qj9g==',
    signature: '01cc237c36d48baca5beabcbe3b02ccfc4708cd9',
  },
];

/** Published by a vendor; nobody knows its random bytes. */
const PUBLISHED = {
  token: '123456',
  aesKey: '1234567890123456789012345678901234567890123',
  owner: 'dingsnotzck6pm5veliw',
  timestamp: '1614767836',
  nonce: 'A7Co0cJLMzIDtMMI',
  encrypted: 'YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==',
  signature: '9a95a004dd16f5c307e849b994173f76aa26e5eb',
};

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const key = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 43, maxLength: 43 });
const owner = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 1, maxLength: 40 });
const text = fc.string({ unit: 'grapheme', maxLength: 300 });

describe('the crypto of callbacks', () => {
  test.each(VECTORS)('gives the known ciphertext and signature of $name, and reads it', (vector) => {
    const { token, aesKey, message, owner: whose, encrypted, signature } = vector;
    const random = Buffer.from(vector.random, 'latin1');
    expect(encryptCallback(aesKey, { message, owner: whose, random })).toBe(encrypted);
    expect(callbackSignature(token, vector)).toBe(signature);
    expect(decryptCallback(aesKey, encrypted)).toEqual({ message, owner: whose });
  });

  test('reads the value that a vendor has published (pad 17)', () => {
    expect(callbackSignature(PUBLISHED.token, PUBLISHED)).toBe(PUBLISHED.signature);
    expect(decryptCallback(PUBLISHED.aesKey, PUBLISHED.encrypted)).toEqual({
      message: 'success',
      owner: PUBLISHED.owner,
    });
  });

  test("reads what the vendor's library writes, and the other way round", () => {
    fc.assert(
      fc.property(key, text, owner, text, (aesKey, message, whose, nonce) => {
        const theirs = vendor.encrypt(aesKey, message, whose);
        expect(decryptCallback(aesKey, theirs)).toEqual({ message, owner: whose });
        const ours = encryptCallback(aesKey, { message, owner: whose });
        const read = vendor.decrypt(aesKey, ours);
        expect({ message: read.message, owner: read.id }).toEqual({ message, owner: whose });
        const signed = { timestamp: '1795219200', nonce, encrypted: ours };
        expect(callbackSignature(whose, signed)).toBe(
          vendor.getSignature(whose, signed.timestamp, nonce, ours),
        );
      }),
      tries(100),
    );
  });

  test('reads every padding from 1 to 32, and none beyond', () => {
    const aesKey = DINGTALK.aesKey;
    const bytes = Buffer.from(`${aesKey}=`, 'base64');
    const withPad = (pad: number, fill = pad): string | null => {
      // 20 bytes before the message; the rest makes whole blocks of sixteen.
      const message = Buffer.alloc(16 * 5 - 20 - 4 - (pad % 16), 'm');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(message.length);
      const head = Buffer.concat([Buffer.alloc(16), length, message, Buffer.from('ownr')]);
      const plain = Buffer.concat([head, Buffer.alloc(pad, fill)]);
      const cipher = createCipheriv('aes-256-cbc', bytes, bytes.subarray(0, 16)).setAutoPadding(false);
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64');
      return decryptCallback(aesKey, sealed)?.owner ?? null;
    };
    for (let pad = 1; pad <= 32; pad += 1) expect([pad, withPad(pad)]).toEqual([pad, 'ownr']);
    for (const pad of [0, 33, 48, 255]) expect([pad, withPad(pad)]).toEqual([pad, null]);
    // Sixteen bytes that claim to be twenty.
    expect(withPad(16, 20)).toBeNull();
  });

  test('takes the last character of a key for what it means, not for how it is spelt', () => {
    const [vector] = VECTORS;
    if (vector === undefined) throw new TypeError('no vector');
    const { aesKey, encrypted, message, owner: whose } = vector;
    // `Y` and `Z` differ only in bits that lie behind the 32 bytes.
    expect(aesKey.endsWith('Y')).toBe(true);
    expect(decryptCallback(`${aesKey.slice(0, -1)}Z`, encrypted)).toEqual({ message, owner: whose });
    expect(decryptCallback(aesKey.slice(1), encrypted)).toBeNull();
    expect(decryptCallback(`${aesKey}A`, encrypted)).toBeNull();
  });

  test('reads nothing out of a ciphertext of which any byte was changed', () => {
    const { aesKey, owner: whose } = DINGTALK;
    const known = { message: '{"EventType":"user_add_org","UserId":["u1"]}', owner: whose };
    const sealed = Buffer.from(encryptCallback(aesKey, known), 'base64');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 0x41;
      const encrypted = changed.toString('base64');
      // In the random bytes a change says nothing, and of the rest the mode guards nothing: that is the signature's part.
      const signed = { timestamp: '1795219200', nonce: 'n', encrypted: sealed.toString('base64') };
      const signature = callbackSignature(DINGTALK.token, signed);
      expect(sameText(callbackSignature(DINGTALK.token, { ...signed, encrypted }), signature)).toBe(false);
      if (at >= 16) expect(decryptCallback(aesKey, encrypted)).not.toEqual(known);
    }
  });

  test.each([
    ['an empty text', ''],
    ['half a block', Buffer.alloc(24).toString('base64')],
    ['one block', Buffer.alloc(16).toString('base64')],
    ['blanks inside', `${DINGTALK.random} `],
    ['the alphabet of addresses', Buffer.alloc(32, 0xff).toString('base64url')],
    ['no padding', Buffer.alloc(32).toString('base64').replace(/=+$/, '')],
    ['bits behind the end', Buffer.alloc(32).toString('base64').replace(/A=$/, 'B=')],
    ['no base64 at all', '%%%%'.repeat(16)],
  ])('reads nothing out of %s', (_, encrypted) => {
    expect(decryptCallback(DINGTALK.aesKey, encrypted)).toBeNull();
  });

  test.each([
    ['longer than all', 0xffff_ffff],
    ['beyond the end by one', 12 + 1],
  ])('reads nothing when the length field is %s', (_, told) => {
    const bytes = Buffer.from(`${DINGTALK.aesKey}=`, 'base64');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(told);
    const plain = Buffer.concat([Buffer.alloc(16), length, Buffer.alloc(12, 'x'), Buffer.alloc(32, 32)]);
    const cipher = createCipheriv('aes-256-cbc', bytes, bytes.subarray(0, 16)).setAutoPadding(false);
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64');
    expect(decryptCallback(DINGTALK.aesKey, sealed)).toBeNull();
  });

  test('reads nothing that is no text', () => {
    const bytes = Buffer.from(`${DINGTALK.aesKey}=`, 'base64');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(2);
    const plain = Buffer.concat([Buffer.alloc(16), length, Buffer.from([0xc3, 0x28]), Buffer.alloc(10, 10)]);
    const cipher = createCipheriv('aes-256-cbc', bytes, bytes.subarray(0, 16)).setAutoPadding(false);
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64');
    expect(decryptCallback(DINGTALK.aesKey, sealed)).toBeNull();
  });

  test('seals differently every time', () => {
    const sealed = new Set(
      Array.from({ length: 50 }, () => encryptCallback(DINGTALK.aesKey, { message: 'success', owner: 'o' })),
    );
    expect(sealed.size).toBe(50);
  });

  test('compares texts of any length', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(sameText(one, other)).toBe(Buffer.from(one).equals(Buffer.from(other)));
      }),
      tries(100),
    );
  });
});
