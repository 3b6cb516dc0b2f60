import { expect, it } from 'vitest'
import { systemFacts } from './system.ts'

it('tells the facts of this machine, and leaves out what it cannot know', async () => {
  const facts = Object.fromEntries(await systemFacts('/')())
  expect(facts.OS).toContain(process.arch)
  expect(facts.Uptime).toMatch(/^\d+d \d+h \d+m$/)
  expect(facts.RAM).toMatch(/^Used [\d.]+ GB \/ Total [\d.]+ GB \([\d.]+%\)$/)
  expect(facts.Disk).toMatch(/^Used /)
  expect((await systemFacts('/no/such/folder')()).map(([label]) => label)).not.toContain('Disk')
})
