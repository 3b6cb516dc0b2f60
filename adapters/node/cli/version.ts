/** The version of this checkout or installed package. */
export { version } from '../package-root.ts'
