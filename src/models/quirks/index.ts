/** What must be known of vendors and models beside their protocol; one file a quirk. */
import type { ProviderKind } from '../provider-kind.ts'
import { googleSchemas } from './google-schemas.ts'
import { printedCalls } from './printed-calls.ts'
import { promptCache } from './prompt-cache.ts'
import { thinkTags } from './think-tags.ts'
import type { Quirk } from './wrapped-model.ts'

export { codexBody } from './codex.ts'
export { forgivingFetch } from './refused-fields.ts'
export { type PartRewriter, type Quirk, withQuirks } from './wrapped-model.ts'

/**
 * The quirks of a model by its protocol, in the order they look at an answer: thoughts are taken out before calls are looked
 * for. They may learn: each opened model has its own.
 */
export function quirksOf(kind: ProviderKind, modelId: string): readonly Quirk[] {
  switch (kind) {
    case 'openai-compatible':
    case 'workers-ai':
      return [thinkTags(modelId), printedCalls]
    case 'anthropic':
      return [promptCache, printedCalls]
    case 'google':
    case 'aistudio':
      return [googleSchemas]
    default:
      return []
  }
}
