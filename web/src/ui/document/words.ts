/** What the editor of a file says. */
import { catalogue } from '../../language/words.ts'

export const words = catalogue({
  save: ['Save', '保存'],
  saved: ['{name} is saved.', '{name} 已保存。'],
  unsaved: ['Not saved', '未保存'],
  editorOf: ['Text of {name}', '{name} 的内容'],
  both: ['{name}, yours against the saved one', '{name}：你的版本与已保存版本对比'],
  theyChanged: ['Somebody else saved this file while you were editing it.', '你编辑期间，其他人保存了此文件。'],
  theyDeleted: ['Somebody else deleted this file while you were editing it.', '你编辑期间，其他人删除了此文件。'],
  comparing: [
    'Green is your text, red is what was saved meanwhile and would be lost. Take over what you want to keep, then save.',
    '绿色是你的内容，红色是期间保存、将被覆盖的内容。取回需要保留的部分后再保存。',
  ],
  compare: ['Compare', '对比'],
  takeTheirs: ['Discard mine', '放弃我的修改'],
  saveOver: ['Save mine', '保存我的版本'],
  leave: ['Leave without saving?', '不保存就离开？'],
  leaveText: ['What you changed in {name} would be lost.', '你在 {name} 中的修改将会丢失。'],
  discard: ['Discard changes', '放弃修改'],
})
