// What Vite's module runner, and so vitest, writes into the code of a module in the place of `import` and `export`.
// The only file of this room that knows it: the rest speaks of wrapped modules.

/** Parameters of its wrapper that give what another module exports, as a promise. */
export const importers: ReadonlySet<string> = new Set(['__vite_ssr_import__', '__vite_ssr_dynamic_import__']);

/** Parameters of its wrapper to which a module tells how its exports are read. */
export const exporters: ReadonlySet<string> = new Set([
  '__vite_ssr_exports__',
  '__vite_ssr_exportName__',
  '__vite_ssr_exportAll__',
]);

/** The variable behind an anonymous default export. */
export const defaultExport = '__vite_ssr_export_default__';

/** Puts what was written in the place of reads of imports; `written` is told where a read begins and what it reads. */
export const writtenImports = (text: string, written: (offset: number, name: string) => string): string =>
  text.replace(
    /(\(0,\s*)?\b__v(?:ite_ssr|i)_import_\d+__\.([\w$]+)(\)?)/g,
    (_read, open: string | undefined, name: string, close: string, offset: number) =>
      `${written(offset, name)}${open === undefined ? close : ''}`,
  );
