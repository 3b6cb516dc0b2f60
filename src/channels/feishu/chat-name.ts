/** How chats are named: `oc_…`, and `oc_…/omt_…` for a topic in one, which is a conversation of its own. */

/** The name of a chat or of a topic in it. */
export const chatName = (chatId: string, threadId: string): string =>
  threadId === '' ? chatId : `${chatId}/${threadId}`

/** The platform's id of the chat. */
export const chatIdOf = (chat: string): string => chat.split('/', 1)[0]!

export const isTopic = (chat: string): boolean => chat.includes('/')
