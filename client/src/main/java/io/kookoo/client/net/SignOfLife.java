package io.kookoo.client.net;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.TextLine;
import io.kookoo.settings.Settings.Client.Balance;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks a server whether it is there, and talks with this client: that it takes connections says little, the system does that for one that stands
 * still, too; and one that wants a token answers ECHO_REQ without.
 */
public final class SignOfLife {
    /** The load of a server that does not say it, such as a Gearman server of another make: it is used where no other is. */
    public static final long UNKNOWN = Long.MAX_VALUE;

    /** Not that of the pings, whose answers do not leave the connection. */
    private static final Data PROBE = Data.of("kookoo-probe");
    /** The connections, the jobs that wait, and those that run. */
    private static final Pattern LOAD = Pattern.compile("\\d+\t(\\d{1,17})\t(\\d{1,17})");

    private SignOfLife() {}

    /**
     * Waits for the answer, for the ping timeout of the connection at most. The connection has nothing else to read.
     *
     * @return with {@link Balance#LEAST} the jobs that wait and run there, or {@link #UNKNOWN}; otherwise 0
     * @throws TokenException where the server wants a token, or does not take the one of this client
     * @throws IOException where there is no answer
     */
    public static long ask(ServerConnection connection, Balance balance) throws IOException {
        if (balance == Balance.LEAST) {
            return load(connection);
        }
        connection.send(writer -> {
            // Whoever may do anything may ask for it, of any job, also of one that nobody knows.
            writer.packet(PacketType.GET_STATUS, PROBE);
            writer.packet(PacketType.ECHO_REQ, PROBE);
        });
        Packet answer = connection.readPacket();
        while (answer.type() != PacketType.ECHO_RES || !answer.data().equals(PROBE)) {
            answer = connection.readPacket();
        }
        return 0;
    }

    private static long load(ServerConnection connection) throws IOException {
        connection.send(writer -> writer.text("show load\n"));
        long load = UNKNOWN;
        while (true) {
            Message message = connection.read();
            if (!(message instanceof TextLine line)) {
                throw new IOException("the server answers show load with " + message);
            }
            Matcher row = LOAD.matcher(line.text());
            if (row.matches()) {
                load = Long.parseLong(row.group(1)) + Long.parseLong(row.group(2));
            } else if (line.text().equals(".") || line.text().startsWith("ERR ")) {
                return load;
            }
        }
    }
}
