/** Whom a message speaks to: commands, mentions and answers (channels.md section 8.2). */
import type { BotInfo, TelegramMessage } from './wire.ts'

type Spoken = Pick<TelegramMessage, 'text' | 'entities' | 'caption' | 'caption_entities' | 'reply_to_message'>

/**
 * The words of a message and whether they are for this bot. `/cmd@bot` becomes `/cmd` when the bot is this one, and a
 * mention before a command goes; other mentions stay, they are part of what was said.
 */
export function addressed(message: Spoken, bot: BotInfo): { text: string; addressed: boolean } {
  const text = message.text ?? message.caption ?? ''
  const entities = message.text === undefined ? message.caption_entities : message.entities
  const name = `@${bot.username.toLowerCase()}`
  const mentions = entities.filter((entity) => {
    const said = text.slice(entity.offset, entity.offset + entity.length).toLowerCase()
    return (
      (entity.type === 'mention' && said === name) || (entity.type === 'text_mention' && entity.user?.id === bot.id)
    )
  })
  const first = mentions.find(({ offset }) => text.slice(0, offset).trim() === '')
  const afterMention = first ? text.slice(first.offset + first.length).trimStart() : ''
  const words = afterMention.startsWith('/') ? afterMention : text

  const command = /^\/(\w+)(@\w+)?/.exec(words)
  const commandFor = command?.[2]?.toLowerCase()
  const ownCommand = command !== null && (commandFor === undefined || commandFor === name)
  return {
    text: ownCommand ? `/${command[1]}${words.slice(command[0].length)}` : words,
    addressed: ownCommand || mentions.length > 0 || answersBot(message, bot),
  }
}

/** In a forum every message answers the one that opened its topic, which says nothing about whom it is for. */
function answersBot({ reply_to_message: replied }: Spoken, bot: BotInfo): boolean {
  return replied?.from?.id === bot.id && replied.forum_topic_created === undefined
}
