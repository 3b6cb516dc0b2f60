/** Pairing at the iLink platform on loopback: QR codes whose states a test scripts, as a phone would change them. */
import { randomBytes } from 'node:crypto'

export interface QrAnswer {
  status: string
  bot_token?: string
  ilink_bot_id?: string
  ilink_user_id?: string
  baseurl?: string
  redirect_host?: string
}

interface Code {
  code: string
  answer: QrAnswer
  /** What the phone shows, while it asks for it. */
  verify: string
  wrong: number
  changed: PromiseWithResolvers<void>
}

export class IlinkLogins {
  readonly #codes: Code[] = []
  /** Tokens that came with requests for codes. */
  readonly tokensSeen: string[][] = []
  /** How often each code was asked about. */
  readonly asked = new Map<string, number>()
  /** How long a question about an unchanged code is held, ms. */
  holdMs = 0
  /** Answers the next requests for codes with this status. */
  readonly failures: number[] = []

  /** The codes that were handed out, oldest first. */
  get codes(): string[] {
    return this.#codes.map(({ code }) => code)
  }

  create(tokens: string[]): { qrcode: string; qrcode_img_content: string } {
    this.tokensSeen.push(tokens)
    const code = `qr-${this.#codes.length}-${randomBytes(4).toString('hex')}`
    this.#codes.push({ code, answer: { status: 'wait' }, verify: '', wrong: 0, changed: Promise.withResolvers() })
    return { qrcode: code, qrcode_img_content: `https://liteapp.weixin.qq.com/q/${code}` }
  }

  /** The newest code, or the one named, stands like this from now on. */
  set(answer: QrAnswer, code?: string): void {
    const entry = this.#find(code)
    entry.answer = answer
    entry.changed.resolve()
    entry.changed = Promise.withResolvers()
  }

  /** The phone shows a number and waits for it. */
  askFor(verify: string, code?: string): void {
    this.#find(code).verify = verify
    this.set({ status: 'need_verifycode' }, code)
  }

  async status(code: string, verify: string): Promise<QrAnswer> {
    this.asked.set(code, (this.asked.get(code) ?? 0) + 1)
    const entry = this.#codes.find((each) => each.code === code)
    if (!entry) return { status: 'expired' }
    if (entry.verify && verify) {
      if (verify === entry.verify) {
        entry.verify = ''
        entry.answer = { status: 'scaned' }
      } else if (++entry.wrong >= 3) entry.answer = { status: 'verify_code_blocked' }
      return entry.answer
    }
    if (this.holdMs > 0 && ['wait', 'scaned'].includes(entry.answer.status)) {
      const hold = Promise.withResolvers<void>()
      const timer = setTimeout(hold.resolve, this.holdMs)
      await Promise.race([hold.promise, entry.changed.promise])
      clearTimeout(timer)
    }
    return entry.answer
  }

  #find(code = this.codes.at(-1)): Code {
    const entry = this.#codes.find((each) => each.code === code)
    if (!entry) throw new Error('no QR code was asked for yet')
    return entry
  }
}
