/** How much a model can read, by the pattern of its id: only what is certain; compaction lives with the default. */

const DEFAULT = 32_768

/** First match wins; ids are matched in lower case, with or without a vendor's prefix. */
const TABLE: ReadonlyArray<readonly [pattern: RegExp, tokens: number]> = [
  [/gpt-5(\.\d+)?-chat/, 128_000],
  [/gpt-5\.[4-9]/, 1_050_000],
  [/gpt-5/, 400_000],
  [/gpt-4\.1/, 1_047_576],
  [/gpt-4o|gpt-4-turbo|chatgpt-4o/, 128_000],
  [/gpt-4-32k/, 32_768],
  [/gpt-4(?![\w.])/, 8_192],
  [/gpt-3\.5/, 16_385],
  [/gpt-oss/, 131_072],
  [/(^|\/)o[134](-|$)/, 200_000],
  [/claude/, 200_000],
  [/gemini/, 1_048_576],
  [/gemma-?[34]/, 128_000],
  [/deepseek/, 128_000],
  [/grok-4(\.\d+)?-fast|grok-4\.[1-9]/, 2_000_000],
  [/grok-4/, 256_000],
  [/grok/, 131_072],
  [/mistral-large|mistral-medium|mistral-small-3|devstral|magistral|codestral/, 128_000],
  [/kimi-k[2-9]/, 262_144],
  [/glm-(4\.[5-9]|[5-9])/, 131_072],
  [/minimax-m/, 196_608],
  [/llama-4/, 131_072],
  [/llama-?3\.3-70b-instruct-fp8-fast/, 24_000],
  [/qwen3.*(max|plus|coder)/, 262_144],
]

/** Tokens `modelId` can read. A setting above 0 wins; an unknown model gets a careful 32768. */
export function contextWindow(modelId: string, setting?: number): number {
  if (setting !== undefined && setting > 0) return setting
  const id = modelId.toLowerCase()
  // A local server gives a model as much as it was started with, whatever its family can do.
  if (/:\w|\.gguf$/.test(id)) return DEFAULT
  return TABLE.find(([pattern]) => pattern.test(id))?.[1] ?? DEFAULT
}
