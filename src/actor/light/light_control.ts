/**
 * Orders about light actors, between threads: records of the kind `LIGHT`, whose first word says which.
 *
 *   word     from → to         value                           answer
 *   STOP     any → its thread  [reason, deadlineMs, drain, asked]   its report
 *   WATCH    any → its thread  []                              GONE, at its final end
 *   GONE     its thread → any  [report]                        none
 *   DRAINING its thread → any  []; it takes no more messages        none
 *   RESTARTED its thread → any [incarnation]; it is up again         none
 *   CREDIT   its thread → any  []; `b` messages were dealt with     none
 *
 * @module
 */

/** Which order a record of the kind `LIGHT` is. */
export const LIGHT_OP: {
  readonly STOP: 1;
  readonly WATCH: 2;
  readonly GONE: 3;
  readonly CREDIT: 4;
  readonly DRAINING: 5;
  readonly RESTARTED: 6;
} = { STOP: 1, WATCH: 2, GONE: 3, CREDIT: 4, DRAINING: 5, RESTARTED: 6 };
