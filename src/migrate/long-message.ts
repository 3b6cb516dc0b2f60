/** Messages too long for a row: the session keeps their beginning, a file keeps them whole. */
import { FileError, type Files } from '../files/index.ts'
import { fingerprintText } from './fingerprint.ts'
import type { OldMessage } from './session-line.ts'

/** Characters of a message in the database. A row may have 2 MB on the edge, and a character takes up to three bytes. */
const ROW_CHARS = 400_000
/** Of one tool call's arguments, or of the reasoning, in a message that is too long. */
const PART_CHARS = 20_000
const CALLS = 8

/** True when a message does not fit into a row as it is. */
export function isLong({ content, reasoning = '', calls = [] }: OldMessage): boolean {
  const made = calls.reduce((sum, call) => sum + call.id.length + call.function.arguments.length + 100, 0)
  return content.length + reasoning.length + made > ROW_CHARS
}

/** Where a long message is kept, in the home. Two alike share the file. */
export function longMessagePath(message: OldMessage): string {
  return `migrations/long-messages/${fingerprintText(JSON.stringify(message))}.json`
}

/** Writes the whole message into the home, once, and returns what fits into a row, with a note where the rest is. */
export async function keepLong(home: Files, message: OldMessage): Promise<OldMessage> {
  const path = longMessagePath(message)
  await home.write(path, JSON.stringify(message), { ifVersion: null }).catch((error: unknown) => {
    if (!(error instanceof FileError && error.code === 'EEXIST')) throw error
  })
  const note = `\n\n[Cut: the whole message is kept in the gateway's home, ${path}]`
  const { content, reasoning, calls, ...rest } = message
  const cut = content.slice(0, ROW_CHARS - CALLS * PART_CHARS - PART_CHARS)
  return {
    ...rest,
    content: content === cut ? content : `${cut.replace(/[\uD800-\uDBFF]$/, '')}${note}`,
    ...(reasoning && reasoning.length <= PART_CHARS && { reasoning }),
    ...(calls && {
      calls: calls
        .slice(0, CALLS)
        .map((call) =>
          call.function.arguments.length <= PART_CHARS
            ? call
            : { ...call, function: { ...call.function, arguments: JSON.stringify({ cut: `kept whole in ${path}` }) } },
        ),
    }),
  }
}
