import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchDirectory } from '../support/scratch.ts';

/** As `npm run demo` runs it; `npm test` has built it before. */
const DEMO = fileURLToPath(new URL('../../dist/scripts/demo.js', import.meta.url));

let dataDir: string;

beforeAll(async () => {
  dataDir = await scratchDirectory('demo');
});

afterAll(() => rm(dataDir, { recursive: true, force: true }));

const demo = (): Promise<{ code: number | null; output: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [DEMO, '--once'], {
      env: { PATH: process.env['PATH'], MUSTER_DATA_DIR: dataDir },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
      });
    }
    child.once('close', (code) => resolve({ code, output }));
  });

describe('npm run demo -- --once', () => {
  it('runs the journey on nothing, and again on what it left behind', { timeout: 300_000 }, async () => {
    for (const time of ['first', 'second']) {
      const { code, output } = await demo();
      expect(`${time}: ${code}\n${output}`).toMatch(/^\w+: 0\n[\s\S]*Every step held/);
      expect(output).toContain('✓ committed in one transaction');
      expect(output).toContain('✓ taken back');
    }
  });
});
