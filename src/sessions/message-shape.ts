/** The fields of a session's message in every answer that has messages. */
import * as z from 'zod'

export const messageShape = {
  role: z.enum(['user', 'assistant', 'tool', 'system']),
  content: z.string(),
  seq: z.int().describe('Sequence number in the session, from 1.'),
  at: z.int().describe('When it was stored, ms since the epoch.'),
  tool_call_id: z.string().optional(),
  tool_calls: z
    .array(
      z.object({
        id: z.string(),
        type: z.literal('function'),
        function: z.object({ name: z.string(), arguments: z.string().describe('JSON text.') }),
      }),
    )
    .optional(),
}
