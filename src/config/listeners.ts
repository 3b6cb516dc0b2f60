/** Those who follow the config: a change reaches all of them, or is taken back from all of them. */
import type { Config } from './schema.ts'

export interface ConfigChange {
  config: Config
  previous: Config
  /** Dotted paths of the leaves that differ. */
  paths: string[]
  /** Who changed it: `webui`, `watcher`, `signal`, `cli`, ... */
  source: string
}

export type ConfigListener = (change: ConfigChange) => void | Promise<void>

export class Listeners {
  readonly #all = new Set<ConfigListener>()

  add(listener: ConfigListener): () => void {
    this.#all.add(listener)
    return () => this.#all.delete(listener)
  }

  /**
   * Runs all in the order they came. When one throws, those before it run again with the old config, the last one
   * first, and the error goes on; `failed` hears of those that cannot go back.
   */
  async run(change: ConfigChange, failed: (error: unknown) => void): Promise<void> {
    const done: ConfigListener[] = []
    for (const listener of [...this.#all]) {
      try {
        await listener(change)
        done.unshift(listener)
      } catch (error) {
        const back = { ...change, config: change.previous, previous: change.config }
        for (const each of done) await (async () => each(back))().catch(failed)
        throw error
      }
    }
  }
}
