/** The part of the form that says when. */
import { useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/choice.tsx'
import { Field, Select, TextInput } from '../../ui/field.tsx'
import { NextRuns } from './next-runs.tsx'
import { expressionOf, type Timing, type Unit } from './timing.ts'
import { zones } from './wall-clock.ts'
import { words } from './words.ts'

const SUGGESTIONS = [
  ['morning', '0 8 * * *'],
  ['weekdays', '0 9 * * 1-5'],
  ['monday', '0 9 * * 1'],
  ['monthly', '0 9 1 * *'],
  ['hourly', '0 * * * *'],
] as const
const UNITS: readonly Unit[] = ['minutes', 'hours', 'days']

export interface TimingFieldsProps {
  timing: Timing
  onChange: (timing: Timing) => void
  error?: string | undefined
}

export function TimingFields({ timing, onChange, error }: TimingFieldsProps) {
  const t = useWords(words)
  const change = (part: Partial<Timing>) => onChange({ ...timing, ...part })
  const expr = expressionOf(timing)
  return (
    <div className="space-y-4">
      <Choice
        label={t('kind')}
        options={(['repeating', 'interval', 'once'] as const).map((name) => ({ name, label: t(name) }))}
        chosen={timing.kind}
        onChange={(kind) => change({ kind })}
      />
      {timing.kind === 'repeating' && (
        <>
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would draw its own frame and legend */}
          <div role="group" aria-label={t('suggestions')} className="flex flex-wrap gap-1.5">
            {SUGGESTIONS.map(([name, suggested]) => (
              <Button
                key={name}
                small
                aria-pressed={timing.expr === suggested}
                className="rounded-full aria-pressed:border-accent aria-pressed:text-accent"
                onClick={() => change({ expr: suggested })}
              >
                {t(name)}
              </Button>
            ))}
          </div>
          <Field label={t('expression')} hint={t('expressionHint')} error={error}>
            <TextInput
              value={timing.expr}
              onChange={(event) => change({ expr: event.target.value })}
              spellCheck={false}
              autoCapitalize="none"
              className="font-mono"
            />
          </Field>
        </>
      )}
      {timing.kind === 'interval' && (
        <div className="flex gap-3">
          <Field label={t('every')} error={error} className="flex-1">
            <TextInput
              type="number"
              min={1}
              step={1}
              inputMode="numeric"
              value={timing.every}
              onChange={(event) => change({ every: event.target.value })}
            />
          </Field>
          <Field label={t('unit')} className="flex-1">
            <Select value={timing.unit} onChange={(event) => change({ unit: event.target.value as Unit })}>
              {UNITS.map((unit) => (
                <option key={unit} value={unit}>
                  {t(unit)}
                </option>
              ))}
            </Select>
          </Field>
        </div>
      )}
      {timing.kind === 'once' && (
        <Field label={t('moment')} error={error}>
          <TextInput
            type="datetime-local"
            value={timing.moment}
            onChange={(event) => change({ moment: event.target.value })}
          />
        </Field>
      )}
      {timing.kind !== 'interval' && (
        <Field label={t('zone')}>
          <Select value={timing.zone} onChange={(event) => change({ zone: event.target.value })}>
            {timing.kind === 'repeating' && <option value="">{t('machineZone')}</option>}
            {zones().map((zone) => (
              <option key={zone} value={zone}>
                {zone.replaceAll('_', ' ')}
              </option>
            ))}
          </Select>
        </Field>
      )}
      {expr !== null && <NextRuns expr={expr} zone={timing.zone} />}
    </div>
  )
}
