/** What every page must be for those who use it otherwise: without sight, by keyboard, on the smallest phone. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { Console } from './browser.ts'

/** Axe has nothing to say, and nothing is wider than the window. */
export async function expectAccessible(page: Page): Promise<void> {
  // What is being faded in has another colour for a moment.
  await page.waitForTimeout(300)
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 160))])).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
}

/** Tests a page in both themes, on a wide window and on a phone of 360 px; `ready` waits for what it shows. */
export function testAccessible(
  visit: Console['visit'],
  address: string,
  ready: (page: Page) => Promise<unknown>,
): void {
  it.each([
    { theme: 'light', width: 1280, height: 800 },
    { theme: 'dark', width: 360, height: 640 },
    { theme: 'dark', width: 1280, height: 800 },
  ] as const)(`${address} is accessible: %o`, async (look) => {
    const { page } = await visit(address, look)
    await ready(page)
    await expectAccessible(page)
  })
}
