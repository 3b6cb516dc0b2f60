/** The skills, with a search once there are many. */
import { Link } from '@tanstack/react-router'
import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { TextInput } from '../../ui/field.tsx'
import type { Skill } from './skills.ts'
import { words } from './words.ts'

const MANY = 8

export function SkillList({ skills, current }: { skills: readonly Skill[]; current: string | undefined }) {
  const t = useWords(words)
  const [query, setQuery] = useState('')
  const sought = query.trim().toLowerCase()
  const found = skills.filter(
    ({ name, description }) => name.toLowerCase().includes(sought) || description.toLowerCase().includes(sought),
  )
  return (
    <>
      {skills.length > MANY && (
        <TextInput
          type="search"
          aria-label={t('search')}
          placeholder={t('search')}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          className="mx-1 mb-2 w-[calc(100%-0.5rem)]"
        />
      )}
      {found.length === 0 && (
        <p role="status" className="px-3 py-2 text-muted text-sm">
          {t('nothingFound')}
        </p>
      )}
      <ul aria-label={t('title')} className="space-y-0.5">
        {found.map(({ id, name, description, enabled, problem }) => (
          <li key={id}>
            <Link
              to="/skills"
              search={{ skill: id }}
              aria-current={id === current ? 'page' : undefined}
              activeProps={{}}
              className="block rounded-lg px-3 py-2 hover:bg-sunken aria-[current]:bg-sunken"
            >
              <span className="flex items-center gap-2 text-sm">
                <span className="min-w-0 flex-1 truncate font-medium">{name}</span>
                {problem && (
                  <span title={t('problem')} className="text-warn">
                    <TriangleAlert aria-hidden className="size-4" />
                    <span className="sr-only">{t('problem')}</span>
                  </span>
                )}
                {!enabled && <Badge className="bg-line/60">{t('off')}</Badge>}
              </span>
              <span className="mt-0.5 line-clamp-2 text-muted text-xs leading-relaxed">
                {description || t('noDescription')}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
}
