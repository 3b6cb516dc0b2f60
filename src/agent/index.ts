/** The agent loop: prompt, model, tools, compaction. */
export { Agent, type AgentDeps, type AgentSettings } from './agent.ts'
export { commandRoute } from './command-route.ts'
export { isCommand } from './commands.ts'
