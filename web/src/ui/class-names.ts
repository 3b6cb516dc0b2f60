/** Class names put together; of two that set the same, the later one counts. */
import { type ClassValue, clsx } from 'clsx'
import { twMerge } from 'tailwind-merge'

/** Joins class names; falsy ones are left out. */
export function classes(...names: ClassValue[]): string {
  return twMerge(clsx(names))
}
