/** Today: is it healthy, what ran, what is next, what failed, and what it cost. */
import { useWords } from '../../language/words.ts'
import { Page } from '../../ui/page.tsx'
import { WhatNext, WhatRan } from './activity.tsx'
import { Attention } from './attention.tsx'
import { Providers } from './providers.tsx'
import { Tiles } from './tiles.tsx'
import { UsageCard } from './usage-card.tsx'
import { words } from './words.ts'

export function TodayPage() {
  const t = useWords(words)
  return (
    <Page title={t('title')} lead={t('lead')} wide>
      <div className="space-y-4">
        <Tiles />
        <Attention />
        <UsageCard />
        <div className="grid items-start gap-4 lg:grid-cols-2 [&>*]:min-w-0">
          <WhatRan />
          <WhatNext />
        </div>
        <Providers />
      </div>
    </Page>
  )
}
