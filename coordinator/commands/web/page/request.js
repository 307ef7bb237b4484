// What the page asks fanfetch web for, and what it says when it gets no answer.

/** Why there is no answer, as a sentence for the page. `again`: after so many milliseconds there may be one; 0: who knows. */
export class Refusal extends Error {
  constructor(sentence, again = 0) {
    super(sentence);
    this.again = again;
  }
}

const ENDED = "This session has ended: open the address that 'fanfetch web' has printed.";
const SILENT = "The dashboard does not answer: 'fanfetch web' has ended, or the way to it is broken.";

/** The sentence of a refusal; fanfetch says some of them as plain text. */
function sentenceOf(response, text, answer) {
  if (typeof answer?.message === 'string') return answer.message;
  const isPlain = response.headers.get('Content-Type')?.startsWith('text/plain') && text.trim() !== '';
  return isPlain ? text.trim() : `The dashboard gave no answer that this page can read (HTTP ${response.status}).`;
}

/** Asks for JSON, as fetch() does. {answer, again}: what was answered, and after how many milliseconds there may be a newer
 *  answer; 0: who knows. Throws a Refusal. */
export async function request(path, options = {}) {
  let response, text;
  try {
    response = await fetch(path, options);
    text = await response.text();
  } catch {
    throw new Refusal(SILENT);
  }
  if (response.status === 401) throw new Refusal(ENDED);
  let answer = null;
  try {
    answer = JSON.parse(text);
  } catch { /* said below */ }
  // Others on the way, which answer in other forms, know nothing of when.
  const again = answer === null ? 0 : 1000 * (Number(response.headers.get('Retry-After')) || 0);
  if (!response.ok || answer === null) throw new Refusal(sentenceOf(response, text, answer), again);
  return {answer, again};
}
