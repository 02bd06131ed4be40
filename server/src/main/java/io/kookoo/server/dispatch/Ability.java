package io.kookoo.server.dispatch;

import java.time.Duration;

/** That a worker can do a function (CAN_DO, CAN_DO_TIMEOUT). Guarded by the dispatcher's lock. */
final class Ability {
    final Peer worker;
    final FunctionQueue function;

    /** How long the worker may take for a job of it (CAN_DO_TIMEOUT); null for no limit. */
    Duration timeout;

    /** Whether it stands among the function's candidates, and its neighbours there. */
    boolean listed;

    Ability previous;
    Ability next;

    Ability(Peer worker, FunctionQueue function) {
        this.worker = worker;
        this.function = function;
    }
}
