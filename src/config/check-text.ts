/** A config file that is not this gateway's own yet: whether one could start with it. */
import { parseJson, toDocument } from './decode.ts'
import { evaluate, prefixed } from './state.ts'

/** Throws 400, naming the key, for the text of a config.json with which no gateway starts: broken JSON, a value of the wrong type. */
export function checkConfigText(text: string): void {
  prefixed('config.json: ', () => evaluate(toDocument(parseJson(text)), text, '/', []))
}
