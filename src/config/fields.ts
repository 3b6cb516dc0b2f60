/**
 * The kinds of fields config.json has. Every key says what it is for, so that the JSON Schema documents itself; a key
 * left out takes its default, which for most keys of a map's entry is the zero value (config.md section 2.2).
 */
import * as z from 'zod'

export const text = (about: string, fallback = '') => z.string().default(fallback).describe(about)
export const int = (about: string, fallback = 0) => z.int().default(fallback).describe(about)
export const number = (about: string, fallback = 0) => z.number().default(fallback).describe(about)
export const flag = (about: string, fallback = false) => z.boolean().default(fallback).describe(about)
export const texts = (about: string, fallback: readonly string[] = []) =>
  z
    .array(z.string())
    .default(() => [...fallback])
    .describe(about)

/** A text that never leaves the gateway in clear. `format: password` marks it in the JSON Schema, and for the masks. */
export const secret = (about: string) => z.string().default('').meta({ description: about, format: 'password' })
