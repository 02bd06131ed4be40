package io.kookoo.server.command;

import io.kookoo.log.LogEvent;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.ErrorCode;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.Priority;
import io.kookoo.protocol.Refusal;
import io.kookoo.protocol.TextLine;
import io.kookoo.protocol.UniqueId;
import io.kookoo.server.access.RefusalLog;
import io.kookoo.server.access.Standing;
import io.kookoo.server.channel.Member;
import io.kookoo.server.dispatch.Deliveries;
import io.kookoo.server.dispatch.Dispatcher;
import io.kookoo.server.dispatch.JobStatus;
import io.kookoo.server.dispatch.Peer;
import io.kookoo.server.dispatch.Submission;
import io.kookoo.server.net.Connection;
import io.kookoo.server.net.Conversation;
import io.kookoo.server.node.Link;
import io.kookoo.server.node.Nodes;
import io.kookoo.server.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one peer says, in packets or in lines of text, and what it is answered. The one place that writes ERROR. Confined to
 * the connection's reading thread.
 *
 * <p>Source: {@code docs/protocol.md}.
 */
public final class PeerConversation implements Conversation {
    private static final Logger LOG = LoggerFactory.getLogger(PeerConversation.class);

    /** First words of a web browser's request: a page must not be able to talk to a server on loopback. */
    private static final Set<String> HTTP_METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PRI");

    /** What is kept of a client id, as in gearmand: it stands in every line of the log about this peer. */
    private static final int MAX_CLIENT_ID_CHARS = 127;

    /** What the log shows of a web browser's request. */
    private static final int MAX_REQUEST_CHARS = 127;

    /** The longest time limit for a job; the protocol's number has 32 bits. */
    private static final Duration MAX_TIMEOUT = Duration.ofMillis(0xFFFFFFFFL);

    /** What GET_STATUS says of a job nobody knows: four numbers. */
    private static final String UNKNOWN_JOB = String.join("\0", "0", "0", "0", "0");

    private final Dispatcher dispatcher;
    private final TextCommands textCommands;
    private final ChannelCommands channelCommands;
    private final Nodes nodes;
    private final RefusalLog refusals;
    private final Connection connection;
    private final Clock clock;
    private final Peer peer;
    private final Member member;
    private final Link link;
    private final Deliveries deliveries;
    private Standing standing = Standing.ALL;
    private boolean first = true;
    /** Of the last submission: most are of the same function, and need no name of their own. */
    private FunctionName lastFunction;

    public PeerConversation(
            Dispatcher dispatcher,
            TextCommands textCommands,
            ChannelCommands channelCommands,
            Nodes nodes,
            RefusalLog refusals,
            Clock clock,
            Connection connection) {
        this.dispatcher = dispatcher;
        this.textCommands = textCommands;
        this.channelCommands = channelCommands;
        this.nodes = nodes;
        this.refusals = refusals;
        this.connection = connection;
        this.clock = clock;
        this.peer = new Peer(connection.number(), connection.address(), connection.port(), connection.outbox(), clock);
        this.member = new Member(connection.number(), connection.outbox());
        this.link = new Link(peer, connection);
        this.deliveries = new Deliveries(connection.outbox());
        dispatcher.connect(peer);
        if (LOG.isDebugEnabled()) {
            LOG.debug(line("connected").with("port", connection.port()).toString());
        }
    }

    /** From now on the peer has this standing, which {@link Doorkeeper} has looked at before anything comes here. */
    void speakAs(Standing standing) {
        this.standing = standing;
        peer.speaksFor(standing.name());
    }

    @Override
    public boolean isKnown() {
        return true;
    }

    @Override
    public boolean hear(Message message) {
        closeGrab();
        if (!isBackgroundSubmission(message) && !isReport(message)) {
            awaitCommit();
        }
        boolean goesOn = true;
        if (message instanceof Packet packet) {
            hear(packet);
        } else if (message instanceof TextLine line) {
            goesOn = hear(line.text());
        } else if (message instanceof Refusal refusal) {
            LOG.debug("refused conn={} code={} reason=\"{}\"", connection.number(), refusal.code(), refusal.text());
            error(refusal.code(), refusal.text());
        }
        first = false;
        return goesOn;
    }

