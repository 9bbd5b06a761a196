// What a cell asks about `app`, in the words of the target port; JSON both ways. The front answers with
// `answerAppRequest`, after its own check of access.
import type { Handle, LiveMember, LiveValue } from '../targets/live-value.ts';
import type { Place } from '../targets/target.ts';

export interface AppRequests {
  /** Ids of the modules, own ones first. */
  'app.modules': { readonly parameters: Record<string, never>; readonly result: readonly string[] };
  'app.moduleMembers': { readonly parameters: { readonly module: string }; readonly result: readonly LiveMember[] };
  /** A variable, else an export; a member of a handle. */
  'app.read': { readonly parameters: { readonly place: AppPlace }; readonly result: LiveMember['value'] };
  'app.members': {
    readonly parameters: { readonly handle: Handle; readonly start?: number; readonly count?: number };
    readonly result: readonly LiveMember[];
  };
  /**
   * `name` is a live name, `expression` JavaScript made from data of the cell, `holder` the object that the cell has of
   * which a property is assigned.
   */
  'app.write': {
    readonly parameters: { readonly name: string; readonly expression: string; readonly holder?: Handle };
    readonly result: { readonly mechanism: string };
  };
  'app.call': {
    readonly parameters: { readonly fn: Handle; readonly receiver?: Handle; readonly args: readonly string[] };
    readonly result: LiveValue;
  };
  'app.release': { readonly parameters: { readonly handles: readonly Handle[] }; readonly result: null };
  /** Ports of the target's own listeners: where `fetch` may go without a grant. */
  'app.ports': { readonly parameters: Record<string, never>; readonly result: readonly number[] };
}

export type AppMethod = keyof AppRequests;

/** `name` is a variable or an export: a cell does not say which. */
export type AppPlace = { readonly module: string; readonly name: string } | Extract<Place, { readonly handle: Handle }>;

/** What each request needs of the session's access; reading needs none. */
export const accessOfAppRequest = (method: string): 'edit' | 'code' | undefined =>
  method === 'app.write' ? 'edit' : method === 'app.call' ? 'code' : undefined;
