import { describe, expect, it } from 'vitest'
import { growingReply, replyMessage } from './reply-text.ts'

const ended = (state: 'done' | 'failed' | 'stopped' | 'interrupted', reply = '') => ({
  turn: 7,
  state,
  reply,
  error: 'secret key sk-123 was refused',
})

describe('what a turn says in its chat', () => {
  it('is its reply, as an answer where a tag says so', () => {
    expect(replyMessage(ended('done', ' hi '), {})).toEqual({ action: 'send', text: 'hi' })
    expect(replyMessage(ended('done', '[[reply_to_current]] hi'), { messageId: 'm1' })).toMatchObject({
      text: 'hi',
      replyTo: 'm1',
    })
    expect(replyMessage(ended('done', '[[Reply_To: m9]]hi'), { messageId: 'm1' })).toMatchObject({
      text: 'hi',
      replyTo: 'm9',
    })
    expect(replyMessage(ended('done', 'see [[reply_to:m9]]'), {})).toEqual({
      action: 'send',
      text: 'see [[reply_to:m9]]',
    })
  })

  it('is nothing for NO_REPLY and for silence; a draft that showed something is taken away', () => {
    for (const reply of ['NO_REPLY', ' no_reply\n', '', '[[reply_to_current]]', '[[reply_to_current]] NO_REPLY']) {
      expect(replyMessage(ended('done', reply), {})).toBeNull()
      expect(replyMessage(ended('done', reply), { draft: 'd1' })).toMatchObject({ action: 'delete', draft: 'd1' })
    }
  })

  it('puts the answer in place of the draft', () => {
    expect(replyMessage(ended('done', 'hi'), { draft: 'd1' })).toEqual({ action: 'send', text: 'hi', draft: 'd1' })
  })

  it('is a plain sentence after a failure, with nothing of the reason', () => {
    const failed = replyMessage(ended('failed', 'half an ans'), {})!
    expect(failed.text).toContain('turn 7')
    expect(failed.text).not.toContain('sk-123')
    expect(failed.text).not.toContain('half an ans')
    expect(replyMessage(ended('interrupted'), {})!.text).toMatch(/interrupted/)
    expect(replyMessage(ended('stopped', 'half'), {})!.text).toBe('Stopped.')
  })
})

describe('a growing answer', () => {
  it('is not shown while it may still be a tag or no reply', () => {
    for (const text of [
      '',
      ' ',
      '[',
      '[[',
      '[[reply_to',
      '[[reply_to:5]',
      'NO',
      'NO_REPLY',
      '[[reply_to_current]] NO_RE',
    ])
      expect([text, growingReply(text).text]).toEqual([text, ''])
  })

  it('is shown without its tag', () => {
    expect(growingReply('[[reply_to_current]] So', 'm1')).toEqual({ text: 'So', replyTo: 'm1' })
    expect(growingReply('No, that').text).toBe('No, that')
    expect(growingReply('[1] is the first').text).toBe('[1] is the first')
  })
})
