// Writes the pages of docs/ that are made from declarations: `npm run docs`.
import { mkdir, writeFile } from 'node:fs/promises';
import { errorsDocument, magicsDocument, read, root } from './architecture/repo.ts';

await mkdir(`${root}docs`, { recursive: true });
for (const page of [errorsDocument(), await magicsDocument()]) {
  if ((await read(page.path)).text === page.text) continue;
  await writeFile(root + page.path, page.text);
  console.log(`wrote ${page.path}`);
}
