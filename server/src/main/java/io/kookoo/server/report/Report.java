package io.kookoo.server.report;

import io.kookoo.protocol.FunctionName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What is told of one span of time; complete, and changed by nobody any more. All text in it comes from strangers as it is.
 *
 * @param clients in the order in which they came; those past {@link Span#MAX_CLIENTS} are one row at the end
 * @param functions with most calls first; those past {@link Span#MAX_FUNCTIONS} are one row
 * @param pointWidth the time that one point stands for
 * @param points the calls over time, without a gap, from the beginning of the span
 * @param slowest the slowest first
 * @param errors the last ones, the newest first
 */
record Report(
        Reason reason,
        Instant from,
        Instant to,
        Totals totals,
        List<Client> clients,
        List<Function> functions,
        Duration pointWidth,
        List<Point> points,
        List<Call> slowest,
        List<Call> errors) {

    /** Why the span has ended. */
    enum Reason {
        IDLE("all clients have gone"),
        SHUTDOWN("the server stops"),
        COMMAND("somebody asked for the report"),
        EVERY("the time that one report spans is over");

        /** For people. */
        final String words;

        Reason(String words) {
            this.words = words;
        }
    }

    /**
     * How long calls took.
     *
     * @param mean zero where there were none, as all the others
     * @param p50 at most an eighth too long, as the next two
     * @param longest exact
     * @param counts how many took no longer than the limits of {@link Tally#LIMITS} each, and longer than the limit before; one more for those
     *     past the last limit
     */
    record Times(
            long count, Duration mean, Duration p50, Duration p90, Duration p99, Duration longest, List<Long> counts) {
        Times {
            counts = List.copyOf(counts);
        }
    }

    /**
     * All of it together.
     *
     * @param clients the connections that were counted, those that were there before included
     * @param submitted submissions that were accepted
     * @param calls that have ended, calls of the catalog included
     * @param failures those of them that ended in another way than done
     * @param bytes of workloads and results of the calls that have ended
     * @param times how long they ran
     */
    record Totals(long clients, long submitted, long calls, long failures, long retries, long bytes, Times times) {}

    /** What a client did to be counted. One that does two of these has two rows. */
    enum Role {
        /** It submits; its times are those from a submission to the end, where it waited for that. */
        ASKS("asks"),
        /** It runs calls; its times are those of the runs. */
        RUNS("runs"),
        /** It has taken a name. */
        TALKS("talks");

        final String word;

        Role(String word) {
            this.word = word;
        }
    }

    /**
     * All connections of one name and address in one role.
     *
     * @param name the one it took, else its client id, else {@code conn-7}
     * @param connections how many
     * @param from when the first came
     * @param to when the last went, or the span ended
     * @param calls submitted, or run to an end
     * @param failures of calls that it waited for, or ran
     * @param bytes of workloads and results
     * @param longestPause between two messages of one connection, or until its end
     */
    record Client(
            String name,
            String address,
            Role role,
            long connections,
            Instant from,
            Instant to,
            long calls,
            long failures,
            long bytes,
            Times times,
            Duration longestPause) {}

    /** @param reasons of its failures, most frequent first; those past {@link Span#MAX_REASONS} are one */
    record Function(String name, long calls, long failures, long retries, Times times, List<Failure> reasons) {
        Function {
            reasons = List.copyOf(reasons);
        }
    }

    /** @param text how it ended, and the beginning of what was said of it */
    record Failure(String text, long count) {}

    /**
     * The calls that ended in the time from there on.
     *
     * @param p50 zero where nothing ran, as the others
     */
    record Point(Instant at, long calls, long failures, Duration p50, Duration p99, Duration longest) {}

    /**
     * One call.
     *
     * @param worker who ran it last; empty for nobody
     * @param outcome how it ended, as the log has it
     * @param said the beginning of its result or error
     */
    record Call(Instant ended, String handle, String text, String worker, Duration took, String outcome, String said) {
        static String text(FunctionName function, String arguments) {
            return function.text() + "(" + arguments + ")";
        }
    }

    Report {
        clients = List.copyOf(clients);
        functions = List.copyOf(functions);
        points = List.copyOf(points);
        slowest = List.copyOf(slowest);
        errors = List.copyOf(errors);
    }
}
