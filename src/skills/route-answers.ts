/** What `/api/skills` answers. */
import * as z from 'zod'

const ok = z.literal(true)

/** One skill of the list. */
export const skill = z
  .object({
    id: z.string().describe('The name of its folder, without `.disabled`.'),
    name: z.string(),
    description: z.string(),
    tools: z.array(z.string()).describe('The items of its `## Tools` section.'),
    system_prompt: z.string().optional().describe('What follows its `## System Prompt` heading.'),
    enabled: z.boolean().describe('Whether the agent sees it.'),
    update_checked: z.boolean(),
    remote_found: z.literal(true).optional(),
    remote_version: z.string().optional(),
    check_error: z.string().optional(),
    source: z.string().describe('The folder that holds it, relative to the workspace.'),
    declared_name: z.string().optional().describe('The name in its front matter, where that is another one.'),
    license: z.string().optional(),
    allowed_tools: z.array(z.string()).optional().describe('`allowed-tools` of its front matter; grants nothing.'),
    metadata: z.record(z.string(), z.unknown()).optional(),
    problem: z.string().optional().describe('What is wrong with it, for people.'),
  })
  .meta({ id: 'Skill' })

export const list = z.object({
  ok,
  skills: z.array(skill),
  source: z.literal('clawhub'),
  clawhub_installed: z.boolean(),
  clawhub_path: z.string().describe('Empty when it is not installed.'),
})
export const files = z.object({ ok, id: z.string(), files: z.array(z.string()) })
export const file = z.object({ ok, id: z.string(), file: z.string(), content: z.string() })
export const imported = z.object({ ok, imported: z.array(z.string()) })
export const installed = z.object({ ok, installed: z.string(), output: z.string() })
export const written = z.object({ ok, name: z.string(), file: z.string() })
export const done = z.object({ ok })
export const deleted = z.object({ ok, deleted: z.literal(true), id: z.string() })
