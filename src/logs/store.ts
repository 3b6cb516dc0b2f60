/** What the gateway can tell of its own log: a port that each adapter fills. */
export interface LogStore {
  /** The last `limit` lines that are kept, oldest first, without line ends; a blank one counts. */
  recent(limit: number): Promise<string[]>
  /** Calls `listener` with every line from now on, one JSON object without its line end. Returns how to stop it. */
  subscribe(listener: (line: string) => void): () => void
  /** Texts that may appear in no line from now on: secrets that are known by value. */
  hide(secrets: Iterable<string>): void
}
