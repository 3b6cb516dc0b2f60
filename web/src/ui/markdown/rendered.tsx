/** The heavy part of Markdown. */
import { memo, type ReactNode } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { blocksOf } from './blocks.ts'
import { CodeBlock } from './code-block.tsx'

const PLUGINS = [remarkGfm]

const COMPONENTS: Components = {
  // The page has a heading above this text already: those of the text come below it.
  h1: ({ children }) => <h3 data-level="1">{children}</h3>,
  h2: ({ children }) => <h4 data-level="2">{children}</h4>,
  h3: ({ children }) => <h5>{children}</h5>,
  h4: ({ children }) => <h6>{children}</h6>,
  h5: ({ children }) => <h6>{children}</h6>,
  a: ({ href, children }) => <Anchor href={href}>{children}</Anchor>,
  // The page's policy loads nothing from elsewhere: a picture that a text names would tell its host who reads it.
  img: ({ src, alt }) =>
    typeof src === 'string' && /^(?:data|blob):/.test(src) ? (
      <img src={src} alt={alt ?? ''} className="my-2 max-w-full rounded-lg" />
    ) : (
      <Anchor href={typeof src === 'string' ? src : undefined}>{alt || src}</Anchor>
    ),
  pre: ({ children }) => children,
  code: ({ className, children }) => {
    const text = String(children)
    const language = /language-([\w+#.-]+)/.exec(className ?? '')?.[1]
    return language || text.includes('\n') ? (
      <CodeBlock text={text.replace(/\n$/, '')} language={language} />
    ) : (
      <code>{children}</code>
    )
  },
  // Wide tables scroll by themselves, with the keyboard too.
  table: ({ children }) => (
    <section className="table-scroll" tabIndex={0} aria-label="table">
      <table>{children}</table>
    </section>
  ),
}

function Anchor({ href, children }: { href: string | undefined; children: ReactNode }) {
  return href ? (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ) : (
    children
  )
}

const Block = memo(function Block({ text }: { text: string }) {
  return (
    <ReactMarkdown remarkPlugins={PLUGINS} components={COMPONENTS}>
      {text}
    </ReactMarkdown>
  )
})

export default function Rendered({ text, growing }: { text: string; growing: boolean }) {
  // Whole, links that are defined at the end of a text are found.
  if (!growing) return <Block text={text} />
  return blocksOf(text).map((block, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a text grows at its end only
    <Block key={at} text={block} />
  ))
}
