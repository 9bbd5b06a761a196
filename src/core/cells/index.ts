// Cells: TypeScript as it is typed, run in isolates.
export { codeFrame } from '../common/code-frame.ts';
export { compileCell } from './compile.ts';
export { readCompleteness } from './completeness.ts';
export { createCellRunner } from './runner.ts';
export type { CellRunnerOptions, TestableRunner } from './runner.ts';
