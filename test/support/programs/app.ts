// One app out of many generated programs, as a user would have it: own modules that import packages, driven by requests.
// The packages are the worlds of the programs and the driver that holds their functions.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import fc from 'fast-check';
import { functionCount, program } from './generate.ts';

const driver = `
import { createServer } from 'node:http';
export const held = [];
export const entry = (at) => (index, args) => held[at]?.functions[index](...args);
export const take = (world, functions, refill, steps) => void held.push({ world, functions: [...functions], refill: [refill], steps });
const drive = async ({ world, functions, refill: [refill], steps }) => {
  for (const { wait, kind, fn, args } of steps) {
    for (let left = wait; left > 0; left--) await world.schedule.turn();
    refill();
    const given = args.map((each) => world.arguments(each));
    try {
      const value = kind === 'emit' ? world.emitter.emit('x', ...given) : functions[fn](...given);
      if (value instanceof Promise) value.catch(() => undefined);
    } catch {}
  }
  for (let still = 0, turns = 0; still < 4 && turns < 2000; turns++) {
    await world.schedule.turn();
    still = world.schedule.isIdle() ? still + 1 : 0;
  }
};
process.on('unhandledRejection', () => undefined);
process.on('uncaughtException', () => undefined);
export const listen = () => {
  const server = createServer(async (request, response) => {
    await Promise.all(held.map(drive));
    response.end('{}');
  });
  server.listen(0, () => console.log('listening ' + server.address().port));
};
`;

/** Writes the app into a folder; its main script is main.mjs. */
export async function writeApp(folder: string, seed: number, programs: number): Promise<void> {
  const packages = path.join(folder, 'node_modules');
  const put = async (file: string, text: string): Promise<void> => {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  };
  await put(path.join(folder, 'package.json'), '{ "name": "programs", "type": "module" }');
  await put(
    path.join(packages, 'driver/package.json'),
    '{ "name": "driver", "type": "module", "exports": "./index.js" }',
  );
  await put(path.join(packages, 'driver/index.js'), driver);
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./foreign.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  await put(
    path.join(packages, 'world/package.json'),
    '{ "name": "world", "type": "module", "exports": "./index.js" }',
  );
  await put(path.join(packages, 'world/index.js'), outputFiles[0]!.text);
  const samples = fc.sample(program, { seed, numRuns: programs });
  const names = Array.from({ length: functionCount }, (_, n) => `f${n}`).join(', ');
  const main: string[] = ["import { listen, take } from 'driver';"];
  for (const [at, { source, steps, seed: of }] of samples.entries()) {
    const name = `world-${at}`;
    await put(
      path.join(packages, name, 'package.json'),
      `{ "name": "${name}", "type": "module", "exports": "./index.js" }`,
    );
    const exported = [
      ...new Set(
        /^import \{([^}]*)\}/
          .exec(source)![1]!
          .split(',')
          .map((each) => each.trim()),
      ),
    ];
    await put(
      path.join(packages, name, 'index.js'),
      `import { makeWorld } from 'world';\nimport { entry } from 'driver';\nexport const world = makeWorld(${of}, 'wild', entry(${at}), (copy) => copy);\n${exported.map((each) => `export const ${each} = world.exports.${each};`).join('\n')}\n`,
    );
    await put(
      path.join(folder, 'programs', `p${at}.js`),
      `${source.replace("from 'foreign'", `from '${name}'`)}export { ${names}, refill };\n`,
    );
    main.push(
      `import { world as world${at} } from '${name}';`,
      `import * as p${at} from './programs/p${at}.js';`,
      `{ const { ${names}, refill } = p${at}; take(world${at}, [${names}], refill, ${JSON.stringify(steps)}); }`,
    );
  }
  await put(path.join(folder, 'main.mjs'), `${main.join('\n')}\nlisten();\n`);
}
