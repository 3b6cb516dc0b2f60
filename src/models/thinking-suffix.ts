/**
 * `model(high)`, `model(8192)`: how much a model shall think, at the end of its name (providers.md section 3). Vendors do
 * not know such names: the suffix becomes what each protocol has for it. Any other text in brackets belongs to the name.
 */
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { ProviderKind } from './provider-kind.ts'
import type { Quirk } from './quirks/index.ts'

/** A level, a budget of tokens (0: none; -1: as much as the model likes), or nothing said. */
export type Thinking = Level | number | undefined
type Level = (typeof LEVELS)[number]

const LEVELS = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const
const OFF = 0
const AUTO = -1
/** The least that Gemini 2.5 Pro takes; its thoughts are not shown then. */
const GOOGLE_OFF = 128
const GOOGLE_BUDGET: Readonly<Record<Level, number>> = {
  minimal: 128,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 32_768,
  max: 32_768,
}

/** A model's name without its suffix, and what that says. */
export function splitThinking(modelId: string): { name: string; thinking: Thinking } {
  const [, name, suffix = ''] = /^(.+)\(([^()]+)\)$/.exec(modelId) ?? []
  const thinking = thinkingOf(suffix.trim().toLowerCase())
  return name === undefined || thinking === undefined ? { name: modelId, thinking: undefined } : { name, thinking }
}

function thinkingOf(suffix: string): Thinking {
  if (suffix === 'none') return OFF
  if (suffix === 'auto' || suffix === '-1') return AUTO
  if (/^\d{1,7}$/.test(suffix)) return Number(suffix)
  return LEVELS.find((level) => level === suffix)
}

/** Members of a chat completions body: of the compatible servers, and of Workers AI. */
export function thinkingBody(thinking: Thinking): Record<string, unknown> {
  if (thinking === undefined) return {}
  if (thinking === OFF) return { thinking: { type: 'disabled' } }
  if (thinking === AUTO) return { reasoning_effort: 'auto' }
  if (typeof thinking === 'number') return { thinking: { type: 'enabled', budget_tokens: thinking } }
  return { reasoning_effort: plainLevel(thinking) }
}

/** What the other protocols need; undefined where nothing is asked for, or the body says it. */
export function thinkingQuirk(kind: ProviderKind, name: string, thinking: Thinking): Quirk | undefined {
  if (thinking === undefined) return undefined
  switch (kind) {
    case 'google':
    case 'aistudio':
      return {
        options: (options) => withOption(options, 'google', { thinkingConfig: googleConfig(name, thinking, options) }),
      }
    case 'anthropic':
      if (typeof thinking !== 'number') return { options: (options) => ({ ...options, reasoning: thinking }) }
      if (thinking === AUTO) return undefined
      if (thinking === OFF) return { options: (options) => ({ ...options, reasoning: 'none' }) }
      return {
        options: (options) =>
          withOption(options, 'anthropic', { thinking: { type: 'enabled', budgetTokens: Math.max(1024, thinking) } }),
      }
    case 'openai':
      if (thinking === AUTO) return undefined
      return { options: (options) => ({ ...options, reasoning: effort(thinking) }) }
    default:
      return undefined
  }
}

function googleConfig(name: string, thinking: Level | number, { providerOptions }: LanguageModelV4CallOptions) {
  const given = providerOptions?.google?.thinkingConfig
  const asked = typeof given === 'object' && given !== null && 'includeThoughts' in given ? given.includeThoughts : true
  const includeThoughts = thinking === OFF ? false : asked !== false
  if (typeof thinking !== 'number') {
    return /gemini-3/i.test(name)
      ? { thinkingLevel: plainLevel(thinking), includeThoughts }
      : { thinkingBudget: GOOGLE_BUDGET[thinking], includeThoughts }
  }
  if (thinking === OFF && /gemini-3/i.test(name)) return { thinkingLevel: 'low', includeThoughts }
  return { thinkingBudget: thinking === OFF ? GOOGLE_OFF : thinking, includeThoughts }
}

/** The three that everybody knows. */
function plainLevel(level: Level): 'low' | 'medium' | 'high' {
  if (level === 'minimal') return 'low'
  return level === 'xhigh' || level === 'max' ? 'high' : level
}

/** OpenAI has levels only: a budget is the level that is known to spend about as much. */
function effort(thinking: Level | number): NonNullable<LanguageModelV4CallOptions['reasoning']> {
  if (typeof thinking !== 'number') return thinking
  if (thinking === OFF) return 'none'
  return thinking <= 1024 ? 'low' : thinking <= 8192 ? 'medium' : 'high'
}

function withOption(
  options: LanguageModelV4CallOptions,
  provider: string,
  members: Record<string, object>,
): LanguageModelV4CallOptions {
  const { providerOptions } = options
  const own = { ...providerOptions?.[provider], ...members } as NonNullable<typeof providerOptions>[string]
  return { ...options, providerOptions: { ...providerOptions, [provider]: own } }
}
