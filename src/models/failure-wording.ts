/** Data: how vendors say what went wrong. Matched against the lower-cased message, code and body of a failure. */

/** The prompt does not fit: OpenAI, Anthropic, Google, xAI, Groq, Mistral, Bedrock, Together, llama.cpp, Ollama, LM Studio, vLLM. */
export const OVERFLOW: readonly RegExp[] = [
  /context[_ ]length[_ ]exceeded/,
  /maximum context length/,
  /model_context_window_exceeded/,
  /exceeds? (the |this model's |your )?(available )?(maximum )?context/,
  /exceed_context_size/,
  /prompt is too long/,
  /input (is too long|length and .max_tokens. exceed)/,
  /(input|prompt)( token)? (count|length).{0,40}exceeds?/,
  /exceeds the maximum number of tokens allowed/,
  /maximum prompt length/,
  /longer than the model's context/,
  /too large for model with \d+ maximum context/,
  /context window.{0,60}(exceed|full|too small|limit)/,
  /(exceed|larger than|overflow).{0,60}context (window|length|size)/,
  /tokens to keep from the initial prompt/,
  /reduce the length of the (messages|prompt|input)/,
  /request_too_large/,
]

/** The account has nothing left: no retry helps until its owner does something. */
export const QUOTA: readonly RegExp[] = [
  /insufficient[_ ](quota|balance|credits?|funds)/,
  /exceeded your current quota/,
  /quota[_ ]exceeded|quota exceeded/,
  /credit balance is too low/,
  /(out of|no|not enough|requires more|used all available) credits/,
  /payment required|billing[_ ](error|hard|limit|not)/,
  /spend(ing)? limit|usage limit/,
  /daily free allocation/,
]

/** A filter of the vendor stopped the prompt or the answer. */
export const FILTERED: readonly RegExp[] = [
  /content[_ ](filter|policy|management policy)/,
  /responsible ?ai/,
  /safety (system|settings|reasons|filter)/,
  /prohibited_content|prompt was blocked|blocked (by|due to)/,
  /data_inspection_failed|inappropriate content/,
  /flagged (by|as|for)|moderation/,
]

/** The key or its rights are at fault; Google says so with status 400. */
export const AUTH: readonly RegExp[] = [
  /api[_ ]key[_ ](not valid|invalid)|invalid[_ ]api[_ ]key|incorrect api key|api key not found|api key expired/,
  /invalid (x-api-key|authentication|bearer token|access token)|authentication[_ ](error|failed)/,
  /unauthori[sz]ed|permission[_ ](error|denied)/,
]

export const RATE_LIMIT: readonly RegExp[] = [
  /rate[_ -]?limit/,
  /too many (requests|tokens)/,
  /resource[_ ]exhausted/,
  /throttl/,
  /out of capacity|no more data centers/,
]

/** The vendor has trouble of its own. */
export const SERVER: readonly RegExp[] = [
  /overloaded/,
  /server[_ ]error|internal (server )?error|api_error/,
  /(service |temporarily )unavailable/,
  /bad gateway|upstream|reported an error/,
  /model is (currently )?loading|loading model/,
  // The Anthropic SDK's words for a first event that is no JSON.
  /expected a normalized anthropic stream error/,
]

export const TIMEOUT: readonly RegExp[] = [/timed? ?out/, /deadline exceeded/]

/** Broken connections, in the words of Node, workerd and browsers. */
export const NETWORK: readonly RegExp[] = [
  /fetch failed|failed to fetch|cannot connect to api/,
  /econnrefused|econnreset|enotfound|eai_again|epipe|ehostunreach|enetunreach|und_err_socket/,
  /^terminated$|other side closed|socket hang up|premature close/,
  /network connection lost|internal error; reference|connection (closed|reset|refused)|closed the connection/,
  /self[- ]signed|unable to verify|certificate/,
]

export const MODEL_MISSING: readonly RegExp[] = [
  /model.{0,80}(not found|does not exist|not exist|not supported)|no such model|model_not_found/,
]
