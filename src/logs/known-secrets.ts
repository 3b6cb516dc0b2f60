/** Secrets that are known by value: they must appear in no line, whatever they look like and wherever they stand. */

/** A shorter text would be found in ordinary words. */
const MIN_LENGTH = 6
/** Texts remembered; a config has some dozens. */
const MAX_SECRETS = 1000

export interface KnownSecrets {
  /** From now on these texts are masked, as well as the earlier ones: a replaced key may still be valid. */
  hide(texts: Iterable<string>): void
  /** The text with every known secret masked, also in the forms that JSON and URLs give it. */
  mask(text: string): string
}

/** None at first. */
export function knownSecrets(): KnownSecrets {
  const known = new Set<string>()
  let pattern: RegExp | undefined
  return {
    hide(texts) {
      const before = known.size
      for (const text of texts) {
        if (text.length < MIN_LENGTH || known.size >= MAX_SECRETS) continue
        for (const form of [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text.toWellFormed())])
          known.add(form)
      }
      if (known.size === before) return
      // The longest first: one secret may begin with another.
      const forms = [...known].sort((a, b) => b.length - a.length).map(exactly)
      pattern = new RegExp(forms.join('|'), 'g')
    },
    mask: (text) => (pattern ? text.replace(pattern, '***') : text),
  }
}

/** A pattern for one form. A bare number of a JSON line stays one: a mask in its place would break the line. */
function exactly(form: string): string {
  if (/^\d+$/.test(form)) return `(?<![\\d.:,[-])${form}(?!\\d)`
  return form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
