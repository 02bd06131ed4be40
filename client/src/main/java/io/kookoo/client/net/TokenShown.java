package io.kookoo.client.net;

import io.kookoo.protocol.ErrorCode;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.PacketWriter;
import io.kookoo.protocol.TextLine;
import java.util.Optional;

/** The token that a connection shows first, and what the server says about it. After the first words for the thread that reads. */
final class TokenShown {
    private static final String OPTION = "token";

    private final Optional<Token> token;
    private final ServerAddress server;
    private boolean unanswered;

    TokenShown(Optional<Token> token, ServerAddress server) {
        this.token = token;
        this.server = server;
        this.unanswered = token.isPresent();
    }

    /** Writes what goes before all else. */
    void write(PacketWriter writer) {
        token.ifPresent(shown -> writer.packet(
                PacketType.OPTION_REQ, OPTION + "=" + shown.secret().reveal()));
    }

    /** Whether a message is the answer to the token, and nobody else's business. For whoever reads, one at a time. */
    boolean isAnswer(Message message) {
        if (!unanswered || !(message instanceof Packet packet)) {
            return false;
        }
        boolean taken = packet.type() == PacketType.OPTION_RES && packet.text(0).equals(OPTION);
        // One that knows no tokens wants none.
        boolean unknown = isError(packet, ErrorCode.UNKNOWN_OPTION);
        if (taken || unknown) {
            unanswered = false;
            token.ifPresent(shown -> shown.takenBy(server));
        }
        return taken || unknown;
    }

    /** @throws TokenException where the server says that there is no talking without a token, or with this one */
    void check(Message message) throws TokenException {
        if (message instanceof TextLine line && line.text().startsWith("ERR " + ErrorCode.AUTH_REQUIRED + " ")) {
            throw wanted();
        }
        if (message instanceof Packet packet && packet.type() == PacketType.ERROR) {
            if (isError(packet, ErrorCode.AUTH_REQUIRED)) {
                throw wanted();
            }
            if (isError(packet, ErrorCode.AUTH_FAILED)) {
                TokenException refusal = new TokenException(
                        "the server does not take the token of this client (KOOKOO_TOKEN, PASSWORD, or"
                                + " [Security] token_file): " + packet.text(1),
                        false);
                token.ifPresent(shown -> shown.refusedBy(server, refusal));
                throw refusal;
            }
        }
    }

    private static boolean isError(Packet packet, ErrorCode code) {
        return packet.type() == PacketType.ERROR && packet.text(0).equals(code.name());
    }

    private static TokenException wanted() {
        return new TokenException(
                "the server wants a token: give it in the environment as KOOKOO_TOKEN, or in the file of [Security] token_file",
                true);
    }
}
