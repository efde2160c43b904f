import { decode } from "../../memory/codec.ts";
import { movable } from "../../memory/movable.ts";
import type { WireState } from "../mail/protocol.ts";
import { enterIsolate, type Isolate } from "../thread/isolate.ts";
import { encodeFor } from "../thread/leaving.ts";
import type { LightMessage } from "./light_message.ts";

/** What a message needs to come again when its handler has failed. */
export class LightEncore {
  /** How often it has come again. */
  count = 0;
  readonly #copy: WireState | undefined;

  /** For `message`, which has not been handled yet. */
  constructor(isolate: Isolate, message: LightMessage) {
    this.#copy = copyOf(isolate, message.args);
  }

  /** Whether `message`, whose handler failed, may be handled again; if so it has what it came with. */
  renew(isolate: Isolate, message: LightMessage, most: number): boolean {
    if (this.#copy === undefined || this.count >= most) return false;
    this.count++;
    const { bytes, attachments } = this.#copy;
    message.args = () => {
      enterIsolate(isolate);
      return decode(bytes, 0, bytes.length, attachments);
    };
    return true;
  }
}

/** What cannot be copied, as it is moved or cannot be encoded, does not come again. */
function copyOf(
  isolate: Isolate,
  args: LightMessage["args"],
): WireState | undefined {
  if (typeof args === "function") return undefined;
  try {
    const { bytes, length, attachments } = encodeFor(isolate, args);
    if (movable(attachments).length > 0) return undefined;
    return { bytes: bytes.slice(0, length), attachments };
  } catch {
    return undefined;
  }
}
