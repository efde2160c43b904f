import type { ActorRef } from "../../mod.ts";
import type { ProbeActor } from "./probe.ts";
import { SharedWord } from "./shared_word.ts";

/** Messages that wait longer than any test. */
export const PATIENT = { timeout: 30_000 } as const;

/** Has the probe hold on to a message; resolves when it has begun, and gives the way to let it go. */
export async function held(
  probe: ActorRef<ProbeActor>,
): Promise<{ letGo: () => void; answer: Promise<string> }> {
  const word = new SharedWord();
  const answer = probe.with(PATIENT).ask.hold(word.words);
  answer.catch(() => {});
  await word.reaches(1);
  return { letGo: () => word.set(2), answer };
}
