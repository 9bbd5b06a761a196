// Secrets stay home: what looks like one by its name or form is replaced before a value is written.

export interface Redaction {
  /** Whether the value under this key is a secret. */
  key(name: string): boolean;
  /** The text with secrets taken out. */
  text(value: string): string;
}

const names =
  /^(pass(word|wd|phrase)?|secret|token|authorization|cookie|set-cookie|api[-_]?key|apikey|access[-_]?token|refresh[-_]?token|client[-_]?secret|private[-_]?key|session[-_]?id|credit[-_]?card|card[-_]?number|cvv|ssn|x-api-key|proxy-authorization)$/i;
const forms =
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g;

/** @param extra further names, as regular expression sources, matched against the whole key */
export function makeRedaction(extra: readonly string[] = []): Redaction {
  const more = extra.length > 0 ? new RegExp(`^(?:${extra.join('|')})$`, 'i') : undefined;
  const known = new Map<string, boolean>();
  return {
    key: (name) => {
      let secret = known.get(name);
      if (secret === undefined) {
        secret = names.test(name) || more?.test(name) === true;
        // Keys of data used as dictionaries are many: the memory stays bounded.
        if (known.size < 4096) known.set(name, secret);
      }
      return secret;
    },
    text: (value) =>
      value.length >= 14 && /Bearer|Basic|PRIVATE KEY|eyJ/.test(value) ? value.replace(forms, '[redacted]') : value,
  };
}
