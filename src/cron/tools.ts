/** The agent's own hands on the schedule: `cron` and `remind` (agent.md section 9.12). */
import * as z from 'zod'
import { badRequest, GatewayError } from '../errors.ts'
import { type AnyTool, defineTool, type ToolContext } from '../tools/index.ts'
import { reminderTime } from './reminder-time.ts'
import { cronRequest } from './request.ts'
import { act } from './routes.ts'
import { goDuration } from './schedule.ts'
import type { CronService } from './service.ts'
import { localZone } from './zone.ts'

export function cronTools(deps: { cron: CronService; now: () => number }): AnyTool[] {
  return [
    defineTool({
      name: 'cron',
      description:
        'Manage scheduled jobs. action: list, create, update, delete, enable, disable, run. create needs message (what you will be ' +
        'asked to do) and a schedule: expr (5-field cron, @daily, @every 1h30m), optional tz, or at (RFC 3339, once). With ' +
        'deliver, channel and to the reply is sent to that chat.',
      input: cronRequest.extend({ action: z.string().default('list') }),
      async run(request, context) {
        ownerOnly(context)
        const action = request.action.trim().toLowerCase() || 'list'
        const id = String(request.id ?? '').trim()
        if (!id && ['update', 'delete', 'enable', 'disable', 'run', 'get'].includes(action)) {
          throw badRequest(`missing required field: id for action=${action}`)
        }
        if (action === 'list') return JSON.stringify(deps.cron.list(), null, 2)
        const result = act(deps.cron, { ...request, action }, id)
        return action === 'create' || action === 'update' || action === 'run'
          ? JSON.stringify(result, null, 2)
          : `${action}d job: ${id}`
      },
    }),
    defineTool({
      name: 'remind',
      description:
        'Set a reminder that comes back to this chat. time_expr: 10m, 1h30m, 09:00 (today, else tomorrow), 2026-03-01 09:00.',
      input: z.object({
        message: z.string().describe('What to be reminded of.'),
        time_expr: z.string(),
        channel: z.string().optional(),
        chat_id: z.string().optional(),
      }),
      async run({ message, time_expr, channel, chat_id }, context) {
        const now = deps.now()
        if (!message.trim()) throw badRequest('message is required')
        const at = reminderTime(time_expr, now, localZone())
        const target = { channel: channel?.trim() || context.channel, to: chat_id?.trim() || context.chat }
        const here = target.channel === context.channel && target.to === context.chat
        if (!here) ownerOnly(context)
        const job = deps.cron.create(
          {
            name: 'Reminder',
            message,
            at: new Date(at).toISOString(),
            deleteAfterRun: true,
            deliver: target.channel !== 'cli',
            ...(target.channel === 'cli' ? {} : target),
          },
          { kind: 'reminder', ...(here ? { session: context.session } : {}) },
        )
        const wait = goDuration(Math.round((at - now) / 1000) * 1000)
        return `Reminder set for ${new Date(at).toUTCString()} (in ${wait}). Job ID: ${job.id}`
      },
    }),
  ]
}

function ownerOnly({ owner }: ToolContext): void {
  if (!owner) throw new GatewayError(403, 'owner_only', 'only the owner of this gateway may do that')
}
