/** How files are coloured, by their names. Each language is loaded when it is needed. */
import { defineLanguageFacet, Language, languageDataProp } from '@codemirror/language'
import type { Extension } from '@codemirror/state'

/** The extension for a file; none for plain text. */
export async function languageOf(name: string): Promise<Extension> {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  if (ending === 'md' || ending === 'markdown') return markdown()
  if (/^json[5c]?$/.test(ending)) return (await import('@codemirror/lang-json')).json()
  if (ending === 'yaml' || ending === 'yml') return (await import('@codemirror/lang-yaml')).yaml()
  return []
}

/** Only Markdown itself: the package for it would bring HTML, CSS and JavaScript along, for fences and tags. */
async function markdown(): Promise<Extension> {
  const { GFM, parser } = await import('@lezer/markdown')
  const data = defineLanguageFacet()
  const props = [languageDataProp.add({ Document: data })]
  const content = new Language(data, parser.configure([GFM, { props }]), [], 'markdown')
  // Skills begin with a head of YAML.
  return (await import('@codemirror/lang-yaml')).yamlFrontmatter({ content })
}
