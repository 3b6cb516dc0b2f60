/** The `skill_exec` tool: runs a script that a skill brings along (agent.md section 9.4). */
import * as z from 'zod'
import { messageOf } from '../errors.ts'
import { clean, FileError, type Files } from '../files/index.ts'
import type { Log } from '../platform.ts'
import { defineTool, type ToolContext } from '../tools/index.ts'
import type { Commands } from './commands.ts'
import { isSkillName, SKILL_FILE, skillFolder } from './skill-name.ts'

const DEFAULT_TIMEOUT_SEC = 60
const MAX_TIMEOUT_SEC = 600

/** What runs a script, by its ending. */
const INTERPRETERS: Readonly<Record<string, readonly string[]>> = {
  '.sh': ['bash', 'sh'],
  '.py': ['python3', 'python'],
}

const AUDIT_FILE = 'memory/skill-audit.jsonl'

const required = z.string({ error: 'skill and script are required' }).trim().min(1, 'skill and script are required')
const argument = z.union([z.string(), z.number(), z.boolean()]).transform(String)
// Or one text: a plain list of strings would be trimmed, split at commas and lose its repetitions on the way here.
const args = z.union([z.array(argument), z.string().transform(listOf)])

const input = z.object({
  skill: required.describe('Name of the skill'),
  script: required.describe('Path in the skill, for example scripts/run.sh; .sh and .py can run'),
  args: args.default([]).describe('Arguments, one item each'),
  timeout_sec: z
    .int()
    .min(0)
    .default(0)
    .describe(`Seconds it may take; default ${DEFAULT_TIMEOUT_SEC}, at most ${MAX_TIMEOUT_SEC}`),
  reason: z.string().default('').describe('Why, for the audit log'),
})

export interface SkillExecDeps {
  commands: Commands
  workspace: () => Files
  /** ms since the epoch. */
  now(): number
  log: Log
}

/**
 * Runs for the owner only: whoever may write a skill's script could otherwise run anything. Every call leaves a line in
 * the audit file.
 */
export function skillExecTool(deps: SkillExecDeps) {
  return defineTool<z.output<typeof input>>({
    name: 'skill_exec',
    description:
      'Runs a script of an enabled skill (scripts/*.sh with bash, scripts/*.py with python3) in the folder of the skill. ' +
      'Returns its output; a script that fails is an error with its output.',
    input,
    timeoutMs: (MAX_TIMEOUT_SEC + 10) * 1000,
    async run(call, context) {
      let error = ''
      try {
        return await runScript(deps, call, context)
      } catch (cause) {
        error = messageOf(cause)
        throw cause
      } finally {
        await audit(deps, call, context, error)
      }
    },
  })
}

/** A text is one argument, unless it is a JSON list. */
function listOf(text: string): string[] {
  if (text.trim() === '') return []
  try {
    return z.array(argument).parse(JSON.parse(text))
  } catch {
    return [text]
  }
}

async function runScript(deps: SkillExecDeps, call: z.output<typeof input>, context: ToolContext): Promise<string> {
  const { commands, workspace } = deps
  if (!context.owner) throw new Error('scripts of skills run for the owner of the gateway only')
  const files = workspace()
  const { folder, script } = await findScript(files, call.skill, call.script)
  const program = await interpreterOf(commands, script)
  const seconds = Math.min(call.timeout_sec || DEFAULT_TIMEOUT_SEC, MAX_TIMEOUT_SEC)
  const { stdout, stderr, failure } = await commands.run({
    program,
    args: [script, ...call.args],
    cwd: `${files.root}/${folder}`,
    timeoutMs: seconds * 1000,
    signal: context.signal,
  })
  const output = [stdout.trim(), stderr.trim() && `STDERR:\n${stderr.trim()}`].filter(Boolean).join('\n')
  if (failure !== null) throw new Error(`skill execution failed: ${failure}${output && `\n${output}`}`)
  return output || '(no output)'
}

/** The skill's folder, relative to the workspace, and the script's path in it. */
async function findScript(files: Files, skill: string, given: string): Promise<{ folder: string; script: string }> {
  const folder = skillFolder(skill)
  if (!isSkillName(skill) || (await files.stat(folder))?.kind !== 'dir') throw new Error(`skill not found: ${skill}`)
  if ((await files.stat(`${folder}/${SKILL_FILE}`))?.kind !== 'file') {
    throw new Error(`${SKILL_FILE} missing for skill: ${skill}`)
  }
  const script = relativeScript(given)
  if (!script.startsWith('scripts/')) throw new Error('script must be under scripts/ directory')
  const stat = await files.stat(`${folder}/${script}`)
  if (stat?.kind !== 'file') throw new Error(`script not found: ${script}`)
  return { folder, script }
}

function relativeScript(given: string): string {
  try {
    return clean(given)
  } catch (error) {
    if (error instanceof FileError) throw new Error('script must be relative path inside skill directory')
    throw error
  }
}

async function interpreterOf(commands: Commands, script: string): Promise<string> {
  const ending = /\.[^./]*$/.exec(script)?.[0].toLowerCase() ?? ''
  const names = Object.hasOwn(INTERPRETERS, ending) ? INTERPRETERS[ending]! : null
  if (names === null) throw new Error(`unsupported script extension: ${ending || '(none)'}; .sh and .py can run`)
  for (const name of names) {
    const found = await commands.which(name)
    if (found !== null) return found
  }
  throw new Error(`skill execution failed: ${names[0]} is not installed on the machine of the gateway`)
}

/** A line that cannot be written is logged: the script has run and its result counts. */
async function audit(deps: SkillExecDeps, call: z.output<typeof input>, context: ToolContext, error: string) {
  const agent = context.namespace ?? 'main'
  const line = {
    time: new Date(deps.now()).toISOString(),
    skill: call.skill,
    script: call.script,
    reason: call.reason.trim() || 'unspecified',
    caller_agent: agent,
    caller_scope: agent === 'main' ? 'main_agent' : 'subagent',
    ok: error === '',
    error: error.slice(0, 1000),
  }
  try {
    await deps.workspace().append(AUDIT_FILE, `${JSON.stringify(line)}\n`)
  } catch (cause) {
    deps.log.warn('the audit line of a skill script could not be written', {
      skill: call.skill,
      error: messageOf(cause),
    })
  }
}
