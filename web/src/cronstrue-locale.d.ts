/** A locale of cronstrue registers itself when it is imported. */
declare module 'cronstrue/locales/zh_CN' {}
