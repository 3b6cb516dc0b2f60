/** Asks before something cannot be undone: `if (await confirm({ ... })) remove()`. */
import { watchedValue } from '../app/watched-value.ts'
import { catalogue, useWords } from '../language/words.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'

const words = catalogue({ cancel: ['Cancel', '取消'] })

export interface Question {
  title: string
  /** What will happen. */
  text: string
  /** The word on the button that does it. */
  action: string
}

interface Asked extends Question {
  answer: (yes: boolean) => void
}

const asked = watchedValue<Asked | null>(null)

/** Asks; true when the person agreed. */
export function confirm(question: Question): Promise<boolean> {
  asked.get()?.answer(false)
  return new Promise((resolve) => {
    asked.set({
      ...question,
      answer(yes) {
        asked.set(null)
        resolve(yes)
      },
    })
  })
}

/** Shows the question; once, at the root of the page. */
export function Confirmation() {
  const t = useWords(words)
  const question = asked.use()
  return (
    <Dialog
      open={question !== null}
      onClose={() => question?.answer(false)}
      title={question?.title}
      actions={
        <>
          <Button onClick={() => question?.answer(false)}>{t('cancel')}</Button>
          <Button kind="danger" onClick={() => question?.answer(true)}>
            {question?.action}
          </Button>
        </>
      }
    >
      <p className="text-muted text-sm leading-relaxed">{question?.text}</p>
    </Dialog>
  )
}
