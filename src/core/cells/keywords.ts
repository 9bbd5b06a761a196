// Words of the language that a cell can begin a name with.
export const keywords = [
  'abstract', 'async', 'await', 'break', 'case', 'catch', 'class', 'const', 'continue', 'debugger', 'default', 'delete', 'do', 'else', 'enum',
  'export', 'extends', 'false', 'finally', 'for', 'function', 'if', 'implements', 'import', 'in', 'instanceof', 'interface', 'let', 'new', 'null',
  'of', 'private', 'protected', 'public', 'readonly', 'return', 'satisfies', 'static', 'super', 'switch', 'this', 'throw', 'true', 'try', 'type',
  'typeof', 'using', 'var', 'void', 'while', 'with', 'yield',
] as const;
