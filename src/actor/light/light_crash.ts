import { threadName } from "../current.ts";
import { coreOf } from "../mail/ref_core.ts";
import type { Isolate } from "../thread/isolate.ts";
import { MAX_ARGS_BYTES, type WireCrash } from "../thread/last_call.ts";
import { encodeFor } from "../thread/leaving.ts";
import type { LightLife } from "./light_life.ts";
import type { LightMessage } from "./light_message.ts";

/** What a crash report shows of `message`, which `life` was handling when it ended: the arguments as its handler left them. */
export function lightCrash(
  isolate: Isolate,
  life: LightLife,
  message: LightMessage,
): WireCrash | undefined {
  const { notice, hash, from, asks, caller } = message;
  if (notice !== undefined) return undefined;
  const call = {
    method: life.methods?.get(hash)?.name ?? "unknown",
    from: from?.endpoint ?? isolate.endpoint,
    ask: asks,
    caller: from === undefined
      ? caller?.current.name ?? threadName()
      : senderName(isolate, from) ?? `#${from.endpoint}`,
  };
  const args = bytesOf(isolate, message.args);
  return args === undefined ? call : { ...call, args };
}

/** The name of the thread that sent something, as far as it is known here. */
export function senderName(
  isolate: Isolate,
  from: { readonly endpoint: number; readonly life: number },
): string | undefined {
  if (from.endpoint === 0) return "main";
  return coreOf(isolate, from)?.name;
}

function bytesOf(
  isolate: Isolate,
  args: LightMessage["args"],
): Uint8Array<ArrayBuffer> | undefined {
  if (typeof args === "function") return undefined;
  try {
    const { bytes, length, attachments } = encodeFor(isolate, args);
    if (attachments !== undefined || length > MAX_ARGS_BYTES) return undefined;
    return new Uint8Array(bytes.slice(0, length));
  } catch {
    // A report that says less is better than none.
    return undefined;
  }
}
