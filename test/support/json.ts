/** The JSON body of an answer, for tests that look into it. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the gateway sent and asserts on it
export async function jsonOf(answer: Response | Promise<Response>): Promise<any> {
  return (await answer).json()
}
