import { ProgressBar } from "@std/cli/unstable-progress-bar";

/** Takes the cursor to the start of its line and wipes that. */
const WIPE = new TextEncoder().encode("\r\x1b[K");

/** A bar on a terminal, nothing in a pipe. */
export interface Meter {
  set(value: number): void;
  stop(): Promise<void>;
}

/** Where the program prints: lines on standard output, and a bar on standard error if that is a terminal. */
export class Terminal {
  #drawn = false;

  /** Prints `text` as a line, or several; a bar that is being drawn goes on below. */
  say(text: string): void {
    if (this.#drawn) Deno.stderr.writeSync(WIPE);
    console.log(text);
  }

  /** Starts a bar that ends at `max`. One at a time. */
  meter(title: string, max: number): Meter {
    if (!Deno.stderr.isTerminal() || max === 0) {
      return { set: () => {}, stop: () => Promise.resolve() };
    }
    const total = max.toLocaleString("en");
    const bar = new ProgressBar({
      max,
      barLength: 40,
      fillChar: "█",
      emptyChar: "░",
      interval: 100,
      clear: true,
      formatter: ({ progressBar, value }) =>
        `${title} ${progressBar} ${value.toLocaleString("en")} of ${total}`,
    });
    this.#drawn = true;
    return {
      set: (value) => {
        bar.value = value;
      },
      stop: async () => {
        await bar.stop();
        this.#drawn = false;
      },
    };
  }
}
