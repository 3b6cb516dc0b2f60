/** Globs of models: the plain kind, which no pattern can make slow. */
import picomatch from 'picomatch'

const MAX_LENGTH = 300

/**
 * A test for paths: `*`, `?`, `[a-z]`, `{a,b}`, and `**` for any folders. A pattern without a slash is for the file's
 * name, wherever it lies. Throws for a pattern that could take very long.
 */
export function globTest(pattern: string): (path: string) => boolean {
  const anchored = pattern.replace(/^(\.?\/)+/, '')
  const globstars = anchored.split('/').filter((part) => part.includes('**')).length
  const stars = Math.max(...anchored.split('/').map((part) => part.replaceAll('**', '').split('*').length - 1))
  const choices = anchored.split('{').length - 1
  if (anchored.length > MAX_LENGTH || globstars > 4 || stars > 4 || choices > 4) {
    throw new Error('the pattern is too complex: use at most four * in a name, four ** and four {}')
  }
  // Groups and `+` would reach the regular expression as they are; here they are letters of a name.
  const plain = anchored.replace(/\\?[()+|]/g, (found) => (found.startsWith('\\') ? found : `\\${found}`))
  const options = { dot: true, nonegate: true, noextglob: true }
  const test = picomatch(anchored.includes('/') ? plain : `**/${plain}`, options)
  return (path) => test(path)
}
