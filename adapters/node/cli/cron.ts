/** `clawgo cron`: the schedule from a terminal (workspace-formats.md section 4.9). */
import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { type AddOptions, addJob } from './cron-add.ts'
import { actOn, ID_HELP, type Job, jobsOf, runsOf, sayJobs, sayRuns, withRun } from './cron-jobs.ts'
import { examples } from './examples.ts'
import { CliError } from './failure.ts'
import { resolveHome } from './home.ts'
import { say, sayJson } from './output.ts'
import type { RunningGateway } from './running-gateway.ts'
import { withGateway } from './with-gateway.ts'

interface GlobalOptions {
  config?: string
  json?: boolean
}

/** Builds the `cron` command. */
export function cronCommand(): Command {
  const cron = new Command('cron').description('Jobs that run the agent at their time.')
  cron.addCommand(listCommand())
  cron.addCommand(addCommand())
  cron.addCommand(changeCommand('remove', 'Remove a job and its runs.', 'delete', ({ id }) => `Removed job ${id}`))
  for (const action of ['enable', 'disable'] as const) {
    const about = action === 'enable' ? 'Let a job run at its times again.' : 'Keep a job, but let it rest.'
    cron.addCommand(changeCommand(action, about, action, ({ name }) => `Job '${name}' ${action}d`))
  }
  cron.addCommand(runCommand())
  cron.addCommand(runsCommand())
  return cron
}

function listCommand(): Command {
  return new Command('list')
    .description('List the jobs that are enabled.')
    .option('-a, --all', 'disabled ones too')
    .option('--json', 'print JSON')
    .addHelpText('after', examples([['clawgo cron list --all', 'finished one-time jobs too']]))
    .action(async (_options, command: Command) => {
      const { all, json } = command.optsWithGlobals<GlobalOptions & { all?: boolean }>()
      await atGateway(command, async (gateway) => {
        const jobs = (await jobsOf(gateway)).filter(({ enabled }) => all || enabled)
        if (json) sayJson(jobs)
        else sayJobs(jobs)
      })
    })
}

function addCommand(): Command {
  return new Command('add')
    .description('Add a job. Its message is what the agent is asked at its time.')
    .option('-n, --name <name>', 'what to call it')
    .option('-m, --message <text>', 'what the agent is asked')
    .option('-e, --every <seconds>', 'run every so many seconds')
    .option('-c, --cron <expr>', 'run at the times of a cron expression, e.g. "0 9 * * 1-5"')
    .option('--tz <zone>', 'time zone of --cron (default: of the machine the gateway runs on)')
    .option('--at <time>', 'run once, at an RFC 3339 time or a local one like "2026-03-01 09:00"')
    .option('-d, --deliver', 'send the reply to --channel and --to')
    .option('--channel <name>', 'channel of the reply, e.g. telegram')
    .option('--to <chat>', 'chat of the reply')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples([
        ['clawgo cron add -n news -m "Summarise the news" -c "0 8 * * *" --tz Europe/Rome', 'every morning at eight'],
        ['clawgo cron add -n check -m "Is the site up?" -e 300 -d --channel telegram --to 42', 'and tell a chat'],
        ['clawgo cron add -n call -m "Remind me to call" --at "2026-03-01 09:00"', 'once'],
      ]),
    )
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & AddOptions>()
      const request = addJob(options)
      await atGateway(command, async (gateway) => {
        const job = await actOn(gateway, { action: 'create', ...request })
        if (options.json) sayJson(job)
        else say(`Added job '${job.name}' (${job.id})`)
      })
    })
}

/** A command that does one thing to one job. */
function changeCommand(name: string, about: string, action: string, done: (job: Job) => string): Command {
  return new Command(name)
    .description(about)
    .argument('<id>', ID_HELP)
    .option('--json', 'print JSON')
    .addHelpText('after', examples([[`clawgo cron ${name} 1770000000123456789`, 'the id is from `clawgo cron list`']]))
    .action(async (id: string, _options, command: Command) => {
      await atGateway(command, async (gateway) => {
        const job = await actOn(gateway, { action: 'get', id })
        const result = await actOn(gateway, { action, id })
        if (command.optsWithGlobals<GlobalOptions>().json) sayJson(result)
        else say(done(job))
      })
    })
}

function runCommand(): Command {
  return new Command('run')
    .description('Run a job now, and wait for its end. Exit code 1 when the run failed.')
    .argument('<id>', ID_HELP)
    .option('--json', 'print JSON')
    .addHelpText('after', examples([['clawgo cron run 1770000000123456789', 'whatever its schedule says']]))
    .action(async (id: string, _options, command: Command) => {
      await atGateway(command, async (gateway) => {
        const job = await actOn(gateway, { action: 'get', id })
        const run = await withRun(gateway, id)
        if (command.optsWithGlobals<GlobalOptions>().json) sayJson(run)
        else if (run.state === 'ok') say(`Job '${job.name}' ran${run.delivered ? ', its reply is on the way' : ''}`)
        if (run.state !== 'ok')
          throw new CliError(`Job '${job.name}' ended as ${run.state}: ${run.error ?? 'no reason'}`)
      })
    })
}

function runsCommand(): Command {
  return new Command('runs')
    .description('List the runs of a job, newest first.')
    .argument('<id>', ID_HELP)
    .option('-n, --limit <number>', 'how many, at most 200', '20')
    .option('--json', 'print JSON')
    .addHelpText('after', examples([['clawgo cron runs 1770000000123456789 -n 5', 'what came of its last five times']]))
    .action(async (id: string, _options, command: Command) => {
      const { json, limit } = command.optsWithGlobals<GlobalOptions & { limit: string }>()
      if (!/^[1-9]\d*$/.test(limit)) throw new CliError(`--limit is a number, not ${limit}`, { exitCode: 2 })
      await atGateway(command, async (gateway) => {
        const runs = await runsOf(gateway, id, limit)
        if (json) sayJson(runs)
        else sayRuns(runs)
      })
    })
}

async function atGateway<T>(command: Command, work: (gateway: RunningGateway) => Promise<T>): Promise<T> {
  const home = resolveHome(command.optsWithGlobals<GlobalOptions>().config, process.env)
  if (!existsSync(home.configPath)) {
    throw new CliError('This home has no config.json yet.', {
      next: 'Make one: clawgo onboard, or start the gateway once.',
      exitCode: 3,
    })
  }
  return withGateway(home, work)
}
