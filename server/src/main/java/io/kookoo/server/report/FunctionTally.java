package io.kookoo.server.report;

import io.kookoo.protocol.Data;
import io.kookoo.server.dispatch.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The calls of one function. Guarded by the lock of the {@link Session}. */
final class FunctionTally extends Tally {
    private final String name;
    long retries;
    private final Map<Reason, Count> reasons = new HashMap<>(0);
    private long otherReasons;

    /** @param said the beginning of what was said; bytes of their own, which hold nothing large */
    private record Reason(Outcome outcome, Data said) {
        String text() {
            return said.isEmpty() ? outcome.word : outcome.word + ": " + said.text();
        }
    }

    private static final class Count {
        long count;
    }

    FunctionTally(String name) {
        this.name = name;
    }

    void failed(Outcome outcome, Data said) {
        Reason reason = new Reason(outcome, said);
        Count count = reasons.get(reason);
        if (count == null && reasons.size() >= Span.MAX_REASONS) {
            otherReasons++;
            return;
        }
        if (count == null) {
            count = new Count();
            reasons.put(reason, count);
        }
        count.count++;
    }

    Report.Function row() {
        List<Report.Failure> failures = new ArrayList<>();
        reasons.forEach((reason, count) -> failures.add(new Report.Failure(reason.text(), count.count)));
        failures.sort(Comparator.comparingLong(Report.Failure::count).reversed().thenComparing(Report.Failure::text));
        if (otherReasons > 0) {
            failures.add(new Report.Failure(Span.OTHERS, otherReasons));
        }
        return new Report.Function(name, calls, this.failures, retries, times(times), failures);
    }
}
