/** Says in one line, for the model, what is wrong with a tool's arguments. */
import type * as z from 'zod'

/** `path is required` for what is missing or empty, else `<where>: <what>`, all issues joined by `; `. */
export function describeIssues(input: unknown, issues: readonly z.core.$ZodIssue[]): string {
  return issues.map((issue) => describe(input, issue)).join('; ')
}

function describe(input: unknown, issue: z.core.$ZodIssue): string {
  const where = issue.path.join('.')
  if (where === '') return issue.message.replace(/^Invalid input: /, 'arguments: ')
  const value = at(input, issue.path)
  const empty = issue.code === 'too_small' && typeof value === 'string' && value.trim() === ''
  if (empty || value === undefined || value === null) return `${where} is required`
  return `${where}: ${issue.message.replace(/^Invalid (input|option): /, '')}`
}

function at(input: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = input
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<PropertyKey, unknown>)[key]
  }
  return value
}
