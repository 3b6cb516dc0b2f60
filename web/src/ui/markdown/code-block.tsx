/** Code with a button that copies it, coloured where its language is known. */
import { useMemo } from 'react'
import { parse, type TokenType } from 'sugar-high/core'
import { lang, languages } from 'sugar-high/lang'
import { catalogue, useWords } from '../../language/words.ts'
import { CopyButton } from '../copy-button.tsx'

const words = catalogue({ code: ['Code', '代码'] })

/** Longer code is shown plain: colouring it would hold the page up. */
const MAX_COLOURED = 20_000
const COLOURS: Readonly<Partial<Record<TokenType, string>>> = {
  keyword: 'code-keyword',
  string: 'code-string',
  jsxliterals: 'code-string',
  class: 'code-name',
  entity: 'code-name',
  comment: 'code-comment',
}

export function CodeBlock({ text, language }: { text: string; language: string | undefined }) {
  const t = useWords(words)
  const known = language && text.length <= MAX_COLOURED ? lang(language) : undefined
  const lines = useMemo(() => {
    const options = languages.find(({ id }) => id === known)?.config
    return known ? parse(text, options).lines : undefined
  }, [text, known])
  return (
    <div className="code-block">
      <div className="flex items-center justify-between py-1 pr-1 pl-3 text-muted text-xs">
        <span>{language ?? ''}</span>
        <CopyButton text={text} />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: what is in it is preformatted */}
      <pre tabIndex={0} role="region" aria-label={t('code')}>
        <code>
          {lines
            ? lines.map(({ index, tokens }) => (
                <span key={index}>
                  {tokens.map(({ type, value }, at) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: tokens have no identity
                    <span key={at} className={COLOURS[type]}>
                      {value}
                    </span>
                  ))}
                  {'\n'}
                </span>
              ))
            : text}
        </code>
      </pre>
    </div>
  )
}
