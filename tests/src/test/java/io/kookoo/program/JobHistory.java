package io.kookoo.program;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What was seen from outside of background jobs, of servers that followed each other on one store, and of workers that were
 * killed; and what of that a server which keeps its promises cannot have done, {@link #violations()}. All methods may be called
 * by any thread. Moments are microseconds since 1970, by the clock that all processes of a machine share.
 *
 * <p>The check goes through the life of each job with the set of all states it may be in. A run, a cancel, and the end of a
 * server narrow that set, or leave more than one possibility: how a run ended that its worker did not live to see confirmed, say.
 * A run of a job that can only have ended, and an end that is not among the possible ones, are violations.
 *
 * <p>What a killed server leaves is what it had committed. Since a commit takes all that has happened before it, everything is
 * on the disk that came before a submission was sent which was answered before the kill. So there is no tolerance in time.
 */
final class JobHistory {
    /** Violations past these would only hide the first. */
    private static final int MAX_TOLD = 20;

    /**
     * A background submission.
     *
     * @param server its process id
     * @param sent before it was written
     * @param answered after JOB_CREATED was read; 0 where the connection died before
     * @param handle null where the connection died before
     */
    record Submission(
            long server, String function, String unique, String workload, long sent, long answered, String handle) {
        Submission withAnswer(long moment, String created) {
            return new Submission(server, function, unique, workload, sent, moment, created);
        }
    }

    /**
     * A cancel of a job.
     *
     * @param answered 0 where the connection died before
     * @param ok whether the answer was OK
     */
    record Cancel(long server, String handle, long asked, long answered, boolean ok) {}

    /**
     * A run as its worker saw it.
     *
     * @param began when the worker had the job; it answered later
     * @param settled when the worker had heard something that came after its answer; 0 for never
     * @param refused whether its answer was refused
     */
    record Run(
            long server,
            long worker,
            String handle,
            CrashWorker.Function function,
            String workload,
            long began,
            long settled,
            boolean refused) {
        Run settledAt(long moment) {
            return new Run(server, worker, handle, function, workload, began, moment, refused);
        }

        Run withRefusal() {
            return new Run(server, worker, handle, function, workload, began, settled, true);
        }
    }

    /**
     * A kill.
     *
     * @param before when everything was still well
     * @param after when the process was gone
     */
    record Kill(long before, long after) {}

    /** All jobs that are known to the server and their states, one after the other. */
    record Look(List<Told> told) {}

    record Told(String handle, String state) {}

    private enum End {
        NONE,
        /** None, and a worker that was not seen to lose it may still have it. */
        NONE_YET,
        DONE,
        DEAD,
        CANCELLED
    }

    private record State(End end, int failures) {
        static final State ACCEPTED = new State(End.NONE, 0);

        State ended(End how) {
            return new State(how, 0);
        }

        boolean isEnd() {
            return end != End.NONE && end != End.NONE_YET;
        }

        State afterRunOf(CrashWorker.Function function) {
            return switch (function) {
                case WORK -> ended(End.DONE);
                case FAIL -> ended(End.DEAD);
                case RETRIED ->
                    failures == CrashWorker.Function.RETRIES ? ended(End.DEAD) : new State(End.NONE, failures + 1);
            };
        }
    }

    private final List<Long> servers = new ArrayList<>();
    private final Map<Long, Kill> kills = new HashMap<>();
    private final List<Submission> submissions = new ArrayList<>();
    private final List<Cancel> cancels = new ArrayList<>();
    private final List<Run> runs = new ArrayList<>();
    private final List<Look> looks = new ArrayList<>();

    static long now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    /** A server has started, after the one before it has ended. */
    synchronized void started(long server) {
        servers.add(server);
    }

    /** A server or a worker was killed. */
    synchronized void killed(long process, Kill kill) {
        kills.put(process, kill);
    }

    synchronized void submitted(Submission submission) {
        submissions.add(submission);
        notifyAll();
    }

    synchronized void cancelled(Cancel cancel) {
        cancels.add(cancel);
    }

    synchronized void ran(List<Run> more) {
        runs.addAll(more);
    }

    /** What a server told when nothing was left to be run. */
    synchronized void looked(Look look) {
        looks.add(look);
    }

    synchronized long answered() {
        return submissions.stream()
                .filter(submission -> submission.handle != null)
                .count();
    }

    /** Waits until so many submissions have been answered in all. */
    synchronized void awaitAnswered(long count) throws InterruptedException {
        long end = System.nanoTime() + RunningProgram.PATIENCE.toNanos();
        while (answered() < count) {
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                throw new AssertionError("Only " + answered() + " of " + count + " submissions were answered");
            }
            wait(millis);
        }
    }

    /** Handles that JOB_CREATED told. */
    synchronized Set<String> accepted() {
        return submissions.stream()
                .map(Submission::handle)
                .filter(handle -> handle != null)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** For each of these handles the workloads it was the answer to; the job has one of them, the others have joined it. */
    synchronized Map<String, Set<String>> workloads() {
        return submissions.stream()
                .filter(submission -> submission.handle != null)
                .collect(Collectors.groupingBy(
                        Submission::handle, Collectors.mapping(Submission::workload, Collectors.toSet())));
    }

    /** What cannot have happened, in words; empty where all is well. */
    synchronized List<String> violations() {
        List<String> violations = new ArrayList<>();
        checkHandles(violations);
        Map<String, List<Run>> runsOf = runs.stream()
                .sorted(Comparator.comparingLong(Run::began))
                .collect(Collectors.groupingBy(Run::handle, LinkedHashMap::new, Collectors.toList()));
        Map<String, List<Cancel>> cancelsOf = cancels.stream()
                .sorted(Comparator.comparingLong(JobHistory::order))
                .collect(Collectors.groupingBy(Cancel::handle));
        Map<Long, Long> written = writtenBefore();
        Set<String> handles = new TreeSet<>(accepted());
        // A job is handed to nobody before it is on the disk.
        handles.addAll(runsOf.keySet());
        looks.forEach(look -> look.told.forEach(told -> handles.add(told.handle)));
        for (String handle : handles) {
            Life life = new Life(
                    handle, runsOf.getOrDefault(handle, List.of()), cancelsOf.getOrDefault(handle, List.of()), written);
            String violation = life.violation();
            if (violation != null) {
                violations.add(violation);
            } else {
                checkEnds(handle, life.states, violations);
            }
        }
        return violations.size() <= MAX_TOLD ? violations : violations.subList(0, MAX_TOLD);
    }

    private void checkHandles(List<String> violations) {
        Map<String, Submission> byHandle = new HashMap<>();
        for (Submission submission : submissions) {
            Submission other = submission.handle == null ? null : byHandle.put(submission.handle, submission);
            if (other != null
                    && (submission.unique.isEmpty()
                            || !other.unique.equals(submission.unique)
                            || !other.function.equals(submission.function))) {
                violations.add("The handle " + submission.handle + " was given to " + other + " and to " + submission);
            }
        }
        Map<String, Submission> byWorkload =
                submissions.stream().collect(Collectors.toMap(Submission::workload, submission -> submission));
        Map<String, String> workloads = new HashMap<>();
        Map<String, String> handles = new HashMap<>();
        for (Run run : runs) {
            Submission submission = byWorkload.get(run.workload);
            if (submission == null || !submission.function.equals(run.function.word())) {
                violations.add(run + " is of nothing that was submitted");
            } else if (submission.handle != null && !submission.handle.equals(run.handle)) {
                violations.add(run + " has the workload of the job " + submission.handle);
            }
            String workload = workloads.putIfAbsent(run.handle, run.workload);
            if (workload != null && !workload.equals(run.workload)) {
                violations.add(run + " is of a job that ran with the workload " + workload);
            }
            String handle = handles.putIfAbsent(run.workload, run.handle);
            if (handle != null && !handle.equals(run.handle)) {
                violations.add(run + " has a workload that ran as " + handle + ": one submission became two jobs");
            }
        }
    }

    private void checkEnds(String handle, Set<State> states, List<String> violations) {
        Set<String> possible = states.stream()
                .filter(State::isEnd)
                .map(state -> state.end.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        Set<String> told = new TreeSet<>();
        for (int i = 0; i < looks.size(); i++) {
            List<String> here = looks.get(i).told.stream()
                    .filter(t -> t.handle.equals(handle))
                    .map(Told::state)
                    .toList();
            told.addAll(here);
            if (here.isEmpty()) {
                violations.add(handle + " is lost: look " + (i + 1) + " does not have it");
                // Nor will those that follow.
                return;
            } else if (here.size() > 1) {
                violations.add(handle + " has ended more than once: look " + (i + 1) + " has it as " + here);
            } else if (!possible.contains(here.get(0))) {
                violations.add(handle + " is " + here.get(0) + " in look " + (i + 1) + ", where only " + possible
                        + " is possible");
            }
        }
        if (told.size() > 1) {
            violations.add(handle + " has ended more than once: it was " + told);
        }
    }

    /**
     * Of two cancels at the same time, the one that was refused came after the one that was not: one happens after it was
     * asked, the other before it was answered.
     */
    private static long order(Cancel cancel) {
        return cancel.ok ? cancel.asked : answeredOrNever(cancel);
    }

    private static long answeredOrNever(Cancel cancel) {
        return cancel.answered == 0 ? Long.MAX_VALUE : cancel.answered;
    }

    /** For each server that was killed: what had happened by then is on the disk. */
    private Map<Long, Long> writtenBefore() {
        Map<Long, Long> written = new HashMap<>();
        for (Submission submission : submissions) {
            Kill kill = kills.get(submission.server);
            // One with a unique may have joined a job that was on the disk long before.
            if (kill != null
                    && submission.handle != null
                    && submission.unique.isEmpty()
                    && submission.answered <= kill.before) {
                written.merge(submission.server, submission.sent, Math::max);
            }
        }
        return written;
    }

    /** The life of one job, replayed. */
    private final class Life {
        private final String handle;
        private final List<Run> runs;
        private final List<Cancel> cancels;
        private final Map<Long, Long> written;

        /** In which the job may be, by all that was seen so far. */
        private Set<State> states = Set.of(State.ACCEPTED);
        /** In which a kill of the server at the end of its life may leave the job. */
        private Set<State> left;

        Life(String handle, List<Run> runs, List<Cancel> cancels, Map<Long, Long> written) {
            this.handle = handle;
            this.runs = runs;
            this.cancels = cancels;
            this.written = written;
        }

        /** Null where all of it is possible; {@link #states} are those at its end then. */
        String violation() {
            for (long server : servers) {
                left = states;
                String violation = replay(
                        server,
                        runs.stream().filter(run -> run.server == server).toList(),
                        cancels.stream()
                                .filter(cancel -> cancel.server == server)
                                .toList());
                if (violation != null) {
                    return violation;
                }
                if (kills.containsKey(server)) {
                    states = left;
                }
            }
            return null;
        }

        private String replay(long server, List<Run> here, List<Cancel> cancelled) {
            int next = 0;
            for (Cancel cancel : cancelled) {
                while (next < here.size() && here.get(next).began <= answeredOrNever(cancel)) {
                    if (!run(here.get(next++))) {
                        return tooMany(here.get(next - 1));
                    }
                }
                // The job may have been on its way to a worker when it was cancelled.
                if (cancel.ok && next < here.size()) {
                    if (!run(here.get(next++))) {
                        return tooMany(here.get(next - 1));
                    }
                }
                if (!cancel(cancel)) {
                    return handle + " is " + states + ", which does not fit " + cancel + "; its runs: " + runs;
                }
            }
            for (; next < here.size(); next++) {
                if (!run(here.get(next))) {
                    return tooMany(here.get(next));
                }
            }
            if (here.stream().anyMatch(Run::refused) && cancelled.isEmpty()) {
                return handle + " was taken from its worker, and nobody had cancelled it: " + here;
            }
            return null;
        }

        private String tooMany(Run run) {
            return handle + " ran once too often: it was " + states + " before " + run + "; all runs: " + runs
                    + ", cancels: " + cancels + ", killed: " + kills;
        }

        /** Whether the job can have run then. */
        private boolean run(Run run) {
            Set<State> before =
                    states.stream().filter(state -> state.end == End.NONE).collect(Collectors.toSet());
            if (before.isEmpty()) {
                return false;
            }
            Set<State> after =
                    before.stream().map(state -> state.afterRunOf(run.function)).collect(Collectors.toSet());
            if (run.refused) {
                // It was cancelled meanwhile.
                states = before;
            } else if (run.settled > 0) {
                happened(run.server, run.settled, after);
            } else {
                Set<State> either = new HashSet<>(after);
                before.forEach(state -> either.add(new State(End.NONE_YET, state.failures)));
                if (isLost(run)) {
                    either.addAll(before);
                }
                happened(run.server, Long.MAX_VALUE, either);
            }
            return true;
        }

        /** Whether the cancel can have had that answer. */
        private boolean cancel(Cancel cancel) {
            if (cancel.answered > 0 && !cancel.ok) {
                // Not known: it had ended.
                states = states.stream().filter(State::isEnd).collect(Collectors.toSet());
                return !states.isEmpty();
            }
            Set<State> after = states.stream()
                    .filter(state -> !state.isEnd())
                    .map(state -> state.ended(End.CANCELLED))
                    .collect(Collectors.toCollection(HashSet::new));
            if (cancel.answered == 0) {
                after.addAll(states);
            }
            happened(cancel.server, answeredOrNever(cancel), after);
            return !after.isEmpty();
        }

        private void happened(long server, long when, Set<State> after) {
            states = after;
            if (when <= written.getOrDefault(server, Long.MIN_VALUE)) {
                left = after;
            } else {
                left = new HashSet<>(left);
                // A run that is cut off with the server leaves the job as it was before, which is in the set.
                after.stream().filter(state -> state.end != End.NONE_YET).forEach(left::add);
            }
        }

        /** Whether the server may have lost its worker before it got its answer. */
        private boolean isLost(Run run) {
            Kill ofWorker = kills.get(run.worker);
            Kill ofServer = kills.get(run.server);
            return ofWorker != null && (ofServer == null || ofWorker.before <= ofServer.after);
        }
    }
}
