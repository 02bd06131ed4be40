package io.kookoo.server.command;

import io.kookoo.log.LogEvent;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.ErrorCode;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.Refusal;
import io.kookoo.protocol.TextLine;
import io.kookoo.protocol.UniqueId;
import io.kookoo.server.dispatch.Deliveries;
import io.kookoo.server.dispatch.Dispatcher;
import io.kookoo.server.dispatch.JobStatus;
import io.kookoo.server.dispatch.Peer;
import io.kookoo.server.dispatch.Priority;
import io.kookoo.server.dispatch.Submission;
import io.kookoo.server.net.Connection;
import io.kookoo.server.net.Conversation;
import java.util.Locale;
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

    private final Dispatcher dispatcher;
    private final TextCommands textCommands;
    private final Connection connection;
    private final Peer peer;
    private final Deliveries deliveries;
    private boolean first = true;

    public PeerConversation(Dispatcher dispatcher, TextCommands textCommands, Connection connection) {
        this.dispatcher = dispatcher;
        this.textCommands = textCommands;
        this.connection = connection;
        this.peer = new Peer(connection.number(), connection.address(), connection.outbox());
        this.deliveries = new Deliveries(connection.outbox());
        dispatcher.connect(peer);
        if (LOG.isDebugEnabled()) {
            LOG.debug(line("connected").with("port", connection.port()).toString());
        }
    }

    @Override
    public boolean hear(Message message) {
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

    @Override
    public void flush() {
        deliveries.flush(LOG);
    }

    @Override
    public void end(String reason) {
        dispatcher.disconnect(peer, reason, deliveries);
        deliveries.flush(LOG);
        if (LOG.isDebugEnabled()) {
            LOG.debug(line("disconnected").with("reason", reason).toString());
        }
    }

    private boolean hear(String line) {
        String verb = line.strip().split("\\s", 2)[0];
        if (first && HTTP_METHODS.contains(verb.toUpperCase(Locale.ROOT))) {
            LOG.warn(line("http_refused").with("line", line).toString());
            return false;
        }
        if (verb.equalsIgnoreCase("quit") || verb.equalsIgnoreCase("exit")) {
            return false;
        }
        deliveries.own().text(textCommands.answer(line));
        return true;
    }

    private void hear(Packet packet) {
        switch (packet.type()) {
            case ECHO_REQ -> deliveries.own().forward(PacketType.ECHO_RES, packet);
            case SUBMIT_JOB -> submit(packet, Priority.NORMAL, false);
            case SUBMIT_JOB_BG -> submit(packet, Priority.NORMAL, true);
            case SUBMIT_JOB_HIGH -> submit(packet, Priority.HIGH, false);
            case SUBMIT_JOB_HIGH_BG -> submit(packet, Priority.HIGH, true);
            case SUBMIT_JOB_LOW -> submit(packet, Priority.LOW, false);
            case SUBMIT_JOB_LOW_BG -> submit(packet, Priority.LOW, true);
            case GRAB_JOB -> dispatcher.grab(peer, Dispatcher.Grab.JOB, deliveries);
            case GRAB_JOB_UNIQ -> dispatcher.grab(peer, Dispatcher.Grab.JOB_UNIQ, deliveries);
            case GRAB_JOB_ALL -> dispatcher.grab(peer, Dispatcher.Grab.JOB_ALL, deliveries);
            case WORK_COMPLETE, WORK_STATUS, WORK_FAIL, WORK_EXCEPTION, WORK_DATA, WORK_WARNING -> report(packet);
            case PRE_SLEEP -> dispatcher.preSleep(peer, deliveries);
            case CAN_DO -> canDo(packet);
            case CANT_DO -> dispatcher.cantDo(peer, packet.function(0), deliveries);
            case RESET_ABILITIES -> dispatcher.resetAbilities(peer, deliveries);
            case GET_STATUS -> getStatus(packet);
            case SET_CLIENT_ID -> setClientId(packet.text(0));
            case OPTION_REQ -> option(packet);
            default -> error(ErrorCode.INVALID_COMMAND, "Command not expected");
        }
    }

    private void submit(Packet packet, Priority priority, boolean background) {
        if (packet.length(1) > UniqueId.MAX_BYTES) {
            error(ErrorCode.ARGUMENT_TOO_LARGE, "Unique value too large");
        } else if (functionNameFits(packet)) {
            Submission submission =
                    new Submission(packet.function(0), packet.unique(1), priority, background, packet.data());
            String refusal = dispatcher.submit(peer, submission, deliveries);
            if (refusal != null) {
                error(ErrorCode.QUEUE_ERROR, refusal);
            }
        }
    }

    private void setClientId(String id) {
        String kept = id.substring(0, Math.min(id.length(), MAX_CLIENT_ID_CHARS));
        dispatcher.setClientId(peer, kept.isEmpty() ? "-" : kept, deliveries);
    }

    private void canDo(Packet packet) {
        if (functionNameFits(packet)) {
            dispatcher.canDo(peer, packet.function(0), deliveries);
        }
    }

    private boolean functionNameFits(Packet packet) {
        int length = packet.length(0);
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
        JobStatus status = dispatcher.jobStatus(handle);
        String rest = String.join(
                "\0",
                status.known() ? "1" : "0",
                status.running() ? "1" : "0",
                Long.toString(status.numerator()),
                Long.toString(status.denominator()));
        deliveries.own().packet(PacketType.STATUS_RES, Data.of(rest), handle);
    }

    private void option(Packet packet) {
        switch (packet.text(0).toLowerCase(Locale.ROOT)) {
            case "exceptions" -> dispatcher.wantExceptions(peer);
            case "catalog" -> dispatcher.becomePoller(peer);
            default -> {
                error(ErrorCode.UNKNOWN_OPTION, "Server does not recognize given option");
                return;
            }
        }
        deliveries.own().forward(PacketType.OPTION_RES, packet);
    }

    private void error(ErrorCode code, String text) {
        deliveries.own().packet(PacketType.ERROR, code.name(), text);
    }

    private LogEvent line(String event) {
        return LogEvent.of(event).with("conn", connection.number()).with("address", connection.address());
    }
}
