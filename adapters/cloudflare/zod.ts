/**
 * zod on Workers; to be imported before anything else. Workers have no `eval`, so zod need not look for it. And the
 * bundler, which defers what lazily loaded packages share with us, must be told that zod is needed from the first line:
 * an import of `zod` alone is dropped as free of effects, and with it the call that fills its classes.
 */
import { config } from 'zod/v4'

config({ jitless: true })