    /** Those may go into one commit: their answers wait together, and in their order. */
    private static boolean isBackgroundSubmission(Message message) {
        return message instanceof Packet packet
                && switch (packet.type()) {
                    case SUBMIT_JOB_BG,
                            SUBMIT_JOB_HIGH_BG,
                            SUBMIT_JOB_LOW_BG,
                            SUBMIT_JOB_EPOCH,
                            SUBMIT_REDUCE_JOB_BACKGROUND -> true;
                    default -> false;
                };
    }

    /** What a worker says of a job is for others, who must not wait for this peer's commit; an error about it waits. */
    private static boolean isReport(Message message) {
        return message instanceof Packet packet
                && switch (packet.type()) {
                    case WORK_DATA, WORK_WARNING, WORK_STATUS, WORK_COMPLETE, WORK_FAIL, WORK_EXCEPTION -> true;
                    default -> false;
                };
    }

    /** Answers that wait for a commit come first. */
    private void awaitCommit() {
        if (deliveries.awaitsCommit()) {
            deliveries.flush(LOG);
        }
    }

    @Override
    public void heardAll() {
        closeGrab();
    }

    private void closeGrab() {
        if (peer.mayHaveOpenGrab()) {
            dispatcher.closeGrab(peer, deliveries);
        }
    }

    @Override
    public void flush() {
        peer.heard(clock.nanoTime());
        deliveries.flush(LOG);
    }

    @Override
    public void end(String reason) {
        try {
            channelCommands.leave(member);
            dispatcher.disconnect(peer, reason, deliveries);
            nodes.end(link, reason, deliveries);
        } finally {
            // It may hold jobs for others.
            deliveries.flush(LOG);
        }
        if (LOG.isDebugEnabled()) {
            LOG.debug(line("disconnected").with("reason", reason).toString());
        }
    }

    /** Whether a line with this first word would be the beginning of a web browser's request, which ends the connection. */
    boolean isWebRequest(String verb) {
        return first && HTTP_METHODS.contains(verb.toUpperCase(Locale.ROOT));
    }

    /** Answers a line that is not to be heard. */
    void answer(String answer) {
        closeGrab();
        awaitCommit();
        deliveries.own().text(answer);
        first = false;
    }

    private boolean hear(String line) {
        String verb = TextCommands.verb(line);
        if (isWebRequest(verb)) {
            refusals.warn(line("http_refused").with("line", Data.beginning(line, MAX_REQUEST_CHARS)));
            return false;
        }
        if (verb.equalsIgnoreCase("quit") || verb.equalsIgnoreCase("exit")) {
            return false;
        }
        if (TextCommands.mayBlock(verb)) {
            // What others are to get must not wait for the store as well.
            deliveries.flush(LOG);
        }
        String answer = channelCommands.answer(line, member, peer, standing, deliveries);
        if (answer == null) {
            answer = textCommands.answer(line, standing, peer, deliveries);
        }
        deliveries.own().text(answer);
        return true;
    }

