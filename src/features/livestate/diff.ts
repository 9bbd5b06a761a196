// A unified diff of two texts without headers, with three lines of context; by longest common subsequence of lines,
// after the equal head and tail are taken off.
const context = 3;
/** Above this many line pairs the middle is shown as all removed, all added: a diff is for reading, not for patching. */
const largestTable = 4_000_000;

type Line = readonly [' ' | '-' | '+', string];

export function unifiedDiff(before: string, after: string): string {
  if (before === after) return '';
  const lines = compare(before.split('\n'), after.split('\n'));
  const kept = lines.map((_, at) =>
    lines.slice(Math.max(0, at - context), at + context + 1).some(([mark]) => mark !== ' '),
  );
  const shown: string[] = [];
  lines.forEach(([mark, text], at) => {
    if (kept[at]) shown.push(`${mark}${text}`);
    else if (at > 0 && kept[at - 1]) shown.push('…');
  });
  return shown.join('\n').replace(/\n…$/, '');
}

function compare(a: readonly string[], b: readonly string[]): readonly Line[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const equal = (text: string): Line => [' ', text];
  return [
    ...a.slice(0, head).map(equal),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(equal),
  ];
}

function middle(a: readonly string[], b: readonly string[]): readonly Line[] {
  if (a.length * b.length > largestTable)
    return [...a.map((text): Line => ['-', text]), ...b.map((text): Line => ['+', text])];
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push([' ', a[i]!]);
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || common[(i + 1) * width + j]! >= common[i * width + j + 1]!))
      lines.push(['-', a[i++]!]);
    else lines.push(['+', b[j++]!]);
  }
  return lines;
}
