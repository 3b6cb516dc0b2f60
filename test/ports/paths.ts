/** The corpus of paths (files-and-shell.md section 2): what a new name may be, and what it becomes. */

export const REFUSED: readonly string[] = [
  ...['..', '../x', 'a/../../x', 'a/..', 'a/../b', './../x', '/etc/passwd', '//etc/passwd', '\\etc', '..\\x'],
  ...['a\\..\\..\\x', 'C:\\x', 'c:x', 'C:/x', '\\\\srv\\share', '//?/C:/x', 'a\0b', '\0', 'a\nb', 'a\x7fb'],
  ...['con', 'CON', 'nul.txt', 'a/aux/b', 'com1', 'lpt9.log', 'COM¹', 'x.', 'x ', 'a./b', '...'],
  ...['file.txt::$DATA', 'a:b', 'a|b', 'a?b', 'a*b', 'a"b', '<a>', 'file:///etc/passwd'],
  ...['x'.repeat(256), 'ü'.repeat(128), `${'a/'.repeat(70)}x`, '\ud800'],
]

/** Refused also for reading: they leave the root, or no file system could hold them. */
export const ESCAPING: readonly string[] = [
  ...['..', '../x', 'a/../../x', 'a/..', 'a/../b', './../x', '/etc/passwd', '//etc/passwd', '//?/C:/x'],
  ...['a\0b', '\0', '\ud800'],
]

export const ACCEPTED: ReadonlyArray<readonly [given: string, cleaned: string]> = [
  ...(
    ['a', '.env', '..a', 'a..b', '...a', '%2e%2e/x', '~', '~/x', '日本語/記事.md', '-rf', '$HOME', 'a b'] as const
  ).map((name) => [name, name] as const),
  ['./a', 'a'],
  ['a//b', 'a/b'],
  ['a/./b/', 'a/b'],
  ['é', 'é'],
  ['e\u0301', 'é'],
  ['', ''],
  ['.', ''],
  ['‥/x', '‥/x'],
  ['․․/x', '․․/x'],
  ['．．/x', '．．/x'],
  ['conx', 'conx'],
  ['console.log', 'console.log'],
  ['__proto__', '__proto__'],
]
