package io.kookoo.server.dispatch;

/** That a worker can do a function (CAN_DO). Guarded by the dispatcher's lock. */
final class Ability {
    final Peer worker;
    final FunctionQueue function;

    /** Whether it stands among the function's candidates, and its neighbours there. */
    boolean listed;

    Ability previous;
    Ability next;

    Ability(Peer worker, FunctionQueue function) {
        this.worker = worker;
        this.function = function;
    }
}
