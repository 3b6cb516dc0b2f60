import { describe, expect, it } from 'vitest'
import { htmlToMarkdown } from './html-to-markdown.ts'

const base = new URL('https://example.com/docs/page')
const md = (html: string) => htmlToMarkdown(html, base).markdown

describe('htmlToMarkdown', () => {
  it.each([
    ['<h2> Title </h2><p>One\n  two</p><p>three', '## Title\n\nOne two\n\nthree'],
    ['a<b> bold </b>b <i></i><em>x</em>', 'a **bold** b *x*'],
    [
      '<a href="../x">up</a> <a href="#top">top</a> <a href="javascript:alert(1)">js</a>',
      '[up](https://example.com/x) top js',
    ],
    ['<a href="/w_(x)">w</a>', '[w](https://example.com/w_%28x%29)'],
    ['<img src=/i.png alt="A [cat]"><img src=/i.png>', '![A cat](https://example.com/i.png)'],
    ['<ul><li>a<li><p>b</p><ol start=3><li>c<li>d</ol></ul>after', '- a\n- b\n  3. c\n  4. d\n\nafter'],
    ['<blockquote><p>a</p><p>b<br>c</p></blockquote>d', '> a\n>\n> b\n> c\n\nd'],
    ['<table><tr><th>k<th>v<tr><td>a<td>1</table>', 'k | v\na | 1'],
    ['<pre><code>x = 1\n  y</code></pre>', '```\nx = 1\n  y\n```'],
    ['use <code>a b</code>.', 'use `a b`.'],
    ['&lt;b&gt; &amp; &eacute; &#128512;', '<b> & é 😀'],
    ['a<script>x()</script><style>b{}</style><nav>menu</nav><noscript>no</noscript>b', 'ab'],
    ['<base href="https://other.org/y/"><a href="z">z</a>', '[z](https://other.org/y/z)'],
    ['<constructor>a</constructor><valueOf>b</valueOf>', 'ab'],
    ['', ''],
  ])('%s', (html, expected) => {
    expect(md(html)).toBe(expected)
  })

  it('takes the main part where there is one with text, its header included', () => {
    const story = 'A long story. '.repeat(10).trim()
    expect(
      md(`<header>Menu</header><div>Ads</div><main><header><h1>T</h1></header><p>${story}</p></main><div>x</div>`),
    ).toBe(`# T\n\n${story}`)
    expect(md(`<article></article><p>${story}</p>`)).toBe(story)
    expect(md(`<p>${story.repeat(5)}</p><article>teaser</article>`)).toContain('A long story')
  })

  it('knows the title', () => {
    expect(htmlToMarkdown('<head><title> The\n page </title></head><p>x').title).toBe('The page')
  })

  const hostile = {
    'open divs': '<div>'.repeat(200_000),
    'open tags of many kinds': '<b><i><a href=x><ul><li><blockquote>'.repeat(30_000),
    'angle brackets': '<'.repeat(1_000_000),
    'an open attribute': `<a href="${'x'.repeat(1_000_000)}`,
    'many attributes': `<a ${'a=b '.repeat(200_000)}>`,
    entities: '&amp;'.repeat(200_000),
    'broken entities': '&#x'.repeat(300_000),
    'an open comment': `<!--${'-'.repeat(1_000_000)}`,
    'stray end tags': '</p></b></ul></main>'.repeat(50_000),
    'empty marks': '<b></b>'.repeat(150_000),
    'unclosed links': '<a href=/x>y'.repeat(80_000),
    'deep lists': '<ul><li>x'.repeat(240) + '<li>y'.repeat(100_000),
  }
  it.each(Object.entries(hostile))('ends soon with %s', (_name, html) => {
    const started = performance.now()
    const { markdown } = htmlToMarkdown(`<p>before</p>${html}`, base)
    expect(performance.now() - started).toBeLessThan(6000)
    expect(markdown.startsWith('before')).toBe(true)
    expect(markdown.length).toBeLessThan(2_600_000)
  })

  it('says that it stopped', () => {
    expect(htmlToMarkdown(`x${'<div>'.repeat(1000)}y`)).toMatchObject({ markdown: 'x', cut: true })
    expect(htmlToMarkdown(`x${'<div>'.repeat(400)}y`)).toMatchObject({ markdown: 'x\n\ny', cut: false })
  })
})
