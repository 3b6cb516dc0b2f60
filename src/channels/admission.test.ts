import { describe, expect, it } from 'vitest'
import { admissionSettings, admit } from './admission.ts'

const message = (sender: string, rest: { group?: boolean; addressed?: boolean; chat?: string } = {}) => ({
  sender,
  chat: 'g1',
  group: false,
  addressed: false,
  ...rest,
})
const facts = (
  section: Record<string, unknown>,
  rest: { owners?: string[]; approved?: 'owner' | 'guest' | null } = {},
) => ({
  settings: admissionSettings(section),
  owners: [],
  approved: null,
  ...rest,
})
const said = { group: true, addressed: true }

describe('who may speak', () => {
  it('is nobody but strangers until somebody is named', () => {
    expect(admit(message('eve'), facts({}))).toEqual({ as: 'stranger' })
    expect(admit(message('eve', said), facts({}))).toMatchObject({ as: 'ignored' })
  })

  it('is the owner by list, by the part before the bar, by a paired account, and by approval', () => {
    expect(admit(message('42|ann'), facts({ allow_from: ['42'] }))).toEqual({ as: 'owner' })
    expect(admit(message('42|ann'), facts({ allow_from: ['42|ann'] }))).toEqual({ as: 'owner' })
    expect(admit(message('421'), facts({ allow_from: ['42'] }))).toEqual({ as: 'stranger' })
    expect(admit(message('|42'), facts({ allow_from: [''] }))).toEqual({ as: 'stranger' })
    expect(admit(message('42'), facts({}, { owners: ['42'] }))).toEqual({ as: 'owner' })
    expect(admit(message('42'), facts({}, { approved: 'owner' }))).toEqual({ as: 'owner' })
  })

  it('lets everybody in as a guest, never as an owner, with *', () => {
    expect(admit(message('eve'), facts({ allow_from: ['*'] }))).toEqual({ as: 'guest' })
    expect(admit(message('*'), facts({ allow_from: ['*'] }))).toEqual({ as: 'guest' })
    expect(admit(message('42'), facts({ allow_from: ['*', '42'] }))).toEqual({ as: 'owner' })
  })

  it('is anybody in a listed group while allow_from is empty', () => {
    expect(admit(message('eve', said), facts({ allow_chats: ['g1'] }))).toEqual({ as: 'guest' })
    expect(admit(message('eve', said), facts({ allow_chats: ['g1'], allow_from: ['ann'] }))).toMatchObject({
      as: 'ignored',
    })
    expect(admit(message('eve'), facts({ allow_chats: ['g1'] }))).toEqual({ as: 'stranger' })
  })

  it('listens to the topics of a listed group', () => {
    const here = facts({ allow_chats: ['g1'] })
    expect(admit(message('eve', { ...said, chat: 'g1/45' }), here)).toEqual({ as: 'guest' })
    expect(admit(message('eve', { ...said, chat: 'g12/45' }), here)).toMatchObject({ as: 'ignored' })
  })

  it('is nobody in a group that is off, not listed, or where the bot was not spoken to', () => {
    const owner = { approved: 'owner' } as const
    expect(admit(message('ann', said), facts({ enable_groups: false }, owner))).toMatchObject({ as: 'ignored' })
    expect(admit(message('ann', { ...said, chat: 'g2' }), facts({ allow_chats: ['g1'] }, owner))).toMatchObject({
      as: 'ignored',
    })
    expect(admit(message('ann', { group: true }), facts({}, owner))).toMatchObject({ as: 'ignored' })
    expect(admit(message('ann', { group: true }), facts({ require_mention_in_groups: false }, owner))).toEqual({
      as: 'owner',
    })
  })
})