    private void hear(Packet packet) {
        switch (packet.type()) {
            case ECHO_REQ -> echo(packet);
            case SUBMIT_JOB -> submit(packet, Priority.NORMAL, false, null, 0);
            case SUBMIT_JOB_BG -> submit(packet, Priority.NORMAL, true, null, 0);
            case SUBMIT_JOB_HIGH -> submit(packet, Priority.HIGH, false, null, 0);
            case SUBMIT_JOB_HIGH_BG -> submit(packet, Priority.HIGH, true, null, 0);
            case SUBMIT_JOB_LOW -> submit(packet, Priority.LOW, false, null, 0);
            case SUBMIT_JOB_LOW_BG -> submit(packet, Priority.LOW, true, null, 0);
            case SUBMIT_JOB_EPOCH -> submitEpoch(packet);
            case SUBMIT_REDUCE_JOB -> submitReduce(packet, false);
            case SUBMIT_REDUCE_JOB_BACKGROUND -> submitReduce(packet, true);
            case GRAB_JOB -> dispatcher.grab(peer, Dispatcher.Grab.JOB, deliveries);
            case GRAB_JOB_UNIQ -> dispatcher.grab(peer, Dispatcher.Grab.JOB_UNIQ, deliveries);
            case GRAB_JOB_ALL -> dispatcher.grab(peer, Dispatcher.Grab.JOB_ALL, deliveries);
            case WORK_COMPLETE, WORK_STATUS, WORK_FAIL, WORK_EXCEPTION, WORK_DATA, WORK_WARNING -> report(packet);
            case PRE_SLEEP -> dispatcher.preSleep(peer, deliveries);
            case CAN_DO -> canDo(packet);
            case CAN_DO_TIMEOUT -> canDoTimeout(packet);
            case CANT_DO -> dispatcher.cantDo(peer, packet.function(0), deliveries);
            case RESET_ABILITIES -> dispatcher.resetAbilities(peer, deliveries);
            case GET_STATUS -> getStatus(packet);
            case GET_STATUS_UNIQUE -> getStatusUnique(packet);
            case SET_CLIENT_ID -> setClientId(packet.text(0));
            case OPTION_REQ -> option(packet);
            default -> error(ErrorCode.INVALID_COMMAND, "Command not expected");
        }
    }

    private void echo(Packet packet) {
        nodes.echoed(link, packet.data());
        deliveries.own().forward(PacketType.ECHO_RES, packet);
    }

    private void setClientId(String id) {
        String kept = Data.beginning(id, MAX_CLIENT_ID_CHARS);
        dispatcher.setClientId(peer, kept.isEmpty() ? "-" : kept, deliveries);
    }

    private void submit(Packet packet, Priority priority, boolean background, FunctionName reducer, long epochSeconds) {
        if (packet.length(1) > UniqueId.MAX_BYTES) {
            error(ErrorCode.ARGUMENT_TOO_LARGE, "Unique value too large");
        } else if (functionNameFits(packet, 0)) {
            lastFunction = packet.function(0, lastFunction);
            Submission submission = new Submission(
                    lastFunction, packet.unique(1), priority, background, packet.data(), reducer, epochSeconds);
            String refusal = dispatcher.submit(peer, submission, deliveries);
            if (refusal != null) {
                error(ErrorCode.QUEUE_ERROR, refusal);
            }
        }
    }

    private void submitEpoch(Packet packet) {
        long seconds = wholeNumber(packet.text(2));
        if (seconds < 0) {
            error(
                    ErrorCode.INVALID_ARGUMENTS,
                    "SUBMIT_JOB_EPOCH takes seconds since 1970 as a whole number, not " + packet.text(2));
        } else {
            submit(packet, Priority.NORMAL, true, null, seconds);
        }
    }

    private void submitReduce(Packet packet, boolean background) {
        if (packet.length(2) == 0) {
            submit(packet, Priority.NORMAL, background, null, 0);
        } else if (functionNameFits(packet, 2)) {
            submit(packet, Priority.NORMAL, background, packet.function(2), 0);
        }
    }

