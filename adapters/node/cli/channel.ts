/** `clawgo channel`: the chat channels from a terminal: how they are, who may write, and a test message. */
import { Command } from 'commander'
import { approve, type ChannelInfo, channelsOf, type Role, sayChannels, sayPeople, testChannel } from './channel-api.ts'
import { channelLoginCommand } from './channel-login.ts'
import { examples } from './examples.ts'
import { CliError } from './failure.ts'
import { resolveHome } from './home.ts'
import { say, sayJson } from './output.ts'
import { findGateway, type RunningGateway } from './running-gateway.ts'

interface GlobalOptions {
  config?: string
  json?: boolean
}

/** Builds the `channel` command. */
export function channelCommand(): Command {
  const channel = new Command('channel').description('Chat channels: Feishu, Telegram and Weixin.')
  const commands = [statusCommand(), approveCommand(), peopleCommand(), testCommand(), channelLoginCommand()]
  for (const command of commands) channel.addCommand(command)
  return channel
}

function statusCommand(): Command {
  return new Command('status')
    .description('Show which channels run, what waits, and who asks to be let in.')
    .option('--json', 'print JSON')
    .addHelpText('after', examples([['clawgo channel status', 'with the pairing codes that are open']]))
    .action(async (_options, command: Command) => {
      const channels = await channelsOf(await runningGateway(command))
      if (command.optsWithGlobals<GlobalOptions>().json) sayJson(channels)
      else await sayChannels(channels)
    })
}

function approveCommand(): Command {
  return new Command('approve')
    .description('Let the person in whom the assistant told this code.')
    .argument('<code>', 'the code, e.g. ABCD-EFGH')
    .option('--role <role>', 'owner or guest (default: the first person of a channel is its owner)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples([
        ['clawgo channel approve ABCD-EFGH', 'as the channel decides'],
        ['clawgo channel approve ABCD-EFGH --role guest', 'talks to the model, and nothing more'],
      ]),
    )
    .action(async (code: string, _options, command: Command) => {
      const { role, json } = command.optsWithGlobals<GlobalOptions & { role?: string }>()
      if (role !== undefined && role !== 'owner' && role !== 'guest') {
        throw new CliError(`--role is owner or guest, not ${role}`, { exitCode: 2 })
      }
      const person = await approve(await runningGateway(command), code, role as Role | undefined)
      if (json) sayJson(person)
      else say(`${person.name ?? person.sender} may use ${person.channel} now, as ${article(person.role)}.`)
    })
}

function peopleCommand(): Command {
  return new Command('people')
    .description('List who was let in.')
    .option('--json', 'print JSON')
    .addHelpText('after', examples([['clawgo channel people', 'people in allow_from are not listed']]))
    .action(async (_options, command: Command) => {
      const people = (await channelsOf(await runningGateway(command))).flatMap(({ people: each }: ChannelInfo) => each)
      if (command.optsWithGlobals<GlobalOptions>().json) sayJson(people)
      else await sayPeople(people)
    })
}

function testCommand(): Command {
  return new Command('test')
    .description('Ask a platform who we are, or send a message to a chat. Exit code 1 when it did not go out.')
    .option('--channel <name>', 'feishu, telegram or weixin')
    .option('--to <chat>', 'chat to send to; left out: only ask the platform')
    .option('-m, --message <text>', 'what to send (default: a test sentence)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples([
        ['clawgo channel test --channel telegram', 'is the token good?'],
        ['clawgo channel test --channel telegram --to 123456 -m "Hello"', 'does a message arrive?'],
      ]),
    )
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { channel?: string; to?: string; message?: string }>()
      if (!options.channel) {
        throw new CliError('--channel is required', { next: 'Which there are: clawgo channel status', exitCode: 2 })
      }
      const answer = await testChannel(await runningGateway(command), options.channel, options.to, options.message)
      if (options.json) sayJson(answer)
      else if (!options.to) say(answer.result)
      else if (answer.ok) say('Test message sent successfully.')
      if (!answer.ok) throw new CliError(`The message did not go out: ${answer.result}`)
    })
}

/** A second gateway would take the platform's messages away from the one that runs, so none is started for a command. */
async function runningGateway(command: Command): Promise<RunningGateway> {
  const gateway = await findGateway(
    resolveHome(command.optsWithGlobals<GlobalOptions>().config, process.env),
    process.env,
  )
  if (gateway) return gateway
  throw new CliError('The gateway of this home is not running.', { next: 'Start it with: npm start', exitCode: 3 })
}

const article = (role: Role) => (role === 'owner' ? 'an owner' : 'a guest')
