/** The headers of one part of a multipart form (RFC 7578, and what browsers and curl make of it). */

export interface PartName {
  name: string
  /** Last path component of the file's name as it was sent; null for a plain value. */
  filename: string | null
}

/** Name and filename from a part's header lines. */
export function partName(lines: readonly string[]): PartName {
  const header = lines.find((line) => /^content-disposition\s*:/i.test(line)) ?? ''
  const parameters = new Map<string, string>()
  for (const [, key, quoted, plain] of header.matchAll(/;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g)) {
    const name = key!.toLowerCase()
    if (!parameters.has(name)) parameters.set(name, quoted === undefined ? plain! : unescaped(quoted))
  }
  const filename = extended(parameters.get('filename*')) ?? parameters.get('filename')
  return { name: parameters.get('name') ?? '', filename: filename === undefined ? null : baseName(filename) }
}

/** A backslash escapes a quote or itself, else it is one (Windows paths); browsers write quotes and line ends as %XX. */
function unescaped(text: string): string {
  return text
    .replace(/\\(["\\])/g, '$1')
    .replace(/%(22|0D|0A)/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** `UTF-8''na%C3%AFve.txt`; undefined for other charsets and broken escapes. */
function extended(value: string | undefined): string | undefined {
  const [, encoded] = /^utf-8'[^']*'(.*)$/i.exec(value ?? '') ?? []
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, '')
  return trimmed.slice(trimmed.lastIndexOf('/') + 1)
}
