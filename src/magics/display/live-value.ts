// Values of the target as text: previews were made there without running its code; here they are only laid out.
import type { DisplayOutput } from '../../core/sandbox/ports.ts';
import type { LiveMember } from '../../core/targets/live-value.ts';
import type { InspectReport } from '../../features/livestate/types.ts';
import { preformatted } from './html.ts';
import { oneLine, paint, type TextStyle } from './style.ts';
import { table } from './table.ts';

export function liveText(value: LiveMember['value']): string {
  switch (value.kind) {
    case 'undefined':
    case 'null':
      return value.kind;
    case 'boolean':
      return String(value.value);
    case 'number':
      return value.text ?? String(value.value);
    case 'bigint':
      return `${value.text}n`;
    case 'string':
      return `${JSON.stringify(value.value)}${value.length === undefined ? '' : ` … (${value.length} characters)`}`;
    case 'redacted':
      return `[redacted: ${value.name}]`;
    case 'symbol':
      return `Symbol(${value.description})`;
    case 'accessor':
      return `[${[value.getter ? 'getter' : '', value.setter ? 'setter' : ''].filter((part) => part !== '').join('/')}, not run]`;
    case 'function':
    case 'object':
      return value.preview;
  }
}

/** `%inspect name`: the value, and its members. */
export function showInspection(report: InspectReport, style: TextStyle, withSource = true): DisplayOutput {
  const head = `${paint(style, 'name', report.name)} = ${oneLine(liveText(report.value))}${report.place === undefined ? '' : paint(style, 'dim', `  ${report.place}`)}`;
  const source = withSource && report.source !== undefined ? `\n\n${report.source}` : '';
  if (report.members.length === 0)
    return {
      data: { 'text/plain': head + source, ...(style.color ? {} : { 'text/html': preformatted(head + source) }) },
    };
  const more = report.total - report.members.length;
  const members = table(
    [
      { head: 'member', cell: (member: LiveMember) => member.step },
      { head: 'value', cell: (member) => liveText(member.value), flexible: true },
      { head: 'kind', cell: (member) => member.origin + (member.writable ? '' : ', constant'), tone: () => 'dim' },
    ],
    report.members,
    style,
    { caption: head, notes: more > 0 ? [`… ${more.toLocaleString('en-US')} more`] : [] },
  );
  return { data: { ...members.data, 'text/plain': `${String(members.data['text/plain'])}${source}` } };
}
