/** What `gateway run` says once it listens. */
import { styleText } from 'node:util'
import { commandFor, type Home, shownHome } from './home.ts'
import { CONNECT_A_MODEL, type ModelInUse, modelText } from './model-in-use.ts'

export interface Greeting {
  url: string
  version: string
  home: Home
  /** Signs a browser in, once. */
  loginUrl: string
  /** False where the gateway is open: then no token is needed to chat. */
  needsToken: boolean
  model: ModelInUse
}

/** The lines to print: where it is, which model answers, how to sign in and how to chat. Holds no token. */
export function greeting({ url, version, home, loginUrl, needsToken, model }: Greeting): string[] {
  const clawgo = commandFor(home)
  const bold = (text: string) => styleText('bold', text)
  const header = needsToken ? ` -H "Authorization: Bearer $(${clawgo} gateway token)"` : ''
  return [
    `clawgo ${version} listens on ${bold(url)}`,
    '',
    `  Home     ${shownHome(home.dir)}`,
    `  Model    ${modelText(model)}`,
    `  Sign in  ${loginUrl}  (works once, for 10 minutes)`,
    '',
    'Chat from another terminal in this folder:',
    `  ${clawgo} agent -m "Hello"`,
    `  curl ${url}/api/chat${header} -d '{"message":"Hello"}'`,
    ...(model.source === 'offline' ? ['', ...CONNECT_A_MODEL] : []),
    '',
    'Ctrl-C stops the gateway.',
  ]
}
