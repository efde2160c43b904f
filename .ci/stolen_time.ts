/** How much of a machine others have had: a virtual one that is put aside for seconds cannot keep time. @module */

/** Processor time of all cores since the machine began, in ticks. */
export interface ProcessorTime {
  readonly all: number;
  readonly stolen: number;
}

/**
 * Reads the first line of Linux's `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal.
 *
 * @param stat The text of that file.
 */
export function processorTimeIn(stat: string): ProcessorTime {
  const [, ...ticks] = (/^cpu .*/.exec(stat)?.[0] ?? "").split(/\s+/);
  const known = ticks.slice(0, 8).map(Number);
  return {
    all: known.reduce((sum, each) => sum + each, 0),
    stolen: known[7] ?? 0,
  };
}

/** The processor time so far; where the system does not tell, none is stolen. */
export async function processorTime(): Promise<ProcessorTime> {
  return processorTimeIn(
    await Deno.readTextFile("/proc/stat").catch(() => ""),
  );
}

/** The share of the time between two moments that others have had, from 0 to 1. */
export function stolenShare(from: ProcessorTime, to: ProcessorTime): number {
  return (to.stolen - from.stolen) / Math.max(1, to.all - from.all);
}
