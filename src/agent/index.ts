/** The agent loop: prompt, model, tools, compaction. */
export { Agent, type AgentDeps, type AgentSettings } from './agent.ts'
