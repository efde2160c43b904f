import { OPS } from "./control.ts";

/**
 * A schedule, one step a line.
 *
 * @param trace Four numbers for each step: choice, operation, memory, word.
 * @param scenario Whose threads and words they are.
 */
export function scheduleText(
  trace: readonly number[],
  { threads, words }: {
    readonly threads: readonly string[];
    readonly words?: Readonly<Record<string, string>>;
  },
): string {
  const lines: string[] = [];
  for (let i = 0; i < trace.length; i += 4) {
    const [choice, op, buffer, index] = trace.slice(i, i + 4);
    const where = words?.[`${buffer}:${index}`] ??
      `memory ${buffer} word ${index}`;
    const what = choice! >= threads.length ? "dies before" : "";
    const who = threads[choice! % threads.length]!;
    lines.push(
      `  ${who.padEnd(16)} ${what}${what && " "}${OPS[op!]} ${where}`,
    );
  }
  return lines.join("\n");
}
