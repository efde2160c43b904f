/** Computes for so many rounds, as the task `crunch` of the pools does. */
export function crunch(rounds: number): number {
  let sum = 0;
  for (let i = 0; i < rounds; i++) sum += i % 7;
  return sum;
}
