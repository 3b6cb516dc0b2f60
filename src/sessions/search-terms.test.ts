import { describe, expect, it } from 'vitest'
import { documentTerms, queryTerms } from './search-terms.ts'

const ofDocument = (text: string) => [...documentTerms(text)]
const ofQuery = (text: string) => queryTerms(text).map(({ text, prefix }) => (prefix ? `${text}*` : text))

describe('the terms of a message', () => {
  it('are its words in lower case, each once, without single letters and digits', () => {
    expect(ofDocument('Deploy v2 to PROD, deploy_2 a 7 é!')).toEqual(['deploy', 'v2', 'to', 'prod', 'é'])
  })

  it('are pairs of neighbouring Han characters, and the last of a run alone', () => {
    expect(ofDocument('部署服务器 和docker镜像')).toEqual([
      '部署', '署服', '服务', '务器', '器', '和', 'docker', '镜像', '像',
    ]) // biome-ignore format: one line reads better
  })

  it('are whole runs of kana, Hangul and of letters with their marks', () => {
    expect(ofDocument('コーヒーを飲む 안녕하세요 नमस्ते')).toEqual(['コーヒーを', '飲', 'む', '안녕하세요', 'नमस्ते'])
  })

  it('are the same for full-width and decomposed forms', () => {
    expect(ofDocument('ＡＰＩ cafe\u0301')).toEqual(ofDocument('api caf\u00e9'))
  })

  it('keep the beginning of a word that no one would type', () => {
    expect(ofDocument('x'.repeat(5000))).toEqual(['x'.repeat(64)])
    expect(ofQuery('x'.repeat(900))).toEqual(['x'.repeat(64)])
  })

  it('hold no character that means something to the index', () => {
    for (const text of ['"a" OR b*', 'col:x NEAR(y)', '\ud800bad\u0000', "'; DROP TABLE x; --"]) {
      for (const term of ofDocument(text)) expect(term).toMatch(/^[\p{L}\p{N}\p{M}]+$/u)
    }
  })
})

describe('the terms of a query', () => {
  it('are those of a message, but a lone Han character stands for all pairs that begin with it', () => {
    expect(ofQuery('Deploy 部署 署')).toEqual(['deploy', '部署', '署*'])
    expect(ofQuery('服务器')).toEqual(['服务', '务器'])
  })

  it('are at most 32, and none where there is nothing to find', () => {
    expect(ofQuery(Array.from({ length: 50 }, (_, i) => `word${i}`).join(' '))).toHaveLength(32)
    expect(ofQuery(' ?! a 1 … 😀 ')).toEqual([])
  })
})
