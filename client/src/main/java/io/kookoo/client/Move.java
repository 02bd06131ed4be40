package io.kookoo.client;

import io.kookoo.client.net.ServerAddress;

/**
 * A {@link Kookoo} goes on at another server, or over another connection to the same one. What belonged to the connection before, such as its
 * name and its subscriptions, is not taken along.
 *
 * @param from where it was
 * @param to where it is now
 * @param resubmitted how many jobs are submitted there again
 * @param reason why the connection before is lost; null where it is not, and another server is preferred: what is under way ends where it is
 */
public record Move(ServerAddress from, ServerAddress to, int resubmitted, ConnectionLostException reason) {
    /** The same for a person. */
    public String text() {
        if (reason == null) {
            return "submitting to " + to + " instead of " + from + " from now on";
        }
        String jobs = resubmitted == 1 ? "1 job is" : resubmitted + " jobs are";
        return reason.getMessage() + "; connected to " + (to.equals(from) ? "it again" : to)
                + (resubmitted == 0 ? "" : "; " + jobs + " submitted again");
    }
}
