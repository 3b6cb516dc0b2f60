/** Reading many files at once, yet not all of them: five hundred skills are five hundred contents in memory. */

/** More would only queue for the disk. */
const AT_ONCE = 32

/** What `work` gives for each item, in their order; some run side by side, the rest waits. Rejects as `work` does. */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (let first = 0; first < items.length; first += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(first, first + AT_ONCE).map(work))))
  }
  return results
}
