/** `/api/skills` (gateway-api.md "Skills", api-behaviour.md section 5.7). */
import * as z from 'zod'
import { badRequest } from '../errors.ts'
import { flag, type Route, readForm, route, text } from '../http/index.ts'
import { type Preconditions, preconditionsOf, readAnswer, versioned } from '../workspace/index.ts'
import { ARCHIVE_LIMITS } from './archive/index.ts'
import type { RemoteSkill } from './remote-version.ts'
import * as answers from './route-answers.ts'
import { readAction, type SkillAction, skillAction } from './route-body.ts'
import type { Skills } from './service.ts'
import type { SkillDetails } from './skill-list.ts'
import { SKILLS_FOLDER, skillName } from './skill-name.ts'

/** The archive and what a form adds to it. */
const FORM_LIMIT = ARCHIVE_LIMITS.archiveBytes + (64 << 10)

/** Routes that manage skills. */
export function skillRoutes(skills: Skills): Route[] {
  const { store } = skills
  return [
    route({
      method: 'GET',
      path: '/api/skills',
      tag: 'Skills',
      summary: "List skills, list a skill's files, or read one of them",
      description:
        'Without `files` and `file`: every skill, enabled or not; an unknown `id` is 404 there too. `check_updates=1` asks ClawHub for ' +
        'the version of each, where its command line tool is installed.',
      query: z.object({
        check_updates: flag(),
        id: text().describe('Name of a skill.'),
        files: flag(),
        file: text().describe('A text file of the skill, relative to its folder; at most 10 MB.'),
      }),
      responses: {
        200: {
          description: 'The list, the files, or the file.',
          schema: z.union([answers.list, answers.files, answers.file]),
        },
        304: { description: 'The version of the file is among those of `If-None-Match`.' },
        404: { description: '`skill not found: <id>` or `file not found: <file>`.' },
        413: { description: 'The file is too large.' },
      },
      async handle({ c, query }) {
        const { id, file } = query
        if (id !== '' && query.files) return { ok: true, id, files: await store.files(id) }
        if (id !== '' && file !== '') {
          const { version, ...found } = await store.read(id, file)
          return readAnswer({ ok: true, id, ...found }, version, c.req.header('if-none-match'))
        }
        if (id !== '') await store.find(id, 'id')
        return listOf(skills, query.check_updates)
      },
    }),
    route({
      method: 'POST',
      path: '/api/skills',
      tag: 'Skills',
      summary: 'Import, install, enable, disable, create or update a skill, or write one of its files',
      description: POST_DESCRIPTION,
      reads: {
        'application/json': skillAction,
        'multipart/form-data': z.object({ file: z.string().meta({ format: 'binary' }) }),
      },
      responses: {
        200: {
          description: 'What was done.',
          schema: z.union([answers.imported, answers.installed, answers.written, answers.done]),
        },
        400: { description: 'The request, the archive or a name in it is not valid, or the name is taken.' },
        404: { description: '`skill not found: <name>`.' },
        409: { description: 'The skill exists both enabled and disabled.' },
        412: {
          description:
            '`clawhub is not installed. please install clawhub first.`; or `If-Match` of a `write_file` does not hold: read the file again.',
        },
        413: { description: 'The body, the archive or what it unpacks to is too large.' },
        429: { description: '`clawhub rate limit exceeded. ...` and what the tool said.' },
        501: { description: 'ClawHub needs processes, which this runtime has not: import an archive instead.' },
        502: { description: '`install failed: ...` and what the tool said.' },
      },
      async handle({ c }) {
        if (/multipart\/form-data/i.test(c.req.header('content-type') ?? '')) {
          const archive = (await readForm(c.req.raw, FORM_LIMIT)).file('file')
          if (archive === null) throw badRequest('file required')
          return { ok: true, imported: await store.import(archive) }
        }
        return act(
          skills,
          await readAction(c.req.raw),
          preconditionsOf((name) => c.req.header(name)),
        )
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/skills',
      tag: 'Skills',
      summary: 'Delete a skill, enabled or disabled',
      query: z.object({ id: text().describe('Name of the skill.') }),
      responses: {
        200: { description: 'It is gone.', schema: answers.deleted },
        404: { description: '`skill not found: <id>`.' },
      },
      handle: async ({ query }) => ({ ok: true, deleted: true, id: await store.remove(query.id) }),
    }),
  ]
}

const POST_DESCRIPTION = `Either a form (\`multipart/form-data\`) or JSON.

Form: \`file\`, a \`.zip\`, \`.tar\`, \`.tar.gz\` or \`.tgz\` of at most 20 MB with one or more \`SKILL.md\`. Each folder that holds one becomes
a skill of that name (lower case, other characters than a-z, 0-9, _ and - become -). At most 2000 files, 10 MB each and 50 MB together,
unpacked; no links. All of it is imported or nothing.

JSON: \`action\` and \`name\` (or \`id\`), and

| action | fields |
| --- | --- |
| \`install\` | \`ignore_suspicious\`: from ClawHub, through its command line tool |
| \`enable\`, \`disable\` | |
| \`create\` | \`description\`, \`tools\` (list of names), \`system_prompt\` |
| \`update\` | the same; what is absent stays, and so does what else is in SKILL.md |
| \`write_file\` | \`file\` (relative path), \`content\`; with the header \`If-Match\` (the \`ETag\` of a read) only if nobody has changed it since |`

async function act(skills: Skills, action: SkillAction, when: Preconditions): Promise<object> {
  const { store } = skills
  const name = skillName(action.name?.trim() || action.id || '')
  const change = {
    ...(action.description !== undefined && { description: action.description }),
    ...(action.tools !== undefined && { tools: action.tools }),
    ...(action.system_prompt !== undefined && { systemPrompt: action.system_prompt }),
  }
  switch (action.action) {
    case 'install': {
      const { output } = await skills.install(name, action.ignore_suspicious)
      return { ok: true, installed: name, output }
    }
    case 'enable':
    case 'disable':
      await store.setEnabled(name, action.action === 'enable')
      return { ok: true }
    case 'write_file': {
      const { path: file, version } = await store.write(name, action.file ?? '', action.content ?? '', when)
      return versioned({ ok: true, name, file }, version)
    }
    case 'create':
      await store.create(name, change)
      return { ok: true }
    case 'update':
      await store.update(name, change)
      return { ok: true }
    default:
      throw badRequest('unsupported action')
  }
}

async function listOf(skills: Skills, checkUpdates: boolean): Promise<object> {
  const [found, path] = await Promise.all([skills.store.list(), skills.clawHubPath()])
  const remote = checkUpdates ? await skills.checkUpdates(found.map(({ name }) => name)) : new Map()
  return {
    ok: true,
    skills: found.map((skill) => toAnswer(skill, remote.get(skill.name))),
    source: 'clawhub',
    clawhub_installed: path !== '',
    clawhub_path: path,
  }
}

function toAnswer(skill: SkillDetails, remote: RemoteSkill | undefined): z.output<typeof answers.skill> {
  return {
    id: skill.name,
    name: skill.name,
    description: skill.description,
    tools: skill.tools,
    ...(skill.systemPrompt !== '' && { system_prompt: skill.systemPrompt }),
    enabled: skill.enabled,
    update_checked: remote !== undefined,
    ...(remote?.found && { remote_found: true }),
    ...(remote?.version !== undefined && { remote_version: remote.version }),
    ...(remote?.error !== undefined && { check_error: remote.error }),
    source: SKILLS_FOLDER,
    ...(skill.declaredName !== undefined && skill.declaredName !== skill.name && { declared_name: skill.declaredName }),
    ...(skill.license !== undefined && { license: skill.license }),
    ...(skill.allowedTools !== undefined && { allowed_tools: skill.allowedTools }),
    ...(skill.metadata !== undefined && { metadata: skill.metadata }),
    ...(skill.problem !== undefined && { problem: skill.problem }),
  }
}