    /** A number of at most 18 digits and nothing else, or -1. */
    private static long wholeNumber(String text) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }

    private void canDo(Packet packet) {
        if (functionNameFits(packet, 0)) {
            canDo(packet.function(0), null);
        }
    }

    private void canDoTimeout(Packet packet) {
        long millis = wholeNumber(packet.text(1));
        if (millis < 0 || millis > MAX_TIMEOUT.toMillis()) {
            error(
                    ErrorCode.INVALID_ARGUMENTS,
                    "CAN_DO_TIMEOUT takes milliseconds, 0 to " + MAX_TIMEOUT.toMillis() + ", not " + packet.text(1));
        } else if (functionNameFits(packet, 0)) {
            Duration timeout = millis == 0 ? null : Duration.ofMillis(millis);
            canDo(packet.function(0), timeout);
        }
    }

    private void canDo(FunctionName function, Duration timeout) {
        String refusal = dispatcher.canDo(peer, function, timeout, deliveries);
        if (refusal != null) {
            error(ErrorCode.TOO_MANY_FUNCTIONS, refusal);
        }
    }

    private boolean functionNameFits(Packet packet, int argument) {
        int length = packet.length(argument);
        if (length > 0 && length <= FunctionName.MAX_BYTES) {
            return true;
        }
        error(
                length == 0 ? ErrorCode.INVALID_ARGUMENTS : ErrorCode.ARGUMENT_TOO_LARGE,
                "A function name has 1 to " + FunctionName.MAX_BYTES + " bytes, this one has " + length);
        return false;
    }

    private void report(Packet packet) {
        if (!dispatcher.report(peer, packet, deliveries)) {
            String text = switch (packet.type()) {
                case WORK_DATA, WORK_WARNING -> "Job does not exist on server";
                case WORK_EXCEPTION -> "An exception was received for a job that does not exist";
                default -> "Job given in work result not found";
            };
            error(ErrorCode.JOB_NOT_FOUND, text);
        }
    }

    private void getStatus(Packet packet) {
        JobHandle handle = packet.handle(0);
        Optional<JobStatus> status = dispatcher.job(handle);
        deliveries.own().packet(PacketType.STATUS_RES, Data.of(numbers(status)), handle);
    }

    private void getStatusUnique(Packet packet) {
        UniqueId unique = packet.unique(0);
        Optional<JobStatus> status = dispatcher.job(unique);
        String waiting = status.map(s -> Integer.toString(s.waiting())).orElse("0");
        deliveries.own().packet(PacketType.STATUS_RES_UNIQUE, Data.of(numbers(status) + "\0" + waiting), unique);
    }

    /** Known, running, numerator and denominator. */
    private static String numbers(Optional<JobStatus> status) {
        return status.map(s -> String.join(
                        "\0",
                        "1",
                        s.running() ? "1" : "0",
                        Long.toString(s.numerator()),
                        Long.toString(s.denominator())))
                .orElse(UNKNOWN_JOB);
    }

    private void option(Packet packet) {
        String option = packet.text(0);
        if (TokenOption.is(option)) {
            // It was looked at before it came here, or nobody needs one.
            deliveries.own().packet(PacketType.OPTION_RES, TokenOption.NAME);
            return;
        }
        if (Nodes.isAnnouncement(option)) {
            Refusal refusal = nodes.announce(link, option, deliveries);
            if (refusal != null) {
                error(refusal.code(), refusal.text());
                return;
            }
        } else if (!setOption(option.toLowerCase(Locale.ROOT))) {
            error(ErrorCode.UNKNOWN_OPTION, "Server does not recognize given option");
            return;
        }
        deliveries.own().forward(PacketType.OPTION_RES, packet);
    }

    /** Returns false where there is no such option. */
    private boolean setOption(String option) {
        switch (option) {
            case "exceptions" -> dispatcher.wantExceptions(peer);
            case "catalog" -> dispatcher.becomePoller(peer);
            case "cancel" -> dispatcher.wantCancels(peer);
            case "attempt" -> dispatcher.wantAttempts(peer);
            case "parts" -> dispatcher.wantMissedParts(peer);
            case "control" -> nodes.control(link);
            case "leave" -> nodes.leave(link);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void error(ErrorCode code, String text) {
        awaitCommit();
        deliveries.own().packet(PacketType.ERROR, code.name(), text);
    }

    private LogEvent line(String event) {
        return LogEvent.of(event).with("conn", connection.number()).with("address", connection.address());
    }
}
