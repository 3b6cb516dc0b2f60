/** Which model answers, as the running gateway tells it. */
import * as z from 'zod'
import { callGateway, type RunningGateway } from './running-gateway.ts'

/** `ref` is `provider/model`; `source` says what connected it. */
export interface ModelInUse {
  ref: string
  source: string
}

const statusAnswer = z.object({ model: z.object({ primary: z.string(), source: z.string() }) })

const SOURCES: Record<string, string> = {
  config: 'from config.json',
  env: 'from an API key in the environment',
  local: 'a model server on this machine',
  'workers-ai': 'Workers AI',
  offline: 'no model connected',
}

/** The model the gateway asks first. */
export async function modelInUse(gateway: RunningGateway): Promise<ModelInUse> {
  const { model } = await callGateway(gateway, '/api/status', statusAnswer)
  return { ref: model.primary, source: model.source }
}

/** One line for people. */
export function modelText({ ref, source }: ModelInUse): string {
  return `${ref} (${SOURCES[source] ?? source})`
}

/** How to connect a model, for a gateway that has none. */
export const CONNECT_A_MODEL = [
  'No model is connected: the gateway answers by itself, without one. To connect one, do one of these:',
  '  npx clawgo onboard                    asks for provider, key and model',
  '  OPENAI_API_KEY=... npm start          also ANTHROPIC_API_KEY, GEMINI_API_KEY, OPENROUTER_API_KEY and others',
  '  ollama serve                          a local model server on its usual port is found by itself',
]
