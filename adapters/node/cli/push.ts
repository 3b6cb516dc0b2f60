/** `clawgo push`: this home becomes another gateway, all of it or nothing. */
import { Command } from 'commander'
import { examples } from './examples.ts'
import { resolveHome } from './home.ts'
import { asCliError } from './home-errors.ts'
import { say, sayFacts, sayJson } from './output.ts'
import { findGateway } from './running-gateway.ts'
import { heldText, progressLine, remoteToken, sayLeftOut, type TransferOptions } from './transfer-options.ts'

/** Builds the `push` command. */
export function pushCommand(): Command {
  return new Command('push')
    .description('Copy the whole gateway to another one: config, sessions, workspace, accounts, schedule, channels.')
    .requiredOption('--to <url>', 'the other gateway: https, or http on this machine')
    .option('--token-file <file>', 'a file with its token (default: the variable CLAWGO_REMOTE_TOKEN)')
    .option('--replace', 'replace a gateway that was used')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples([
        ['clawgo push --to https://gateway.example.workers.dev --token-file token.txt', 'to a Worker of your own'],
        ['clawgo push --to https://gateway.example.workers.dev --replace', 'once more, over what is there'],
      ]),
    )
    .action(async (_options, command: Command) => {
      const { config, to, tokenFile, replace, json } = command.optsWithGlobals<TransferOptions & { to: string }>()
      const token = await remoteToken(tokenFile, process.env)
      const home = resolveHome(config, process.env)
      const running = await findGateway(home, process.env)
      const { pushHome } = await import('../transfer-push.ts')
      const line = progressLine('Pushing')
      const pushed = await pushHome({
        from: running
          ? { url: running.url, token: running.token }
          : { home: home.dir, configFile: home.configFile, env: process.env },
        to: { url: to, token },
        replace: replace === true,
        progress: line.show,
      })
        .finally(line.end)
        .catch(asCliError)
      if (json) return sayJson({ ok: true, ...pushed })
      sayFacts([
        ['Pushed to', to],
        ['Holds', heldText(pushed)],
      ])
      sayLeftOut(pushed.left_out)
      if (!pushed.reopened) say('Restart that gateway now: it stopped to make room for what came.')
      say('It has the token of this home now, unless its host sets one.')
      say('Two gateways with the same accounts and chats get in each other’s way: stop this one when you go over.')
    })
}
