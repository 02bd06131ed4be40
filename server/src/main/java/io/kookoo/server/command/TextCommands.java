package io.kookoo.server.command;

import io.kookoo.Version;
import io.kookoo.protocol.FunctionName;
import io.kookoo.server.dispatch.Dispatcher;
import io.kookoo.server.dispatch.FunctionStatus;
import io.kookoo.server.dispatch.PeerStatus;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The lines of text that people and monitoring tools send. Each is answered by one line, {@code OK ...} or
 * {@code ERR CODE text}, or by a list that ends with a line {@code .}. Columns are separated by tabs and are never added to:
 * tools split them. Thread-safe; blocks on nothing.
 *
 * <p>Source: {@code docs/protocol.md}, Text commands; file PROTOCOL of gearmand, "Administrative Protocol".
 */
public final class TextCommands {
    private static final String END = ".\n";

    private static final String HELP = """
            version\tthe server's version
            getpid\tthe server's process id
            status\tfunctions: name, jobs queued and running, jobs running, workers
            workers\tconnections: number, address, client id, and the functions each can do
            help\tthis list
            quit\tends the connection
            """;

    private final Dispatcher dispatcher;

    public TextCommands(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
    }

    /** The whole answer to a line, with the ends of its lines. The verb may be in any case; words are split at blanks. */
    String answer(String line) {
        String verb = line.strip().split("\\s+", 2)[0];
        return switch (verb.toLowerCase(Locale.ROOT)) {
            case "version" -> "OK " + Version.TEXT + "\n";
            case "getpid" -> "OK " + ProcessHandle.current().pid() + "\n";
            case "status" -> status();
            case "workers" -> workers();
            case "help" -> HELP + END;
            default -> "ERR UNKNOWN_COMMAND Unknown+server+command" + encode(verb) + "\r\n";
        };
    }

    private String status() {
        StringBuilder answer = new StringBuilder();
        for (FunctionStatus function : dispatcher.functionStatuses()) {
            answer.append(function.name())
                    .append('\t')
                    .append(function.total())
                    .append('\t')
                    .append(function.running())
                    .append('\t')
                    .append(function.workers())
                    .append('\n');
        }
        return answer.append(END).toString();
    }

    private String workers() {
        StringBuilder answer = new StringBuilder();
        for (PeerStatus peer : dispatcher.peerStatuses()) {
            answer.append(peer.number())
                    .append(' ')
                    .append(peer.address())
                    .append(' ')
                    .append(column(peer.clientId()))
                    .append(" :");
            for (FunctionName function : peer.functions()) {
                answer.append(' ').append(column(function.toString()));
            }
            answer.append('\n');
        }
        return answer.append(END).toString();
    }

    /** A text as one column between blanks. */
    private static String column(String text) {
        return FunctionName.of(text).toString().replace(" ", "%20");
    }

    /** What an unknown command was, such that it stays one word of one line whatever it holds. */
    private static String encode(String word) {
        return URLEncoder.encode(word, StandardCharsets.UTF_8);
    }
}
