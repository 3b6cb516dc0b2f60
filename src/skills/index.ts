/** Skills: things the agent knows how to do, each a folder with a SKILL.md. */
export { skillsForPrompt } from './prompt.ts'
export { skillRoutes } from './routes.ts'
export { Skills, type SkillsDeps } from './service.ts'
export { type Skill, skillIndex } from './skill-index.ts'
