/** Connecting a provider: with a key, by signing in with an account, or from a file of another program. */
import { useEffect, useState } from 'react'
import { useWords } from '../../language/words.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { AccountForm } from './account-form.tsx'
import { ImportForm } from './import-form.tsx'
import { KeyForm } from './key-form.tsx'
import { words } from './words.ts'

/** What somebody wants to connect. */
export interface ConnectGoal {
  /** A provider of the config that gets another account. */
  account?: string
}

type Way = 'key' | 'account' | 'file'

export function ConnectDialog({ goal, onClose }: { goal: ConnectGoal | null; onClose: () => void }) {
  const t = useWords(words)
  const [way, setWay] = useState<Way>('key')
  useEffect(() => {
    if (goal) setWay(goal.account ? 'account' : 'key')
  }, [goal])
  return (
    <Dialog open={goal !== null} onClose={onClose} title={t('connect')} className="max-w-xl">
      <Tabs
        label={t('ways')}
        current={way}
        onChange={setWay}
        tabs={[
          { name: 'key', label: t('withKey'), content: <KeyForm onDone={onClose} /> },
          {
            name: 'account',
            label: t('withAccount'),
            content: <AccountForm provider={goal?.account} onDone={onClose} />,
          },
          { name: 'file', label: t('withFile'), content: <ImportForm provider={goal?.account} onDone={onClose} /> },
        ]}
      />
    </Dialog>
  )
}
