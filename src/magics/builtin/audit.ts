// %audit: what was allowed, done and refused in this session, and whether the trail is unbroken.
import type { AuditEntry } from '../../core/session/audit.ts';
import { defineMagic } from '../declare.ts';
import { table } from '../display/table.ts';
import { formatCount } from '../quantities.ts';

export const auditMagic = defineMagic({
  name: 'audit',
  summary: 'show what was allowed, done and refused, and check the trail',
  main: {
    summary: 'show what was allowed, done and refused, and check the trail',
    options: [{ name: 'limit', type: 'number', about: 'how many entries, the newest', fallback: '50' }],
    run: async ({ services, style }, { values }) => {
      const { audit } = services.session;
      const check = audit.verify();
      const entries = audit.entries();
      const limit = Math.max(1, (values['limit'] as number | undefined) ?? 50);
      const verdict = check.intact
        ? `chain intact, ${formatCount(check.entries, 'entry', 'entries')}`
        : `CHAIN BROKEN: ${check.reason}`;
      const display = table<AuditEntry>(
        [
          { head: '#', cell: (entry) => String(entry.n), right: true },
          { head: 'time', cell: (entry) => entry.at.slice(11, 19) },
          { head: 'user', cell: (entry) => entry.user },
          { head: 'what', cell: (entry) => entry.what, tone: (entry) => (entry.what === 'refuse' ? 'bad' : undefined) },
          { head: 'details', cell: (entry) => describe(entry.details), flexible: true },
        ],
        entries.slice(-limit),
        style,
        { empty: 'nothing that needs access has been done', notes: [`${verdict}  ${audit.path}`] },
      );
      return { data: { path: audit.path, check, entries: entries.slice(-limit) }, display };
    },
  },
});

const describe = (details: AuditEntry['details']): string =>
  Object.entries(details)
    .map(([name, value]) => `${name} ${textOf(value)}`)
    .join(', ');

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : Array.isArray(value) ? value.map(textOf).join(' ') : JSON.stringify(value);
