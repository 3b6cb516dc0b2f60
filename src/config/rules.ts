/** How rules are written: a list of what must hold, each with its complaint. */

/** A rule: what must hold, and what to say when it does not. */
export type Rule = readonly [holds: boolean, problem: string]

/** The problems of a list of rules, in order. */
export function check(rules: readonly Rule[]): string[] {
  return rules.filter(([holds]) => !holds).map(([, problem]) => problem)
}

/** True for a text that says nothing. */
export const blank = (text: string) => text.trim() === ''

/** One problem for each blank text of a list. */
export function emptyItems(path: string, list: readonly string[]): string[] {
  return list.flatMap((each, index) => (blank(each) ? [`${path}[${index}] must not be empty`] : []))
}
