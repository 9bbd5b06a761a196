// A part of `npm run test:long`: one file each in this folder, found by its name.

export interface StepResult {
  readonly figures: Readonly<Record<string, number>>;
  /** What is wrong; empty when nothing is. */
  readonly problems: readonly string[];
}

export interface StepTools {
  readonly seed: number;
  /** A directory of its own, gone afterwards. */
  readonly directory: string;
}

export interface LongPart {
  readonly name: string;
  /** Heading of its figures in docs/determinism.md. */
  readonly title: string;
  /** Done one after another; what is done for a commit and a seed is not done again. */
  readonly steps: readonly string[];
  run(step: string, tools: StepTools): Promise<StepResult>;
  /** Its figures as Markdown, from those of the steps that were done. */
  figures(done: ReadonlyMap<string, StepResult>): string;
}
