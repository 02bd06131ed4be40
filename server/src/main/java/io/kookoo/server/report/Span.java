package io.kookoo.server.report;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.server.dispatch.Job;
import io.kookoo.server.dispatch.Outcome;
import io.kookoo.server.dispatch.RunTimes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is counted from one report to the next. Memory is bounded whatever comes, at some 20 MB: clients, functions and reasons past their
 * bounds are counted together, and nothing of a job is kept but copies of the beginnings of its payloads. Guarded by the lock of the
 * {@link Session} until it is taken from there; then it belongs to the one who took it.
 */
final class Span {
    static final int MAX_CLIENTS = 1000;
    static final int MAX_FUNCTIONS = 1000;
    /** Of one function. */
    static final int MAX_REASONS = 10;

    static final int SLOWEST = 10;
    static final int LAST_ERRORS = 20;

    /** What stands for all that is past a bound. */
    static final String OTHERS = "others";

    private static final int REASON_BYTES = 100;
    private static final int EXCERPT_BYTES = 200;
    private static final int CALL_CHARS = 300;

    private final Instant began;
    private final long beganNanos;
    private final Map<ClientTally.Key, ClientTally> clients = new LinkedHashMap<>();
    private final Map<Report.Role, ClientTally> otherClients = new EnumMap<>(Report.Role.class);
    private final Map<FunctionName, FunctionTally> functions = new HashMap<>();
    private final FunctionTally otherFunctions = new FunctionTally(OTHERS);
    private final Series series;
    private final List<Captured> slowest = new ArrayList<>(SLOWEST);
    /** What a call must take to be among the slowest. */
    private long slowNanos = -1;

    private final ArrayDeque<Captured> errors = new ArrayDeque<>(LAST_ERRORS);
    /** Most calls are of the function of the call before. */
    private FunctionName lastFunction;

    private FunctionTally lastTally;
    /** Connections that were counted. */
    long attended;

    private long submitted;
    private long retries;

    /** What is kept of a call, cheaply: that few are told of in the end is no reason to write down all. */
    private record Captured(
            long endedNanos,
            JobHandle handle,
            FunctionName function,
            Data arguments,
            String catalogCall,
            String worker,
            long nanos,
            Outcome outcome,
            Data said) {

        static Captured of(Job job, long nanos) {
            boolean catalog = job.isCatalogCall();
            return new Captured(
                    job.endedNanos(),
                    job.handle(),
                    job.functionName(),
                    catalog ? null : job.workload().copy(EXCERPT_BYTES),
                    catalog ? job.callText() : null,
                    job.worker() == null ? "" : job.worker().name(),
                    nanos,
                    job.outcome(),
                    job.said() == null ? Data.EMPTY : job.said().copy(EXCERPT_BYTES));
        }

        Report.Call call(Instant ended) {
            String text = catalogCall == null ? Report.Call.text(function, arguments.text()) : catalogCall;
            return new Report.Call(
                    ended,
                    handle.text(),
                    Data.beginning(text, CALL_CHARS),
                    worker,
                    nanos < 0 ? null : Duration.ofNanos(nanos),
                    outcome.word,
                    said.text());
        }
    }

    Span(Instant began, long beganNanos) {
        this.began = began;
        this.beganNanos = beganNanos;
        this.series = new Series(beganNanos);
    }

    Instant instant(long nanoTime) {
        return began.plusNanos(nanoTime - beganNanos);
    }

    /** Whether there is anything to report. */
    boolean hasCalls() {
        return submitted > 0 || lastTally != null;
    }

    // ---- clients ----

    ClientTally client(ClientTally.Key key, Instant from) {
        ClientTally client = clients.get(key);
        if (client == null && clients.size() >= MAX_CLIENTS) {
            client = otherClients.computeIfAbsent(
                    key.role(), role -> new ClientTally(new ClientTally.Key(OTHERS, "", role), from));
        } else if (client == null) {
            client = new ClientTally(key, from);
            clients.put(key, client);
        }
        client.opened();
        return client;
    }

    void removeIfVoid(ClientTally client) {
        if (client.isVoid()) {
            clients.remove(client.key(), client);
        }
    }

    // ---- calls ----

    void submitted() {
        submitted++;
    }

    void retried(Job job) {
        retries++;
        function(job.functionName()).retries++;
    }

    private FunctionTally function(FunctionName name) {
        if (name == lastFunction) {
            return lastTally;
        }
        FunctionTally function = functions.get(name);
        if (function == null && functions.size() >= MAX_FUNCTIONS) {
            function = otherFunctions;
        } else if (function == null) {
            function = new FunctionTally(name.text());
            functions.put(name, function);
        }
        lastFunction = name;
        lastTally = function;
        return function;
    }

    /**
     * A call has ended.
     *
     * @param size bytes of its workload and its result
     * @param nanos how long it ran; negative where it did not
     */
    void ended(Job job, boolean failed, long size, long nanos) {
        FunctionTally function = function(job.functionName());
        function.ended(failed, size, nanos);
        series.at(job.endedNanos()).ended(failed, size, nanos);
        if (failed) {
            function.failed(
                    job.outcome(), job.said() == null ? Data.EMPTY : job.said().copy(REASON_BYTES));
            if (errors.size() == LAST_ERRORS) {
                errors.removeLast();
            }
            errors.addFirst(Captured.of(job, nanos));
        }
        if (nanos > slowNanos) {
            slow(Captured.of(job, nanos));
        }
    }

    private void slow(Captured call) {
        if (slowest.size() == SLOWEST) {
            slowest.remove(SLOWEST - 1);
        }
        slowest.add(call);
        slowest.sort(Comparator.comparingLong(Captured::nanos).reversed());
        slowNanos = slowest.size() < SLOWEST ? -1 : slowest.get(SLOWEST - 1).nanos();
    }

    // ---- the report ----

    /** To be called once the span was taken. */
    Report report(Report.Reason reason, long endNanos) {
        Instant end = instant(endNanos);
        List<FunctionTally> tallies = new ArrayList<>(functions.values());
        tallies.sort(Comparator.comparingLong((FunctionTally function) -> function.calls)
                .reversed());
        if (otherFunctions.calls > 0 || otherFunctions.retries > 0) {
            tallies.add(otherFunctions);
        }
        List<Report.Client> rows = new ArrayList<>();
        clients.values().forEach(client -> rows.add(client.row(end)));
        otherClients.values().forEach(client -> rows.add(client.row(end)));
        return new Report(
                reason,
                began,
                end,
                totals(tallies),
                rows,
                tallies.stream().map(FunctionTally::row).toList(),
                series.width(),
                series.points(began),
                calls(slowest),
                calls(errors));
    }

    private Report.Totals totals(List<FunctionTally> tallies) {
        long calls = 0;
        long failures = 0;
        long bytes = 0;
        RunTimes times = new RunTimes();
        for (FunctionTally function : tallies) {
            calls += function.calls;
            failures += function.failures;
            bytes += function.bytes;
            times.add(function.times);
        }
        return new Report.Totals(attended, submitted, calls, failures, retries, bytes, Tally.times(times));
    }

    private List<Report.Call> calls(Iterable<Captured> captured) {
        List<Report.Call> calls = new ArrayList<>();
        captured.forEach(call -> calls.add(call.call(instant(call.endedNanos()))));
        return calls;
    }
}
