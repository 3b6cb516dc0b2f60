/** Small settings of this browser. Where storage is blocked they last as long as the page. */

/** The stored text of a setting; null when there is none. */
export function keptSetting(name: string): string | null {
  try {
    return localStorage.getItem(`console.${name}`)
  } catch {
    return null
  }
}

/** Stores a setting; null forgets it. */
export function keepSetting(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`console.${name}`)
    else localStorage.setItem(`console.${name}`, value)
  } catch {
    // Blocked or full: the page goes on without.
  }
}
