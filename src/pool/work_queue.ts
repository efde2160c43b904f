import { Line } from "./line.ts";
import type { Work } from "./work.ts";

/** Lines from which on the empty ones are not kept for who may come. */
const MAX_EMPTY = 16;

/** Work that waits: the largest priority first, and of one priority in turns. */
export class WorkQueue {
  /** By priority, the largest first; a work that gave a batch goes to the end of its line. */
  #lines: { priority: number; works: Line<Work> }[] = [];

  /** Whether nothing waits. */
  get empty(): boolean {
    return this.#lines.every(({ works }) => works.size === 0);
  }

  /** Priorities that there is a line for, if an empty one too. */
  get lines(): number {
    return this.#lines.length;
  }

  /** Puts it at the end of the line of its priority, unless it waits already. */
  add(work: Work): void {
    work.place ??= this.#line(work.options.priority).add(work);
  }

  /** Takes it out, if it waits. */
  delete(work: Work): void {
    if (work.place === undefined) return;
    this.#line(work.options.priority).delete(work.place);
    work.place = undefined;
  }

  /** Takes the first one out; with `free` the first that any seat may have. */
  shift(free = false): Work | undefined {
    for (const { works } of this.#lines) {
      let { first: place } = works;
      while (free && place?.member.options.bound) place = place.after;
      if (place === undefined) continue;
      this.delete(place.member);
      return place.member;
    }
    return undefined;
  }

  /** How many there are. */
  get size(): number {
    return this.#lines.reduce((sum, { works }) => sum + works.size, 0);
  }

  /** Takes at most `count` out that are next after `first`, and go with it. */
  shiftLike(first: Work, count: number): Work[] {
    const like: Work[] = [];
    const works = this.#line(first.options.priority);
    while (works.first !== undefined && like.length < count) {
      const { member: work } = works.first;
      if (!first.goesWith(work)) break;
      this.delete(work);
      like.push(work);
    }
    return like;
  }

  /** All of it, the first one first. */
  *[Symbol.iterator](): Generator<Work> {
    for (const { works } of this.#lines) yield* works;
  }

  #line(priority: number): Line<Work> {
    let at = 0;
    for (; at < this.#lines.length; at++) {
      const line = this.#lines[at]!;
      if (line.priority === priority) return line.works;
      if (line.priority < priority) break;
    }
    if (this.#lines.length >= MAX_EMPTY) {
      const used = this.#lines.filter(({ works }) => works.size > 0);
      if (used.length < this.#lines.length) {
        this.#lines = used;
        return this.#line(priority);
      }
    }
    const works: Line<Work> = new Line();
    this.#lines.splice(at, 0, { priority, works });
    return works;
  }
}
