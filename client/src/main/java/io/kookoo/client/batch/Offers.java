package io.kookoo.client.batch;

import io.kookoo.client.FunctionStatus;
import io.kookoo.protocol.FunctionName;
import io.kookoo.settings.TimeSpan;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which functions workers offer, as far as anybody has looked, and for how long those that are wanted have been offered by nobody.
 * Confined to one thread.
 */
public final class Offers {
    private final Duration waitWorker;
    private Set<String> offered = Set.of();
    private final Map<FunctionName, Long> unofferedSinceNanos = new HashMap<>();
    private final Set<FunctionName> remarked = new HashSet<>();

    /** @param waitWorker how long a worker that offers a function is waited for */
    public Offers(Duration waitWorker) {
        this.waitWorker = waitWorker;
    }

    /** What the server knows now. */
    public void looked(List<FunctionStatus> functions) {
        Set<String> names = new HashSet<>();
        for (FunctionStatus function : functions) {
            if (function.isOffered()) {
                names.add(function.function());
            }
        }
        offered = names;
        unofferedSinceNanos.keySet().removeIf(this::has);
    }

    /** Whether somebody offered it when somebody last looked, or runs a job of it. */
    public boolean has(FunctionName function) {
        // As a column of the list has it, where control characters are escaped.
        return offered.contains(function.toString());
    }

    /**
     * For how long a job of this function may still wait for a worker: 0 or less when it is to be given up, {@link Long#MAX_VALUE} where
     * the function is offered. Counts from the first time that this is asked while nobody offers it.
     */
    public long nanosLeft(FunctionName function, long nowNanos) {
        if (has(function)) {
            return Long.MAX_VALUE;
        }
        return waitWorker.toNanos() - (nowNanos - unofferedSinceNanos.computeIfAbsent(function, unknown -> nowNanos));
    }

    /** The function is offered under another name. */
    void found(FunctionName function) {
        unofferedSinceNanos.remove(function);
    }

    /** What a person should know of a function that is waited for; once for each. */
    public Optional<String> remark(FunctionName function) {
        return remarked.add(function)
                ? Optional.of(unoffered(function) + "; waiting up to " + TimeSpan.seconds(waitWorker)
                        + " for one (--wait-worker)")
                : Optional.empty();
    }

    /** Why a function is given up. */
    public String reason(FunctionName function) {
        return unoffered(function) + "; waited " + TimeSpan.seconds(waitWorker) + " for one (--wait-worker)";
    }

    private String unoffered(FunctionName function) {
        return "no worker offers " + function
                + offered.stream()
                        .filter(name -> plain(name).equals(plain(function.toString())))
                        .findFirst()
                        .map(name -> " (but " + name + ")")
                        .orElse("");
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }
}
