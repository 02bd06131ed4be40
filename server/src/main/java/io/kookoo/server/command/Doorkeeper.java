package io.kookoo.server.command;

import io.kookoo.log.LogEvent;
import io.kookoo.protocol.ErrorCode;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.Refusal;
import io.kookoo.protocol.TextLine;
import io.kookoo.server.access.Access;
import io.kookoo.server.access.Need;
import io.kookoo.server.access.NotAdmittedException;
import io.kookoo.server.access.RefusalLog;
import io.kookoo.server.access.Standing;
import io.kookoo.server.net.Connection;
import io.kookoo.server.net.Conversation;
import java.util.Optional;

/**
 * Stands before the conversation of a connection that may not do everything: takes its token, and lets pass what it may ask for. What it
 * refuses is answered in its turn, logged, and changes nothing. No line of the log has a token in it, nor a line of text that may be one.
 * Confined to the connection's reading thread.
 *
 * <p>Source: {@code docs/protocol.md}, Tokens and roles.
 */
public final class Doorkeeper implements Conversation {
    private final PeerConversation inner;
    private final Access access;
    private final RefusalLog log;
    private final Connection connection;
    private Standing standing;

    private Doorkeeper(
            PeerConversation inner, Standing standing, Access access, RefusalLog log, Connection connection) {
        this.inner = inner;
        this.standing = standing;
        this.access = access;
        this.log = log;
        this.connection = connection;
    }

    /** The same conversation where the connection may do everything, and with somebody before it otherwise. */
    public static Conversation before(
            PeerConversation conversation, Standing standing, Access access, RefusalLog log, Connection connection) {
        conversation.speakAs(standing);
        return standing.mayAll() ? conversation : new Doorkeeper(conversation, standing, access, log, connection);
    }

    @Override
    public boolean hear(Message message) {
        if (standing.mayAll()) {
            return inner.hear(message);
        }
        if (message instanceof Packet packet) {
            return standing.isStranger() ? hearOfStranger(packet) : hear(packet);
        }
        if (message instanceof TextLine line) {
            return standing.isStranger() ? hearOfStranger(line) : hear(line);
        }
        return inner.hear(message);
    }

    @Override
    public boolean isKnown() {
        return !standing.isStranger();
    }

    // ---- packets ----

    private boolean hearOfStranger(Packet packet) {
        if (packet.type() == PacketType.OPTION_REQ && TokenOption.is(packet.text(0))) {
            String refusal = show(TokenOption.token(packet.text(0)));
            if (refusal != null) {
                refuse(ErrorCode.AUTH_FAILED, refusal);
                return false;
            }
            return inner.hear(packet);
        }
        if (standing.may(packet.type())) {
            return inner.hear(packet);
        }
        logged(ErrorCode.AUTH_REQUIRED, packet.type().name());
        refuse(ErrorCode.AUTH_REQUIRED, "This server wants a token first: OPTION_REQ token=...");
        return true;
    }

    private boolean hear(Packet packet) {
        boolean option = packet.type() == PacketType.OPTION_REQ;
        if (!option && standing.may(packet.type())) {
            return inner.hear(packet);
        }
        Need need = option ? Need.ofOption(packet.text(0)) : Need.of(packet.type());
        if (standing.may(need)) {
            return inner.hear(packet);
        }
        logged(ErrorCode.PERMISSION_DENIED, packet.type().name());
        refuse(ErrorCode.PERMISSION_DENIED, denied(packet.type().name(), need));
        return true;
    }

    private void refuse(ErrorCode code, String text) {
        inner.hear(new Refusal(code, text));
    }

    // ---- lines of text ----

    private boolean hearOfStranger(TextLine line) {
        String verb = TextCommands.verb(line.text());
        if (TokenOption.isCommand(verb)) {
            String token = line.text().strip().substring(verb.length()).strip();
            String refusal = show(token);
            if (refusal != null) {
                refuseLine(ErrorCode.AUTH_FAILED, refusal);
                return false;
            }
            return inner.hear(line);
        }
        Optional<Need> need = Need.ofVerb(verb);
        if (need.isPresent() && standing.may(need.get()) || inner.isWebRequest(verb)) {
            return inner.hear(line);
        }
        // What is no command may be a token that somebody has typed without its verb.
        logged(ErrorCode.AUTH_REQUIRED, need.isPresent() ? verb : "-");
        refuseLine(ErrorCode.AUTH_REQUIRED, "this server wants a token first: auth TOKEN");
        return true;
    }

    private boolean hear(TextLine line) {
        String verb = TextCommands.verb(line.text());
        Optional<Need> need = Need.ofVerb(verb);
        if (need.isEmpty() && !inner.isWebRequest(verb)) {
            // Not asked of the one behind: a command that the table lacks is nobody's but an administrator's.
            inner.answer(TextCommands.unknown(verb));
            return true;
        }
        Need denied = need.orElse(Need.NOTHING);
        try {
            if (standing.may(denied)) {
                return inner.hear(line);
            }
        } catch (DeniedException e) {
            denied = e.need();
        }
        logged(ErrorCode.PERMISSION_DENIED, verb);
        refuseLine(ErrorCode.PERMISSION_DENIED, denied(verb, denied));
        return true;
    }

    private void refuseLine(ErrorCode code, String text) {
        inner.answer(TextCommands.error(code.name(), text));
    }

    // ---- both ----

    /** Shows a token; null where it is taken, else why not. */
    private String show(String token) {
        try {
            standing = access.showing(token, connection.address(), connection.commonName());
            inner.speakAs(standing);
            return null;
        } catch (NotAdmittedException e) {
            log.warn(event("auth_failed").with("reason", e.getMessage()));
            return e.getMessage();
        }
    }

    private String denied(String what, Need need) {
        return what + " needs " + need.words() + ", which " + standing.name()
                + " has not; the administrator of the server gives roles in [Access] of its settings.ini";
    }

    private void logged(ErrorCode code, String what) {
        log.warn(event(code == ErrorCode.AUTH_REQUIRED ? "auth_required" : "permission_denied")
                .with("name", standing.name().isEmpty() ? "-" : standing.name())
                .with("what", what));
    }

    private LogEvent event(String event) {
        return LogEvent.of(event).with("conn", connection.number()).with("address", connection.address());
    }

    // ---- the rest is said to the one behind ----

    @Override
    public void heardAll() {
        inner.heardAll();
    }

    @Override
    public void flush() {
        inner.flush();
    }

    @Override
    public void end(String reason) {
        inner.end(reason);
    }
}
