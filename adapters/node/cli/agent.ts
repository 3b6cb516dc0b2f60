/** `clawgo agent`: talk to the agent from a terminal (agent.md section 3.1b). */
import { createInterface } from 'node:readline'
import { styleText } from 'node:util'
import { Command } from 'commander'
import { examples } from './examples.ts'
import { CliError, explain } from './failure.ts'
import { type Home, resolveHome } from './home.ts'
import { chat } from './live-chat.ts'
import { say } from './output.ts'
import type { RunningGateway } from './running-gateway.ts'
import { withGateway } from './with-gateway.ts'

interface AgentOptions {
  config?: string
  message?: string
  session: string
}

/** Builds the `agent` command. */
export function agentCommand(): Command {
  return new Command('agent')
    .description('Send one message, or talk line by line when no message is given.')
    .option('-m, --message <text>', 'send this message, print the reply and end')
    .option('-s, --session <key>', 'session to talk in', 'cli:default')
    .addHelpText(
      'after',
      examples([
        ['clawgo agent -m "Summarise my notes"', 'one message, one reply'],
        ['clawgo agent -s cli:work', 'a conversation in a session of its own; exit, quit or Ctrl-C ends it'],
        ['echo "Hello" | clawgo agent', 'each line of the input is a message'],
      ]),
    )
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals<AgentOptions>()
      const home = resolveHome(options.config, process.env)
      if (options.message === undefined) await converse(home, options.session)
      else await ask(home, options.session, options.message)
    })
}

async function ask(home: Home, session: string, message: string): Promise<void> {
  if (!message.trim())
    throw new CliError('The message is empty.', { next: 'Write it after -m, in quotes.', exitCode: 2 })
  await withGateway(home, async (gateway) => {
    const interrupted = new AbortController()
    const onInterrupt = () => interrupted.abort()
    process.once('SIGINT', onInterrupt)
    try {
      await printReply(gateway, session, message, interrupted.signal)
    } finally {
      process.off('SIGINT', onInterrupt)
    }
    if (interrupted.signal.aborted) throw new CliError('Stopped.', { exitCode: 130 })
  })
}

/** A loop over lines until `exit`, `quit`, Ctrl-C or the end of input. A failed turn does not end it. */
async function converse(home: Home, session: string): Promise<void> {
  await withGateway(home, async (gateway) => {
    const terminal = process.stdin.isTTY === true
    const lines = createInterface({ input: process.stdin, output: terminal ? process.stdout : undefined, prompt: '> ' })
    const interrupted = new AbortController()
    const onInterrupt = () => {
      interrupted.abort()
      lines.close()
    }
    lines.on('SIGINT', onInterrupt)
    process.on('SIGINT', onInterrupt)
    if (terminal) {
      say(styleText('dim', `Session ${session}. End with exit, quit or Ctrl-C.`))
      lines.prompt()
    }
    try {
      for await (const line of lines) {
        const message = line.trim()
        if (message === 'exit' || message === 'quit') break
        if (message) await printReply(gateway, session, message, interrupted.signal).catch(complain)
        if (interrupted.signal.aborted) break
        if (terminal) lines.prompt()
      }
    } finally {
      process.off('SIGINT', onInterrupt)
      lines.close()
    }
  })
}

async function printReply(
  gateway: RunningGateway,
  session: string,
  message: string,
  signal: AbortSignal,
): Promise<void> {
  let last = '\n'
  const write = (delta: string) => {
    if (delta) last = delta
    process.stdout.write(delta)
  }
  try {
    await chat(gateway, { session, message }, write, signal)
  } finally {
    if (!last.endsWith('\n')) say()
  }
}

function complain(error: unknown): void {
  console.error(explain(error, process.env))
}
