import { describe, expect, it } from 'vitest'
import { contextWindow } from './context-window.ts'
import { baseUrlOf, type ProviderKind, providerKind, usesResponses } from './provider-kind.ts'
import type { ProviderSettings } from './settings.ts'

describe('the protocol of an entry', () => {
  it.each<[string, ProviderSettings, ProviderKind, string | undefined]>([
    [
      'x',
      { type: 'Anthropic', api_base: 'https://proxy.example/anthropic/' },
      'anthropic',
      'https://proxy.example/anthropic/v1',
    ],
    ['claude', { type: 'openai', api_base: 'https://h.example/v1' }, 'openai', 'https://h.example/v1'],
    [
      'x',
      { type: 'openai-compatible', api_base: 'https://api.openai.com/v1' },
      'openai-compatible',
      'https://api.openai.com/v1',
    ],
    ['anthropic', { api_base: 'https://api.anthropic.com' }, 'anthropic', 'https://api.anthropic.com/v1'],
    ['claude', { api_base: 'https://api.openai.com/v1' }, 'anthropic', 'https://api.anthropic.com/v1'],
    ['google', {}, 'google', 'https://generativelanguage.googleapis.com/v1beta'],
    [
      'gemini',
      { api_base: 'https://generativelanguage.googleapis.com/v1beta/openai' },
      'google',
      'https://generativelanguage.googleapis.com/v1beta',
    ],
    [
      'mine',
      { api_base: 'https://generativelanguage.googleapis.com/v1beta/openai' },
      'openai-compatible',
      'https://generativelanguage.googleapis.com/v1beta/openai',
    ],
    ['mine', { api_base: 'https://api.anthropic.com/v1' }, 'anthropic', 'https://api.anthropic.com/v1'],
    ['mine', { api_base: 'https://api.openai.com/v1/responses' }, 'openai', 'https://api.openai.com/v1'],
    ['openai', { api_base: 'http://127.0.0.1:8080/v1' }, 'openai-compatible', 'http://127.0.0.1:8080/v1'],
    ['openai', {}, 'openai', 'https://api.openai.com/v1'],
    ['groq', {}, 'openai-compatible', 'https://api.groq.com/openai/v1'],
    ['mine', { api_base: 'https://h.example/v1/chat/completions' }, 'openai-compatible', 'https://h.example/v1'],
    ['vertex', {}, 'google', 'https://aiplatform.googleapis.com/v1/publishers/google'],
    ['cloudflare', {}, 'workers-ai', undefined],
    ['google-ai-studio', {}, 'aistudio', 'https://generativelanguage.googleapis.com/v1beta'],
    ['AIStudio', { api_base: 'h.example/v1beta/models/x' }, 'aistudio', 'https://h.example/v1beta'],
    ['mine', { oauth: { provider: 'ai_studio' } }, 'aistudio', 'https://generativelanguage.googleapis.com/v1beta'],
    ['mine', {}, 'openai-compatible', undefined],
  ])('%s %o is %s', (name, settings, kind, base) => {
    expect(providerKind(name, settings)).toBe(kind)
    expect(baseUrlOf(name, kind, settings)).toBe(base)
  })

  it('uses the Responses API at OpenAI, elsewhere only when told', () => {
    expect(usesResponses('openai', {})).toBe(true)
    expect(usesResponses('openai', { responses: { api: 'chat_completions' } })).toBe(false)
    expect(usesResponses('openai-compatible', { responses: { api: '' } })).toBe(false)
    expect(usesResponses('openai-compatible', { responses: { api: 'responses' } })).toBe(true)
  })
})

describe('what a model can read', () => {
  it.each([
    ['gpt-5.4', 1_050_000],
    ['openai/gpt-4o-mini', 128_000],
    ['anthropic/claude-sonnet-4-5', 200_000],
    ['gpt-4', 8192],
    ['qwen3:8b', 32_768],
    ['something-new', 32_768],
  ])('%s: %i tokens', (id, tokens) => expect(contextWindow(id)).toBe(tokens))

  it('believes the config first', () => expect(contextWindow('gpt-5.4', 5000)).toBe(5000))
})
