// First byte of each event; the order of fields is in docs/tape-format.md.
export const Kind = {
  enter: 1,
  leave: 2,
  settled: 3,
  ask: 4,
  answer: 5,
  settle: 6,
  request: 7,
  response: 8,
  state: 9,
  mark: 11,
  gap: 12,
  dropped: 13,
} as const;
