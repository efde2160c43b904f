/** A spinner with a message, redrawn on a line of its own. @module */

const LINE_CLEAR = "\r\u001b[K";
const COLOR_RESET = "\u001b[0m";
const DEFAULT_FRAMES = [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"];
const COLORS: Record<string, string> = {
  black: "\u001b[30m",
  red: "\u001b[31m",
  green: "\u001b[32m",
  yellow: "\u001b[33m",
  blue: "\u001b[34m",
  magenta: "\u001b[35m",
  cyan: "\u001b[36m",
  white: "\u001b[37m",
  gray: "\u001b[90m",
};

export type Ansi = string & Record<never, never>;
export type Color =
  | "black"
  | "red"
  | "green"
  | "yellow"
  | "blue"
  | "magenta"
  | "cyan"
  | "white"
  | "gray"
  | Ansi;

export interface SpinnerOptions {
  spinner?: string[];
  message?: string;
  interval?: number;
  color?: Color;
  output?: typeof Deno.stderr | typeof Deno.stdout;
}

export class Spinner {
  message: string;
  #frames: string[];
  #interval: number;
  #color: Color | undefined;
  #output: typeof Deno.stderr | typeof Deno.stdout;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: SpinnerOptions = {}) {
    this.message = options.message ?? "";
    this.#frames = options.spinner ?? DEFAULT_FRAMES;
    this.#interval = options.interval ?? 75;
    this.#output = options.output ?? Deno.stdout;
    this.color = options.color;
  }

  set color(value: Color | undefined) {
    this.#color = value ? COLORS[value] ?? value : undefined;
  }
  get color(): Color | undefined {
    return this.#color;
  }

  start(): void {
    if (this.#timer !== undefined || this.#output.writable.locked) return;
    let frame = 0;
    const draw = () => {
      const sign = this.#frames[frame++ % this.#frames.length] ?? "";
      const drawn = Deno.noColor
        ? sign
        : `${this.#color ?? ""}${sign}${COLOR_RESET}`;
      this.#write(`${LINE_CLEAR}${drawn} ${this.message}`);
    };
    this.#timer = setInterval(draw, this.#interval);
    draw();
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#write(LINE_CLEAR);
  }

  #write(text: string): void {
    this.#output.writeSync(new TextEncoder().encode(text));
  }
}
