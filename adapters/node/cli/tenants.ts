/** `clawgo tenants`: the tenants of a host, on Node or on Cloudflare, through its admin API. */
import { Command } from 'commander'
import * as z from 'zod'
import { examples } from './examples.ts'
import { CliError } from './failure.ts'
import { say, sayJson, sayTable } from './output.ts'
import { type ApiOptions, callHost, deleteAtHost, issued, oneTenant, tenantSchema, withApi } from './tenants-api.ts'
import { tokenCommands } from './tenants-tokens.ts'

/** Builds the `tenants` command. */
export function tenantsCommand(): Command {
  const tenants = new Command('tenants')
    .description('Create, look at, change and delete the tenants of a host.')
    .addHelpText(
      'after',
      examples([
        ['clawgo tenants create acme', 'prints its first owner token, this once'],
        ['clawgo tenants limits acme \'{"tokens_per_day": {"block": 1000000}}\'', 'what it may use'],
        ['clawgo tenants --help', 'HOST_URL and HOST_ADMIN_TOKEN name the host for all of them'],
      ]),
    )
  for (const command of [create(), list(), show(), usage(), remove(), ...states(), ...settings(), ...tokenCommands()]) {
    tenants.addCommand(withApi(command))
  }
  return tenants
}

function create(): Command {
  return new Command('create')
    .description('Create a tenant; prints its first owner token.')
    .argument('<id>', 'lower-case letters, digits and hyphens')
    .option('--name <name>', 'what to call it')
    .action(async (id: string, options: ApiOptions & { name?: string }) => {
      const body = { id, ...(options.name !== undefined && { name: options.name }) }
      const made = await callHost(options, '/tenants', issued.extend({ tenant: tenantSchema }), body)
      if (options.json) return sayJson(made)
      say(made.token)
      process.stderr.write('Keep this token: it is shown this once.\n')
    })
}

function list(): Command {
  return new Command('list').description('List all tenants.').action(async (options: ApiOptions) => {
    const page = z.object({ tenants: z.array(tenantSchema), next: z.string().optional() })
    const all: Array<z.output<typeof tenantSchema>> = []
    for (let after: string | undefined = ''; after !== undefined; ) {
      const answer: z.output<typeof page> = await callHost(options, `/tenants?limit=1000&after=${after}`, page)
      all.push(...answer.tenants)
      after = answer.next
    }
    if (options.json) return sayJson(all)
    if (all.length === 0) return say('No tenants. Create one: clawgo tenants create <id>')
    const rows = all.map(({ id, name, state, created_at }) => [id, name, state, new Date(created_at).toLocaleString()])
    await sayTable(['id', 'name', 'state', 'created'], rows)
  })
}

function show(): Command {
  return new Command('show')
    .description('Look at a tenant.')
    .argument('<id>')
    .action(async (id: string, options: ApiOptions) =>
      sayJson((await callHost(options, `/tenants/${encodeURIComponent(id)}`, oneTenant)).tenant),
    )
}

function usage(): Command {
  return new Command('usage')
    .description('What a tenant takes up, and how much of each limit is used.')
    .argument('<id>')
    .action(async (id: string, options: ApiOptions) => {
      const answer = z.object({ usage: z.looseObject({}) })
      sayJson((await callHost(options, `/tenants/${encodeURIComponent(id)}/usage`, answer)).usage)
    })
}

function remove(): Command {
  return new Command('delete')
    .description('Delete a tenant and everything it has stored, for good.')
    .argument('<id>')
    .requiredOption('--yes <id>', 'the id once more')
    .action(async (id: string, options: ApiOptions & { yes: string }) => {
      if (options.yes !== id) throw new CliError('--yes must name the tenant once more.', { exitCode: 2 })
      await deleteAtHost(options, `/tenants/${encodeURIComponent(id)}`)
      if (options.json) sayJson({ ok: true })
      else say(`Deleted ${id} and everything it had stored.`)
    })
}

function states(): Command[] {
  const command = (name: string, about: string, suspended: boolean) =>
    new Command(name)
      .description(about)
      .argument('<id>')
      .action(async (id: string, options: ApiOptions) => {
        const { tenant } = await change(id, options, { suspended })
        if (options.json) sayJson(tenant)
        else say(`${id} is ${tenant.state}.`)
      })
  return [
    command('suspend', 'Refuse its requests, close its sockets and let no clock run; its data stays.', true),
    command('resume', 'Let a suspended tenant go on.', false),
  ]
}

function settings(): Command[] {
  const command = (field: 'limits' | 'features', about: string) =>
    new Command(field)
      .description(about)
      .argument('<id>')
      .argument('[json]', 'the new ones, in place of all earlier ones; default: print them')
      .action(async (id: string, text: string | undefined, options: ApiOptions) => {
        const { tenant } =
          text === undefined
            ? await callHost(options, `/tenants/${encodeURIComponent(id)}`, oneTenant)
            : await change(id, options, { [field]: parsed(text) })
        sayJson(tenant[field])
      })
  return [
    command('limits', 'Show or set what a tenant may use.'),
    command('features', 'Show or set what the host allows a tenant: shell, private_network, workers_ai.'),
  ]
}

const change = (id: string, options: ApiOptions, changes: object) =>
  callHost(options, `/tenants/${encodeURIComponent(id)}`, oneTenant, changes)

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CliError('That is no JSON.', { exitCode: 2, cause })
  }
}
