/** Stacked bars, one a day, drawn by uPlot. Loaded lazily; its numbers stand in the table beside it for those who do not see it. */
import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef, useState } from 'react'
import UPlot from 'uplot'
import { type Chart, seriesColour } from './series.ts'

export interface PlotProps {
  chart: Chart
  /** What it shows, for screen readers. */
  label: string
  /** A value on the axis. */
  tick: (value: number) => string
  /** A day on the axis; `at` in ms since the epoch, midnight in UTC. */
  day: (at: number) => string
  /** The day under the pointer, its place among the days; null when there is none. */
  onPoint: (day: number | null) => void
}

const HEIGHT = 220

export default function Plot({ chart, label, tick, day, onPoint }: PlotProps) {
  const place = useRef<HTMLDivElement>(null)
  const theme = useThemeClass()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours that are read from the page
  useEffect(() => {
    const element = place.current!
    const plot = new UPlot(
      optionsOf(chart, { tick, day, onPoint, width: element.clientWidth }),
      stacked(chart),
      element,
    )
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      plot.destroy()
      onPoint(null)
    }
  }, [chart, tick, day, onPoint, theme])
  return <div ref={place} role="img" aria-label={label} className="h-[13.75rem] w-full overflow-hidden" />
}

/** Sums from the bottom up, the whole first: each is drawn over the one before, which shows above it. */
function stacked({ days, series }: Chart): UPlot.AlignedData {
  const sums: number[][] = []
  for (const { values } of series) {
    const below = sums.at(-1)
    sums.push(values.map((value, i) => value + (below?.[i] ?? 0)))
  }
  return [days.map((name) => Date.parse(`${name}T00:00:00Z`) / 1000), ...sums.toReversed()]
}

function optionsOf(
  { series }: Chart,
  { tick, day, onPoint, width }: Omit<PlotProps, 'chart' | 'label'> & { width: number },
): UPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const [muted, line] = [colour('--muted'), colour('--line')]
  const font = `11px ${style.fontFamily}`
  const bars = UPlot.paths.bars!({ size: [0.7, 44], radius: 0.12 })
  return {
    width,
    height: HEIGHT,
    padding: [10, 6, 0, 0],
    legend: { show: false },
    tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), 'UTC'),
    scales: {
      x: { range: (_, from, to) => [from - 43_200, to + 43_200] },
      y: { range: (_, __, to) => [0, to > 0 ? to * 1.08 : 1] },
    },
    axes: [
      {
        stroke: muted,
        font,
        size: 30,
        grid: { show: false },
        ticks: { show: false },
        space: 56,
        incrs: DAY_STEPS,
        values: (_, at) => at.map((seconds) => day(seconds * 1000)),
      },
      {
        stroke: muted,
        font,
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        size: 56,
        values: (_, at) => at.map(tick),
      },
    ],
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    series: [
      {},
      ...series.map((_, i) => ({
        fill: colour(seriesColour(series.length - 1 - i)),
        width: 0,
        paths: bars,
        points: { show: false },
      })),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  }
}

const DAY_STEPS = [1, 2, 3, 5, 7, 14, 30, 60].map((days) => days * 86_400)

/** Changes when the page's theme does, whoever changed it. */
function useThemeClass(): string {
  const [name, setName] = useState(document.documentElement.className)
  useEffect(() => {
    const watch = new MutationObserver(() => setName(document.documentElement.className))
    watch.observe(document.documentElement, { attributeFilter: ['class'] })
    return () => watch.disconnect()
  }, [])
  return name
}
