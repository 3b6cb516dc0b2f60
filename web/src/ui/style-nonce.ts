/** The nonce that a style element of this page needs. */

/** What the page's policy allows style elements by; empty under the development server, which has no policy. */
export function styleNonce(): string {
  const nonce = document.querySelector('meta[name="style-nonce"]')?.getAttribute('content') ?? ''
  return nonce.startsWith('__') ? '' : nonce
}
