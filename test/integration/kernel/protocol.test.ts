// The kernel under jupyter_client: protocol.py asks, each of its cases is a test here.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasJupyter, jupyterHome, python, runProgram, type JupyterHome } from '../../support/jupyter.ts';

const script = fileURLToPath(new URL('protocol.py', import.meta.url));
const cases = [...readFileSync(script, 'utf8').matchAll(/^def case_(\w+)/gm)].map(([, name]) => name!);

interface Report {
  readonly case: string;
  readonly ok: boolean;
  readonly detail?: string;
}

describe.skipIf(!hasJupyter)(
  `kernel under jupyter_client${hasJupyter ? '' : ' (skipped: no Jupyter in .venv, run scripts/setup.js test)'}`,
  () => {
    let home: JupyterHome;
    let reports: Map<string, Report>;
    let log: string;

    beforeAll(async () => {
      home = jupyterHome();
      const env = { ...home.env, DEVSANDBOX_TEST_KERNEL: home.install() };
      const { stdout, stderr } = await runProgram(python, [script], { env, cwd: home.folder, limitMs: 600_000 });
      log = stderr;
      const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
      reports = new Map(lines.map((line) => JSON.parse(line) as Report).map((report) => [report.case, report]));
    }, 620_000);
    afterAll(() => home.dispose());

    it.each(cases)('%s', (name) => {
      const report = reports.get(name);
      expect(report, log).toBeDefined();
      expect(report!.ok, report!.detail).toBe(true);
    });
  },
);
