// The versions of Node.js that tests start targets with; scripts/setup.js installs them.
import { fileURLToPath } from 'node:url';

export const nodeMajors = [20, 22, 24, 26] as const;
export type NodeMajor = (typeof nodeMajors)[number];

/** Path of the binary of a major version. */
export const nodeBinary = (major: NodeMajor): string =>
  fileURLToPath(
    new URL(
      major === 24 ? '../../node_modules/node/bin/node' : `../nodes/node_modules/node${major}/bin/node`,
      import.meta.url,
    ),
  );
