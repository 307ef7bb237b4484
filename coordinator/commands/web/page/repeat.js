// Work that is done again and again.

/** `work(isWanted)` resolves to the milliseconds until it is done again; it never rejects. `isWanted()`: no later call of
 *  now() has made this one's outcome worthless. However often and whenever now() is called, there is one timer at most. */
export class Repeat {
  constructor(work) {
    this.work = work;
    this.asked = 0;
    this.timer = 0;
  }

  /** Does it at once, and the next time counted from then. */
  async now() {
    clearTimeout(this.timer);
    const number = ++this.asked;
    const isWanted = () => number === this.asked;
    const rest = await this.work(isWanted);
    if (isWanted()) this.timer = setTimeout(() => this.now(), rest);
  }
}
