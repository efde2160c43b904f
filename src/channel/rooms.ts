import type { Wait } from "../sync/wait.ts";
import { checkAwaited } from "../sync/wait.ts";
import { ByteClaim, type Claim } from "./claim.ts";
import { checkCount } from "./refuse_option.ts";
import type { Letter, Room, Written } from "./track.ts";

const MAX_BYTES = 2 ** 30;

/** What a sending end does for claims on its room. */
export interface RoomKeeper {
  /** Whether something is to be sent before; throws if nothing can be sent any more. */
  isTaken(): boolean;
  /** Room for so many bytes, which holds back all that is sent from here on. */
  roomFor(bytes: number): Room | "full" | "sealed";
  /** Waits until the letter is written. */
  wait(letter: Letter, options: Wait): Promise<void>;
  /** What was held back may go on. */
  letGo(): void;
  /** Wakes who receives. */
  ring(): void;
  /** Why nothing can be sent. */
  over(): Error;
}

/** Claims on the room of one sending end, one at a time. */
export class Rooms {
  readonly #keeper: RoomKeeper;

  /** Those of this end. */
  constructor(keeper: RoomKeeper) {
    this.#keeper = keeper;
  }

  /** See `Sender.claim()`. */
  async claim(bytes: number, options: Wait): Promise<Claim> {
    checkAwaited("claim", options);
    options.signal?.throwIfAborted();
    const now = this.tryClaim(bytes);
    if (now !== undefined) return now;
    let room: Room | undefined;
    const write = (): Written => {
      const found = this.#keeper.roomFor(bytes);
      if (typeof found === "string") return found;
      room = found;
      return "written";
    };
    await this.#keeper.wait({ write, drop: () => {} }, options);
    return this.#claimed(room!);
  }

  /** See `Sender.tryClaim()`. */
  tryClaim(bytes: number): Claim | undefined {
    checkCount("claim", "bytes", bytes, 0, MAX_BYTES);
    const keeper = this.#keeper;
    if (keeper.isTaken()) return undefined;
    const room = keeper.roomFor(bytes);
    if (room === "sealed") throw keeper.over();
    return room === "full" ? undefined : this.#claimed(room);
  }

  #claimed({ bytes, commit }: Room): Claim {
    const keeper = this.#keeper;
    return new ByteClaim(bytes, {
      commit() {
        const written = commit();
        keeper.letGo();
        if (written !== "written") throw keeper.over();
        keeper.ring();
      },
      cancel: () => keeper.letGo(),
    });
  }
}
