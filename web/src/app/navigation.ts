/** What the navigation shows, in its order. A new page: one line here and one in routes.tsx. */
import {
  Brain,
  CalendarClock,
  FolderOpen,
  Gauge,
  type LucideIcon,
  MessageSquare,
  MessagesSquare,
  ScrollText,
  SlidersHorizontal,
  Sparkles,
  Wrench,
} from 'lucide-react'
import type { Phrase } from '../language/words.ts'

export interface NavigationEntry {
  /** Its path in routes.tsx. */
  to: string
  icon: LucideIcon
  label: Phrase
}

export const NAVIGATION: readonly NavigationEntry[] = [
  { to: '/chat', icon: MessageSquare, label: ['Chat', '对话'] },
  { to: '/today', icon: Gauge, label: ['Today', '今日'] },
  { to: '/schedule', icon: CalendarClock, label: ['Schedule', '日程'] },
  { to: '/files', icon: FolderOpen, label: ['Files & memory', '文件与记忆'] },
  { to: '/skills', icon: Sparkles, label: ['Skills', '技能'] },
  { to: '/models', icon: Brain, label: ['Models', '模型'] },
  { to: '/channels', icon: MessagesSquare, label: ['Channels', '聊天渠道'] },
  { to: '/tools', icon: Wrench, label: ['Tools & MCP', '工具与 MCP'] },
  { to: '/settings', icon: SlidersHorizontal, label: ['Settings', '设置'] },
  { to: '/logs', icon: ScrollText, label: ['Logs', '日志'] },
]
