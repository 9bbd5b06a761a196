// How the demo speaks: headings, aligned facts, code. Colours only on a terminal that wants them (NO_COLOR).
import chalk from 'chalk';
import type { LoadReport } from '../../examples/load.ts';

const started = performance.now();

export function heading(text: string): void {
  const seconds = ((performance.now() - started) / 1_000).toFixed(1).padStart(5);
  console.log(`\n${chalk.dim(`${seconds} s`)}  ${chalk.bold.cyan(text)}`);
}

export const fact = (name: string, value: string | number): void =>
  console.log(`         ${chalk.dim(name.padEnd(15))} ${value}`);

export function block(text: string): void {
  for (const line of text.trimEnd().split('\n')) console.log(`         ${chalk.dim('│')} ${line}`);
}

export const good = (text: string): string => chalk.green(text);
export const bad = (text: string): string => chalk.red(text);

export const serverErrors = (report: LoadReport): number =>
  Object.entries(report.statuses).reduce((sum, [status, count]) => sum + (Number(status) >= 500 ? count : 0), 0);

/** `1,204 requests, 240/s, p50 0.5 ms, p99 12 ms, 3 failed` */
export function traffic(report: LoadReport): string {
  const failed = serverErrors(report);
  const words = [
    `${report.requests.toLocaleString('en-US')} requests`,
    `${Math.round(report.perSecond).toLocaleString('en-US')}/s`,
    `p50 ${report.latency.p50} ms`,
    `p99 ${report.latency.p99} ms`,
  ];
  if (report.broken > 0) words.push(bad(`${report.broken} without an answer`));
  words.push(failed > 0 ? bad(`${failed} answered 500`) : good('none answered 500'));
  return words.join(', ');
}
