// Live state: look at a running process by name, change it, take the change back. Returns data; access is checked by
// whoever calls.
import type { LiveState } from './types.ts';
import { editFunction, previewFunction } from './edit-function.ts';
import { editValue, previewValue } from './edit-value.ts';
import { completeName, inspectName } from './inspect.ts';
import { editHistory, undoEdit } from './undo.ts';

export { completeName, editFunction, editHistory, editValue, inspectName, previewFunction, previewValue, undoEdit };
export type * from './types.ts';

({
  completeName,
  editFunction,
  editHistory,
  editValue,
  inspectName,
  previewFunction,
  previewValue,
  undoEdit,
}) satisfies LiveState;
