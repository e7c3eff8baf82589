import { writeFile } from 'node:fs/promises';
import { REFERENCE_PAGES } from './reference/index.ts';

for (const [path, page] of Object.entries(REFERENCE_PAGES)) {
  await writeFile(path, page());
  console.log(path);
}
