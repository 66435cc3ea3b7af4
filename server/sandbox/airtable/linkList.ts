/**
 * The record ids in a linked-record cell, immutable to its readers. Appending shares the backing
 * array, so that a property gaining its ten-thousandth transaction costs as much as the first,
 * and every earlier value can be kept for webhook payloads without a copy.
 */
export class LinkList {
  readonly #backing: string[];
  readonly length: number;

  private constructor(backing: string[], length: number) {
    this.#backing = backing;
    this.length = length;
  }

  static of(ids: readonly string[]): LinkList {
    return new LinkList([...ids], ids.length);
  }

  append(id: string): LinkList {
    // A longer backing array belongs to a sibling that was appended to first.
    const backing =
      this.#backing.length === this.length ? this.#backing : this.#backing.slice(0, this.length);
    backing.push(id);
    return new LinkList(backing, this.length + 1);
  }

  without(id: string): LinkList {
    return LinkList.of(this.toArray().filter((held) => held !== id));
  }

  toArray(): string[] {
    return this.#backing.slice(0, this.length);
  }

  first(): string | undefined {
    return this.length > 0 ? this.#backing[0] : undefined;
  }

  equals(other: LinkList): boolean {
    if (this.length !== other.length) return false;
    if (this.#backing === other.#backing) return true;
    for (let place = 0; place < this.length; place += 1) {
      if (this.#backing[place] !== other.#backing[place]) return false;
    }
    return true;
  }
}
