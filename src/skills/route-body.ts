/** The JSON bodies of `POST /api/skills`: forgiving about how values are written (api-behaviour.md section 5.7). */
import * as z from 'zod'
import { badRequest } from '../errors.ts'
import { parseFirstJson, readText } from '../http/index.ts'
import { MAX_FILE_BYTES } from './skill-files.ts'

/** A file of 10 MB, written as JSON. */
const MAX_BODY = MAX_FILE_BYTES * 2

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const optionalText = text.nullish().transform((value) => value ?? undefined)

const ON = new Set(['true', '1', 'yes', 'on'])

/** What a JSON body may say. */
export const skillAction = z.object({
  action: optionalText.transform((action) => action?.trim().toLowerCase() ?? ''),
  id: optionalText,
  name: optionalText,
  description: optionalText,
  /** A list, or text separated by commas. */
  tools: z
    .union([z.array(text), text.transform((list) => list.split(','))])
    .nullish()
    .transform((tools) => tools ?? undefined),
  system_prompt: optionalText,
  file: optionalText,
  content: optionalText,
  ignore_suspicious: z
    .unknown()
    .optional()
    .transform((value) => (typeof value === 'string' ? ON.has(value.trim().toLowerCase()) : Boolean(value))),
})

export type SkillAction = z.output<typeof skillAction>

/** Reads an action; 400 `invalid json` for anything else, 413 over 20 MB. */
export async function readAction(request: Request): Promise<SkillAction> {
  const body = await readText(request, MAX_BODY)
  try {
    return skillAction.parse(parseFirstJson(body))
  } catch (cause) {
    throw badRequest('invalid json', { cause })
  }
}
