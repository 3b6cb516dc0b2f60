/** `clawgo tenants token...`: the tokens of one tenant. */
import { Command, InvalidArgumentError } from 'commander'
import * as z from 'zod'
import { say, sayJson, sayTable } from './output.ts'
import { type ApiOptions, callHost, deleteAtHost, issued, tokenSchema } from './tenants-api.ts'

/** `tokens`, `token`, `rotate` and `revoke`. */
export function tokenCommands(): Command[] {
  return [
    new Command('tokens')
      .description("List a tenant's tokens, without their secrets.")
      .argument('<id>')
      .action(async (id: string, options: ApiOptions) => {
        const { tokens } = await callHost(options, pathOf(id), z.object({ tokens: z.array(tokenSchema) }))
        if (options.json) return sayJson(tokens)
        const rows = tokens.map((token) => [
          ...[token.id, token.scopes.join(' '), token.label],
          ...[shown(token.expires_at), shown(token.last_used)],
        ])
        await sayTable(['id', 'scopes', 'label', 'expires', 'last used'], rows)
      }),
    new Command('token')
      .description('Issue a token; prints it, this once.')
      .argument('<id>')
      .requiredOption('--scope <scope...>', 'owner, chat, read, relay or hook')
      .option('--label <text>', 'what it is for')
      .option('--expires-in <seconds>', 'default: never', seconds)
      .action(async (id: string, options: ApiOptions & { scope: string[]; label?: string; expiresIn?: number }) => {
        const { scope: scopes, label, expiresIn } = options
        const body = { scopes, ...(label !== undefined && { label }), ...(expiresIn && { expires_in: expiresIn }) }
        sayIssued(options, await callHost(options, pathOf(id), issued, body))
      }),
    new Command('rotate')
      .description('Replace a token by a new one; prints it, this once.')
      .argument('<id>')
      .argument('<token-id>')
      .option('--grace <seconds>', 'how long the old one still works (default: it ends at once)', seconds)
      .action(async (id: string, tokenId: string, options: ApiOptions & { grace?: number }) => {
        const path = `${pathOf(id)}/${encodeURIComponent(tokenId)}/rotate`
        sayIssued(options, await callHost(options, path, issued, { grace: options.grace ?? 0 }))
      }),
    new Command('revoke')
      .description('End a token at once, with the sockets it opened.')
      .argument('<id>')
      .argument('<token-id>')
      .action(async (id: string, tokenId: string, options: ApiOptions) => {
        await deleteAtHost(options, `${pathOf(id)}/${encodeURIComponent(tokenId)}`)
        if (options.json) sayJson({ ok: true })
        else say(`Revoked ${tokenId}.`)
      }),
  ]
}

const pathOf = (id: string) => `/tenants/${encodeURIComponent(id)}/tokens`
const shown = (at: number | null) => (at === null ? 'never' : new Date(at).toLocaleString())

function sayIssued(options: ApiOptions, answer: z.output<typeof issued>): void {
  if (options.json) sayJson(answer)
  else say(answer.token)
}

function seconds(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('A number of seconds is needed.')
  return Number(text)
}
