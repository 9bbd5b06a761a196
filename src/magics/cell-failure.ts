// Code that a magic ran as a cell has failed: its error is the cell's, with its own frames, and is passed on as it is.
import type { CellResult } from '../core/sandbox/ports.ts';

export class CellFailure extends Error {
  readonly cell: CellResult;

  constructor(cell: CellResult) {
    super(cell.error?.message ?? 'interrupted');
    this.cell = cell;
  }
}
