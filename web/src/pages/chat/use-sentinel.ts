/** Asks for more when the end of what is loaded comes into sight. */
import { useEffect, useRef } from 'react'

/** Put the ref on an element at that end; `reach` is called while it is in sight and `wanted`. */
export function useSentinel(wanted: boolean, reach: () => void) {
  const element = useRef<HTMLDivElement>(null)
  const latest = useRef(reach)
  latest.current = reach
  useEffect(() => {
    if (!wanted || !element.current) return
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && latest.current(), {
      rootMargin: '200px',
    })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [wanted])
  return element
}
