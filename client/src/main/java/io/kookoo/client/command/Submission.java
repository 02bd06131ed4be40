package io.kookoo.client.command;

import io.kookoo.client.command.TextLists.FunctionStatus;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.ErrorCode;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.TextLine;
import io.kookoo.protocol.UniqueId;
import io.kookoo.settings.Settings;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Submits calls on one connection and waits for what becomes of them. The server answers submissions in their order, and
 * from then on names jobs by their handle.
 *
 * <p>A call that is not ended after {@link #FIRST_LOOK} is looked after with the text command {@code status}, on the same
 * connection, every {@link #LOOK_INTERVAL}: whether any worker offers its function.
 *
 * <p>A background job waits for nothing but its handle, which the server sends when its store has the job. Until then the
 * server reads nothing else from this connection, so its silence says little: the connection bears it for longer.
 */
final class Submission {
    private static final Duration FIRST_LOOK = Duration.ofSeconds(2);
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);
    private static final UniqueId NO_UNIQUE = UniqueId.of("");

    private static final Set<PacketType> BACKGROUND =
            EnumSet.of(PacketType.SUBMIT_JOB_BG, PacketType.SUBMIT_JOB_HIGH_BG, PacketType.SUBMIT_JOB_LOW_BG);

    /** What the reading thread found: a message, or why there will be none any more. */
    private record Received(Message message, IOException lost) {}

    private final ServerConnection connection;
    private final List<SubmittedCall> calls;
    private final PacketType type;
    private final boolean background;
    private final Optional<Duration> timeout;
    private final Duration waitWorker;
    private final Duration storeTimeout;
    private final CallPrinter printer;

    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    /** Not yet answered by JOB_CREATED or ERROR. */
    private final Queue<SubmittedCall> unanswered = new ArrayDeque<>();

    private final Map<JobHandle, SubmittedCall> accepted = new HashMap<>();
    /** Since when no worker offers the function of a call that is not ended, as far as anybody looked. */
    private final Map<SubmittedCall, Long> unofferedSinceNanos = new HashMap<>();

    private final Set<String> remarked = new HashSet<>();
    /** The lines of {@code status} so far. */
    private final List<String> statusLines = new ArrayList<>();

    private boolean looking;
    private long submittedNanos;
    private long nextLookNanos;

    /**
     * @param type one of the SUBMIT_JOB types
     * @param timeout for all results together
     * @param settings how long a call waits for a worker that offers its function, and how long the connection lets the
     *     server be silent before it has accepted a background job
     */
    Submission(
            ServerConnection connection,
            List<SubmittedCall> calls,
            PacketType type,
            Optional<Duration> timeout,
            Settings.Client settings,
            CallPrinter printer) {
        this.connection = connection;
        this.calls = calls;
        this.type = type;
        this.background = BACKGROUND.contains(type);
        this.timeout = timeout;
        this.waitWorker = settings.waitWorker();
        this.storeTimeout = settings.storeTimeout();
        this.printer = printer;
    }

    /** Submits all and returns when each has become final; blocks. Called once. */
    void run() throws IOException, InterruptedException {
        Thread reading = new Thread(this::read, "kookoo-read");
        reading.setDaemon(true);
        reading.start();

        submittedNanos = System.nanoTime();
        nextLookNanos = submittedNanos + Math.min(FIRST_LOOK.toNanos(), waitWorker.toNanos());
        for (SubmittedCall call : calls) {
            unanswered.add(call);
            unofferedSinceNanos.put(call, submittedNanos);
        }
        send();
        while (!calls.stream().allMatch(printer::isFinal)) {
            Received next = received.poll(nanosToWait(), TimeUnit.NANOSECONDS);
            if (next == null) {
                timePassed();
            } else if (next.lost() != null) {
                lost(next.lost());
            } else if (next.message() instanceof Packet packet) {
                take(packet);
            } else if (next.message() instanceof TextLine line) {
                take(line);
            }
            printer.print();
        }
    }

    private void send() {
        try {
            connection.send(writer -> {
                writer.packet(PacketType.OPTION_REQ, "exceptions");
                for (SubmittedCall call : calls) {
                    writer.packet(type, Data.of(call.call().argumentText()), call.function(), NO_UNIQUE);
                }
            });
        } catch (IOException e) {
            received.add(new Received(null, e));
        }
    }

    private void lost(IOException reason) {
        String doubt = background ? "the job may or may not have been accepted: " : "the result is not known: ";
        if (background && reason instanceof SocketTimeoutException) {
            String failure = doubt + connection.address() + " has not answered for " + seconds(storeTimeout)
                    + " ([Client] store_timeout); java -jar client.jar jobs shows it when the server answers again";
            open().forEach(call -> call.failed(failure, ExitCode.TIMEOUT));
        } else {
            String failure = doubt + "the connection to " + connection.address() + " is lost: " + reason.getMessage();
            open().forEach(call -> call.failed(failure, ExitCode.CANNOT_CONNECT));
        }
    }

    private void read() {
        try {
            while (true) {
                received.add(new Received(connection.read(), null));
            }
        } catch (IOException e) {
            received.add(new Received(null, e));
        }
    }

    private long nanosToWait() {
        long now = System.nanoTime();
        long wait = looking || background ? Long.MAX_VALUE : nextLookNanos - now;
        if (timeout.isPresent()) {
            wait = Math.min(wait, submittedNanos + timeout.get().toNanos() - now);
        }
        return Math.max(0, wait);
    }

    private void timePassed() throws IOException {
        long now = System.nanoTime();
        if (timeout.isPresent() && now - submittedNanos >= timeout.get().toNanos()) {
            String limit = " within " + seconds(timeout.get()) + " (--timeout)";
            String failure = background
                    ? "the job may or may not have been accepted: " + connection.address() + " has not answered" + limit
                    : "no result" + limit;
            open().forEach(call -> call.failed(failure, ExitCode.TIMEOUT));
        } else if (!looking && !background && now - nextLookNanos >= 0) {
            looking = true;
            connection.send(writer -> writer.text(TextLists.STATUS + "\n"));
        }
    }

    private void take(Packet packet) throws IOException {
        switch (packet.type()) {
            case JOB_CREATED -> {
                SubmittedCall call = unanswered.remove();
                call.accepted(packet.handle(0));
                accepted.put(call.handle(), call);
            }
            case ERROR -> {
                boolean option = packet.text(0).equals(ErrorCode.UNKNOWN_OPTION.name());
                if (!option && !unanswered.isEmpty()) {
                    failed(unanswered.remove(), "refused by the server: " + packet.text(0) + " " + packet.text(1));
                }
            }
            case WORK_DATA -> withJob(packet, call -> call.received(packet.data()));
            case WORK_WARNING ->
                withJob(
                        packet,
                        call -> printer.remark(
                                call.call() + ": warning: " + packet.data().text()));
            case WORK_COMPLETE -> withJob(packet, call -> call.completed(packet.data()));
            case WORK_EXCEPTION ->
                withJob(packet, call -> failed(call, packet.data().text()));
            case WORK_FAIL -> withJob(packet, call -> failed(call, "failed; the worker gave no reason"));
            default -> {
                // OPTION_RES, WORK_STATUS: nothing to be told.
            }
        }
    }

    private static void failed(SubmittedCall call, String reason) {
        call.failed(reason, ExitCode.FUNCTION_FAILED);
    }

    private interface Step {
        void take(SubmittedCall call);
    }

    private void withJob(Packet packet, Step step) {
        SubmittedCall call = accepted.get(packet.handle(0));
        if (call != null && !call.isEnded()) {
            step.take(call);
        }
    }

    private void take(TextLine line) throws IOException {
        if (!line.text().equals(TextLists.END)) {
            statusLines.add(line.text());
            return;
        }
        Map<String, FunctionStatus> offered = new HashMap<>();
        for (String text : statusLines) {
            FunctionStatus status = FunctionStatus.parse(text);
            if (status.workers() > 0 || status.running() > 0) {
                offered.put(status.function(), status);
            }
        }
        statusLines.clear();
        looking = false;
        judge(offered.keySet());
    }

    /** Remarks on the calls whose function nobody offers, and ends those that have waited long enough for a worker. */
    private void judge(Set<String> offered) {
        long now = System.nanoTime();
        nextLookNanos = now + LOOK_INTERVAL.toNanos();
        for (SubmittedCall call : open()) {
            // As a column of the list has it, where control characters are escaped.
            String function = call.function().toString();
            if (offered.contains(function)) {
                unofferedSinceNanos.remove(call);
                continue;
            }
            long since = unofferedSinceNanos.computeIfAbsent(call, unknown -> now);
            long left = waitWorker.toNanos() - (now - since);
            String unoffered = "no worker offers " + function + nearest(function, offered);
            if (left <= 0) {
                failed(call, unoffered + "; waited " + seconds(waitWorker) + " for one (--wait-worker)");
            } else {
                if (remarked.add(function)) {
                    printer.remark(unoffered + "; waiting up to " + seconds(waitWorker) + " for one (--wait-worker)");
                }
                nextLookNanos = Math.min(nextLookNanos, now + left);
            }
        }
    }

    private static String nearest(String function, Set<String> offered) {
        return offered.stream()
                .filter(name -> plain(name).equals(plain(function)))
                .findFirst()
                .map(name -> " (but " + name + ")")
                .orElse("");
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    private List<SubmittedCall> open() {
        return calls.stream().filter(call -> !printer.isFinal(call)).toList();
    }

    /** For people: {@code 5 s}, {@code 0.2 s}. */
    static String seconds(Duration duration) {
        long millis = duration.toMillis();
        return (millis % 1000 == 0 ? Long.toString(millis / 1000) : Double.toString(millis / 1000.0)) + " s";
    }
}
