/** Whether two secrets are the same, in a time that tells nothing about where they differ: their digests are compared. */
export async function sameSecret(presented: string, expected: string): Promise<boolean> {
  const digest = async (text: string) =>
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  const [ours, theirs] = await Promise.all([digest(expected), digest(presented)])
  let difference = 0
  for (let i = 0; i < ours.length; i++) difference |= ours[i]! ^ theirs[i]!
  return difference === 0
}
