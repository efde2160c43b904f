/** A progress bar, redrawn on a line of its own. @module */

const LINE_CLEAR = "\r\u001b[K";

export interface ProgressBarFormatter {
  styledTime: string;
  styledData: string;
  progressBar: string;
  time: number;
  previousTime: number;
  value: number;
  previousValue: number;
  max: number;
}

export interface ProgressBarOptions {
  writable?: WritableStream<Uint8Array>;
  value?: number;
  max: number;
  barLength?: number;
  fillChar?: string;
  emptyChar?: string;
  clear?: boolean;
  formatter?: (formatter: ProgressBarFormatter) => string;
  keepOpen?: boolean;
  interval?: number;
}

function defaultFormatter(line: ProgressBarFormatter): string {
  return `[${line.styledTime}] [${line.progressBar}] [${line.styledData}]`;
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const pad = (n: number) => String(n).padStart(2, "0");
  return `${pad(Math.floor(seconds / 60))}:${pad(seconds % 60)}`;
}

function fraction(value: number, max: number): string {
  const units = ["KiB", "MiB", "GiB", "TiB", "PiB"];
  let power = 1;
  while (power < units.length && 1024 ** (power + 1) <= max) power++;
  const scaled = (bytes: number) => (bytes / 1024 ** power).toFixed(2);
  return `${scaled(value)}/${scaled(max)} ${units[power - 1]}`;
}

export class ProgressBar {
  value: number;
  max: number;
  #options: Required<Omit<ProgressBarOptions, "value" | "max">>;
  #writer: WritableStreamDefaultWriter<string>;
  #pipe: Promise<void>;
  #timer: ReturnType<typeof setInterval>;
  #started: number = Date.now();
  #previousTime = 0;
  #previousValue: number;

  constructor(options: ProgressBarOptions) {
    this.value = options.value ?? 0;
    this.max = options.max;
    this.#previousValue = this.value;
    this.#options = {
      writable: options.writable ?? Deno.stderr.writable,
      barLength: options.barLength ?? 50,
      fillChar: options.fillChar ?? "#",
      emptyChar: options.emptyChar ?? "-",
      clear: options.clear ?? false,
      formatter: options.formatter ?? defaultFormatter,
      keepOpen: options.keepOpen ?? true,
      interval: options.interval ?? 1000,
    };
    const encoder = new TextEncoderStream();
    this.#timer = setInterval(() => this.#print(), this.#options.interval);
    this.#pipe = encoder.readable
      .pipeTo(this.#options.writable, { preventClose: this.#options.keepOpen })
      .catch(() => clearInterval(this.#timer));
    this.#writer = encoder.writable.getWriter();
    this.#print();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    try {
      if (this.#options.clear) await this.#writer.write(LINE_CLEAR);
      else {
        await this.#print();
        await this.#writer.write("\n");
      }
      await this.#writer.close();
      await this.#pipe;
    } catch {
      // The stream is closed: nobody looks at the bar any more.
    }
  }

  async #print(): Promise<void> {
    const { barLength, fillChar, emptyChar, formatter } = this.#options;
    const time = Date.now() - this.#started;
    const ratio = Math.min(Math.max(this.value / this.max, 0), 1);
    const filled = Math.trunc(ratio * barLength);
    const line = formatter({
      styledTime: clock(time),
      styledData: fraction(this.value, this.max),
      progressBar: fillChar.repeat(filled) +
        emptyChar.repeat(barLength - filled),
      time,
      previousTime: this.#previousTime,
      value: this.value,
      previousValue: this.#previousValue,
      max: this.max,
    });
    this.#previousTime = time;
    this.#previousValue = this.value;
    await this.#writer.write(LINE_CLEAR + line).catch(() => {});
  }
}
