/** `tools.*` of config.json (config.md section 3.8). */
import * as z from 'zod'
import { flag, int, secret, text, texts } from './fields.ts'

const mcpServer = z.object({
  enabled: flag('Whether it is connected.'),
  transport: text('stdio, http, streamable_http or sse; empty: stdio.'),
  url: text('Address, for the transports over HTTP.'),
  headers: z
    .record(z.string(), secret('Value of the header.'))
    .default({})
    .describe('Headers of every request, for the transports over HTTP; `Authorization` for instance.'),
  command: text('Command, for stdio.'),
  args: texts('Arguments of the command.'),
  env: z.record(z.string(), secret('Value of the variable.')).default({}).describe('Environment of the command.'),
  permission: text('workspace or full; empty: workspace.'),
  working_dir: text('Where the command runs, relative to the workspace.'),
  description: text('What it offers.'),
  package: text('npm package it was installed from.'),
})

const shell = z.object({
  enabled: flag('Whether the agent has a shell.', true),
  mode: text(
    'real: the shell of this machine. simulated: an interpreter over the workspace. off: none. auto: real only where the gateway listens on loopback and its owner speaks.',
    'auto',
  ),
  working_dir: text('Where commands run, the workspace when empty; a command may name a folder inside the workspace.'),
  timeout: int('Limit of a command, in nanoseconds.', 60_000_000_000),
  auto_install_missing: flag('Kept for existing files, without effect: nothing is installed because a model named it.'),
  sandbox: z
    .object({
      enabled: flag('Run commands in a container.'),
      image: text('Image of the container.', 'alpine:3.20'),
    })
    .prefault({}),
})

export const toolsSchema = z.object({
  web: z
    .object({
      search: z
        .object({
          api_key: secret('Key of the Brave search API.'),
          max_results: int('Results of a search, 1 to 10.', 5),
        })
        .prefault({}),
      allow_private_hosts: texts('Private hosts (host or host:port) that web tools may read.'),
    })
    .prefault({}),
  shell: shell.prefault({}),
  filesystem: z.object({}).prefault({}),
  mcp: z
    .object({
      enabled: flag('Connect MCP servers.'),
      request_timeout_sec: int('Limit of a request.', 20),
      servers: z.record(z.string(), mcpServer).default({}).describe('MCP servers by name.'),
    })
    .prefault({}),
})
