/** What must be known of vendors and models beside their protocol; one file a quirk. */
import type { ProviderKind } from '../provider-kind.ts'
import { googleSchemas } from './google-schemas.ts'
import { printedCalls } from './printed-calls.ts'
import { promptCache } from './prompt-cache.ts'
import { thinkTags } from './think-tags.ts'
import type { Quirk } from './wrapped-model.ts'

export { forgivingFetch } from './refused-fields.ts'
export { withQuirks } from './wrapped-model.ts'

/** The quirks of a protocol, in the order they look at an answer: thoughts are taken out before calls are looked for. */
export const QUIRKS: Readonly<Record<ProviderKind, readonly Quirk[]>> = {
  openai: [],
  'openai-compatible': [thinkTags, printedCalls],
  'workers-ai': [thinkTags, printedCalls],
  anthropic: [promptCache, printedCalls],
  google: [googleSchemas],
  aistudio: [googleSchemas],
  offline: [],
}
