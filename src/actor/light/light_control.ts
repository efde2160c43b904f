/**
 * Orders about light actors, between threads: records of the kind `LIGHT`, whose first word says which.
 *
 *   word     from → to         value                           answer
 *   STOP     any → its thread  [reason, deadlineMs, drain, asked]   its report
 *   WATCH    any → its thread  [incarnation that is known]     GONE, at its final end; RESTARTED, each time after that
 *   GONE     its thread → any  [report]                        none
 *   DRAINING its thread → any  []; it takes no more messages        none
 *   RESTARTED its thread → any [incarnation]; it is up again         none
 *   STANDING any → its thread  []                              "open", "stopping" or "gone"
 *   DROP     any → its thread  []; of its messages here, `b` may stay: the oldest make room      none
 *   DROP_URGENT any → its thread  []; of its urgent messages here, `b` may stay: the oldest make room      none
 *   HELD     its thread → any  []; of its messages, `b` are handled and can make no room         none
 *   HELD_URGENT its thread → any  []; the same of its urgent messages  none
 *   WHOSE    its thread → any  []; its start has not come      OWNED, if that is known
 *   OWNED    any → its thread  [endpoint, epoch] of the thread that is to start it           none
 *   CREDIT   its thread → any  []; `b` messages were dealt with     none
 *   CREDIT_URGENT its thread → any  []; `b` urgent ones were dealt with   none
 *   TIED     who links → its thread  [address of who links]; the nursery's word on it may come later   none
 *   BEGUN    its thread → asker  []; `b` is the ask, which takes time   none
 *   IDLE     its thread → asker  []; `b` is the ask, of an actor that does not run   none
 *
 * Between the owner of an actor and the host worker it lives on; `b` is the number of the incarnation:
 *
 *   START        owner → host  see tenants.ts                  STARTED or NOT_STARTED
 *   RETIRE       owner → host  [report, when]                  GONE, to all who know it
 *   STARTED      host → owner  []                              none
 *   NOT_STARTED  host → owner  [error] or []                   none
 *   CHECKPOINT   host → owner  [state]                         none
 *   RESUMED      host → owner  [error, method]                 none
 *   ENDED        host → owner  [report, asked, crash, heard]   none
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
  readonly BEGUN: 12;
  readonly START: 10;
  readonly RETIRE: 13;
  readonly STARTED: 7;
  readonly NOT_STARTED: 8;
  readonly ENDED: 9;
  readonly CHECKPOINT: 11;
  readonly RESUMED: 14;
  readonly STANDING: 15;
  readonly DROP: 16;
  readonly CREDIT_URGENT: 17;
  readonly DROP_URGENT: 18;
  readonly WHOSE: 19;
  readonly OWNED: 20;
  readonly HELD: 21;
  readonly HELD_URGENT: 22;
  readonly TIED: 23;
  readonly IDLE: 24;
} = {
  STOP: 1,
  WATCH: 2,
  GONE: 3,
  CREDIT: 4,
  DRAINING: 5,
  RESTARTED: 6,
  BEGUN: 12,
  START: 10,
  RETIRE: 13,
  STARTED: 7,
  NOT_STARTED: 8,
  ENDED: 9,
  CHECKPOINT: 11,
  RESUMED: 14,
  STANDING: 15,
  DROP: 16,
  CREDIT_URGENT: 17,
  DROP_URGENT: 18,
  WHOSE: 19,
  OWNED: 20,
  HELD: 21,
  HELD_URGENT: 22,
  TIED: 23,
  IDLE: 24,
};
