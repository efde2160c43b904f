import { cas } from "../memory/cells.ts";
import type { Loss } from "../memory/portable.ts";
import { ChannelControl } from "./channel_control.ts";
import { ring } from "./ring_word.ts";

/**
 * A message was thrown away: handles in it that nobody has received are nobody's, and who waits for them is told.
 *
 * @param losses What they leave behind; one that somebody has received, or that was taken back, leaves nothing.
 */
export function tellLosses(losses: readonly Loss[]): void {
  for (const { memory, at, from, to, bell } of losses) {
    const words = ChannelControl.wordsIn(memory);
    if (cas(words, at, from, to) === from) ring(words, bell);
  }
}
