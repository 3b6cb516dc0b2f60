/** Which page is at which address (after the `#`). Pages are loaded when they are first opened. */
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { Loading } from '../ui/spinner.tsx'
import { Failed } from '../ui/states.tsx'
import { Layout } from './layout.tsx'
import { NoSuchPage } from './no-such-page.tsx'

const root = createRootRoute({ component: Layout, notFoundComponent: NoSuchPage })

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/chat', replace: true })
  },
})

/** What the chat's address names: the session, and the message to show (`seq`, from a search). */
export interface ChatAddress {
  session?: string
  at?: number
}

const chat = createRoute({
  getParentRoute: () => root,
  path: '/chat',
  validateSearch: (search): ChatAddress => ({
    ...(typeof search.session === 'string' || typeof search.session === 'number'
      ? { session: String(search.session) }
      : {}),
    ...(Number(search.at) > 0 ? { at: Number(search.at) } : {}),
  }),
  component: lazyRouteComponent(() => import('../pages/chat/chat-page.tsx'), 'ChatPage'),
})

const today = createRoute({
  getParentRoute: () => root,
  path: '/today',
  component: lazyRouteComponent(() => import('../pages/today/today-page.tsx'), 'TodayPage'),
})

const schedule = createRoute({
  getParentRoute: () => root,
  path: '/schedule',
  validateSearch: (search): { job?: string } => (typeof search.job === 'string' ? { job: search.job } : {}),
  component: lazyRouteComponent(() => import('../pages/schedule/schedule-page.tsx'), 'SchedulePage'),
})

const files = createRoute({
  getParentRoute: () => root,
  path: '/files',
  validateSearch: (search): { path?: string } => (search.path === undefined ? {} : { path: String(search.path) }),
  component: lazyRouteComponent(() => import('../pages/files/files-page.tsx'), 'FilesPage'),
})

const skills = createRoute({
  getParentRoute: () => root,
  path: '/skills',
  validateSearch: (search): { skill?: string; file?: string } => ({
    ...(search.skill === undefined ? {} : { skill: String(search.skill) }),
    ...(search.file === undefined ? {} : { file: String(search.file) }),
  }),
  component: lazyRouteComponent(() => import('../pages/skills/skills-page.tsx'), 'SkillsPage'),
})

const logs = createRoute({
  getParentRoute: () => root,
  path: '/logs',
  component: lazyRouteComponent(() => import('../pages/logs/logs-page.tsx'), 'LogsPage'),
})

/** The view of a page that has several; the first one needs no name. */
function viewOf<Name extends string>(search: Record<string, unknown>, names: readonly Name[]): { tab?: Name } {
  const tab = names.find((name) => name === search.tab)
  return tab ? { tab } : {}
}

const models = createRoute({
  getParentRoute: () => root,
  path: '/models',
  validateSearch: (search) => viewOf(search, ['providers', 'order', 'activity']),
  component: lazyRouteComponent(() => import('../pages/models/models-page.tsx'), 'ModelsPage'),
})

const channels = createRoute({
  getParentRoute: () => root,
  path: '/channels',
  validateSearch: (search) => viewOf(search, ['platforms', 'people', 'outbox']),
  component: lazyRouteComponent(() => import('../pages/channels/channels-page.tsx'), 'ChannelsPage'),
})

const tools = createRoute({
  getParentRoute: () => root,
  path: '/tools',
  validateSearch: (search) => viewOf(search, ['tools', 'servers', 'allowlists']),
  component: lazyRouteComponent(() => import('../pages/tools/tools-page.tsx'), 'ToolsPage'),
})

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  validateSearch: (search): { tab?: 'form' | 'raw' | 'history'; section?: string; q?: string } => ({
    ...viewOf(search, ['form', 'raw', 'history']),
    ...(search.section === undefined ? {} : { section: String(search.section) }),
    ...(search.q === undefined ? {} : { q: String(search.q) }),
  }),
  component: lazyRouteComponent(() => import('../pages/settings/settings-page.tsx'), 'SettingsPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([start, chat, today, schedule, files, skills, logs, models, channels, tools, settings]),
  history: createHashHistory(),
  defaultPreload: 'intent',
  defaultPendingComponent: () => <Loading />,
  defaultErrorComponent: ({ error, reset }) => <Failed error={error} onRetry={reset} />,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
