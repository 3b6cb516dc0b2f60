import type { Reporter, TestModule } from 'vitest/node'

/** Prints one plain closing line (`N passed, N failed, N skipped`) for scripts that read the result. */
export default class Summary implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>) {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 }
    const byProject = new Map<string, number>()
    for (const module of modules) {
      const tests = [...module.children.allTests()]
      for (const test of tests) count[test.result().state]++
      if (!tests.length && module.errors().length) count.failed++
      byProject.set(module.project.name, (byProject.get(module.project.name) ?? 0) + tests.length)
    }
    process.on('exit', () => {
      console.log([...byProject].map(([name, n]) => `${name}: ${n} tests`).join(', '))
      console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped + count.pending} skipped`)
    })
  }
}
