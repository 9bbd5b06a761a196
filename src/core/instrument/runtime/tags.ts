// The first byte of a value on the tape: what follows it.
export const Tag = {
  undefined: 0, null: 1, true: 2, false: 3, int: 4, double: 5, string: 6, bigint: 7, ref: 8, object: 9, array: 10, map: 11, set: 12,
  date: 13, regexp: 14, error: 15, bytes: 16, instance: 17, function: 18, foreign: 19, foreignPromise: 20, ownPromise: 21, symbol: 22,
  cut: 23, redacted: 24, hole: 25, nullObject: 26, boxed: 27, intrinsic: 28, pending: 29, native: 30, global: 31,
} as const;
