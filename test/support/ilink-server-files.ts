/** The file store of the iLink platform on loopback: it keeps what was encrypted and never sees a key. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** What a message says of a file. */
export interface IlinkMedia {
  encrypt_query_param: string
  aes_key: string
  full_url?: string
}

interface Upload {
  filekey: string
  media_type: number
  to_user_id: string
  rawsize: number
  rawfilemd5: string
  filesize: number
  aeskey: string
}

export class IlinkFiles {
  /** Encrypted bytes by the parameter that fetches them. */
  readonly #stored = new Map<string, Buffer>()
  readonly #announced = new Map<string, Upload>()
  /** What uploads were announced with, oldest first. */
  readonly uploads: Upload[] = []
  /** Statuses of the next uploads, instead of taking them. */
  readonly failures: number[] = []

  /** Stores a file as a person's app does. The key goes as base64 of its bytes (`raw`) or of their hex text. */
  put(bytes: Uint8Array, keyAs: 'raw' | 'hex' = 'raw'): IlinkMedia & { key: string } {
    const key = randomBytes(16)
    const cipher = createCipheriv('aes-128-ecb', key, null)
    const param = `in-${this.#stored.size}&=`
    this.#stored.set(param, Buffer.concat([cipher.update(bytes), cipher.final()]))
    const hex = key.toString('hex')
    const aes_key = keyAs === 'raw' ? key.toString('base64') : Buffer.from(hex).toString('base64')
    return { encrypt_query_param: param, aes_key, key: hex }
  }

  /** Cuts a stored file, as a broken transfer does. */
  damage(param: string): void {
    this.#stored.set(param, this.#stored.get(param)!.subarray(0, -5))
  }

  /** The plain bytes of a file that a bot sent. */
  open(media: { encrypt_query_param: string; aes_key: string }): Buffer {
    const key = Buffer.from(Buffer.from(media.aes_key, 'base64').toString(), 'hex')
    const decipher = createDecipheriv('aes-128-ecb', key, null)
    const bytes = Buffer.concat([decipher.update(this.#stored.get(media.encrypt_query_param)!), decipher.final()])
    const announced = this.uploads.find(({ aeskey }) => aeskey === key.toString('hex'))!
    const md5 = createHash('md5').update(bytes).digest('hex')
    if (announced.rawsize !== bytes.length || announced.rawfilemd5 !== md5) throw new Error('announced otherwise')
    return bytes
  }

  /** Answers getuploadurl. */
  announce(upload: Upload): { upload_param: string } {
    this.uploads.push(upload)
    const param = `up-${this.uploads.length}`
    this.#announced.set(param, upload)
    return { upload_param: param }
  }

  /** Answers the store's two addresses. */
  async serve(url: URL, body: Buffer, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const param = url.searchParams.get('encrypted_query_param') ?? ''
    const refuse = (status: number, message: string) => void res.writeHead(status, { 'x-error-message': message }).end()
    if (url.pathname.endsWith('/download')) {
      const stored = this.#stored.get(param)
      return stored ? void res.writeHead(200).end(stored) : refuse(404, 'no such file')
    }
    const failure = this.failures.shift()
    if (failure) return refuse(failure, 'not now')
    const announced = this.#announced.get(param)
    if (req.method !== 'POST' || !announced || url.searchParams.get('filekey') !== announced.filekey) {
      return refuse(400, 'this upload was not announced')
    }
    if (body.length !== announced.filesize)
      return refuse(400, `announced ${announced.filesize} bytes, got ${body.length}`)
    const stored = `out-${this.#stored.size}`
    this.#stored.set(stored, body)
    res.writeHead(200, { 'x-encrypted-param': stored }).end()
  }
}
