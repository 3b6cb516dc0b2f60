/** A chat platform as the fault runs see it: people write in its chats, things go wrong on it, and it shows what arrived. */
export type PlatformName = 'weixin' | 'telegram' | 'feishu'

export interface ChannelPlatform<Server = unknown> {
  readonly name: PlatformName
  readonly server: Server
  /** `channels.<name>` of the config. */
  readonly section: Record<string, unknown>
  /** As sessions name them. */
  readonly chats: readonly string[]
  /** The same request to send, made twice, is shown once. */
  readonly knowsKeys: boolean
  /** Somebody writes in a chat; the gateway is told as soon as it can be reached. */
  say(chat: string, text: string): void
  /** One more thing goes wrong, now or with a request to come; says what. */
  stir(random: () => number): string
  /** What each chat shows of the bot, in the order of arrival. */
  shown(): ReadonlyMap<string, readonly string[]>
  /** Requests to send that came again with their key. */
  repeats(): number
  /** What the platform forbids and was done all the same. */
  violations(): readonly string[]
  close(): Promise<void>
}

/** A thing that can go wrong, and how often in comparison with the others. */
export type Trouble = readonly [weight: number, name: string, happen: (random: () => number) => void]

export const PEOPLE = 40
/** Beside a private chat of each person. */
export const FURTHER_CHATS = 10
/** They own the agent; the others are its guests. */
export const OWNERS = 10

/** Lets one of the troubles happen. */
export function oneOf(troubles: readonly Trouble[], random: () => number): string {
  const at = random() * troubles.reduce((sum, [weight]) => sum + weight, 0)
  let sum = 0
  const [, name, happen] = troubles.find(([weight]) => {
    sum += weight
    return at < sum
  })!
  happen(random)
  return name
}

/** `count` names, made of their number from 1. */
export const named = (count: number, name: (n: number) => string) =>
  Array.from({ length: count }, (_, i) => name(i + 1))

/** Puts a text to what a chat shows. */
export function show(shown: Map<string, string[]>, chat: string, text: string): void {
  const texts = shown.get(chat)
  if (texts) texts.push(text)
  else shown.set(chat, [text])
}
