package io.kookoo.server.command;

import io.kookoo.server.access.Need;
import io.kookoo.server.access.Standing;
import io.kookoo.server.channel.Channels;
import io.kookoo.server.channel.Member;
import io.kookoo.server.channel.RefusedException;
import io.kookoo.server.dispatch.Deliveries;
import io.kookoo.server.dispatch.Dispatcher;
import io.kookoo.server.dispatch.Peer;
import io.kookoo.server.dispatch.PeerStatus;
import io.kookoo.server.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines of text by which connections take names and talk over channels. Thread-safe; blocks on nothing.
 *
 * <p>Source: {@code docs/protocol.md}, Channels.
 */
public final class ChannelCommands {
    /** A verb, a word, and the rest as it was sent, whatever it holds: one blank ends each. */
    private static final Pattern LINE = Pattern.compile("\\s*(\\S+)(?:\\s+(\\S+)(?:\\s(.*))?)?\\s*", Pattern.DOTALL);

    private final Channels channels;
    private final Dispatcher dispatcher;
    private final Clock clock;
    private final BiConsumer<Peer, String> nameTaken;

    /** @param nameTaken is told of each name that a connection takes; does not block */
    public ChannelCommands(Channels channels, Dispatcher dispatcher, Clock clock, BiConsumer<Peer, String> nameTaken) {
        this.channels = channels;
        this.dispatcher = dispatcher;
        this.clock = clock;
        this.nameTaken = nameTaken;
    }

    /** The connection has ended. */
    void leave(Member member) {
        channels.leave(member);
    }

    /**
     * The whole answer to a line, with the ends of its lines.
     *
     * @param member who sent it, and so is {@code peer}
     * @param standing of who sent it; that it may use the verb was looked at before
     * @throws DeniedException where the channel is the server's own and none of its business
     * @return empty where the answer is in the outbox already; null where the line is none of these commands
     */
    String answer(String line, Member member, Peer peer, Standing standing, Deliveries deliveries) {
        Matcher words = LINE.matcher(line);
        if (!words.matches()) {
            return null;
        }
        String verb = words.group(1).toLowerCase(Locale.ROOT);
        String word = words.group(2);
        String rest = words.group(3);
        if ((verb.equals("subscribe") || verb.equals("history"))
                && !standing.isAdmin()
                && word != null
                && channels.isSystem(word)) {
            throw new DeniedException(Need.CHANNEL);
        }
        try {
            return switch (verb) {
                case "name" -> name(member, peer, word, rest);
                case "channels", "listchannels" -> list(word);
                case "createchannel" -> create(word, rest);
                // "create function F" is Gearman's.
                case "create" -> word == null || word.equalsIgnoreCase("function") ? null : create(word, rest);
                case "subscribe" -> subscribe(member, word, rest, deliveries);
                case "unsubscribe" -> unsubscribe(member, word, rest);
                case "publish", "publish_message" -> publish(member, word, rest, deliveries);
                case "tell" -> tell(member, word, rest, deliveries);
                case "history" -> history(word, rest);
                case "clients" -> clients(word);
                default -> null;
            };
        } catch (RefusedException e) {
            return TextCommands.error(e.code(), e.getMessage());
        } catch (UsageException e) {
            return TextCommands.error("INVALID_ARGUMENTS", "the command is: " + e.getMessage());
        }
    }

    /** The words behind the verb are not what it takes; the message is what it does. */
    private static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String usage) {
            super(usage, null, false, false);
        }
    }

    private static void check(boolean fits, String usage) throws UsageException {
        if (!fits) {
            throw new UsageException(usage);
        }
    }

    private static boolean isBlank(String rest) {
        return rest == null || rest.isBlank();
    }

    private String name(Member member, Peer peer, String name, String rest) throws RefusedException, UsageException {
        check(isBlank(rest), "name [NAME], a name without blanks");
        if (name != null) {
            channels.takeName(member, name);
            nameTaken.accept(peer, name);
            return TextCommands.ok(name);
        }
        String taken = channels.name(member);
        return TextCommands.ok(taken == null ? "-" : taken);
    }

    private String list(String word) throws UsageException {
        check(word == null, "channels");
        StringBuilder answer = new StringBuilder();
        channels.list().forEach((name, subscribers) -> TextCommands.row(answer, name, subscribers));
        return answer.append(TextCommands.END).toString();
    }

    private String create(String name, String rest) throws RefusedException, UsageException {
        check(name != null && isBlank(rest), "create CHANNEL, a name without blanks");
        channels.create(name);
        return TextCommands.ok(name);
    }

    private String subscribe(Member member, String name, String rest, Deliveries deliveries)
            throws RefusedException, UsageException {
        String usage = "subscribe CHANNEL [--last N], N a whole number";
        check(name != null, usage);
        int last = 0;
        if (!isBlank(rest)) {
            String[] options = rest.strip().split("\\s+");
            check(options.length == 2 && options[0].equals("--last"), usage);
            last = count(options[1], usage);
        }
        channels.subscribe(member, name, last, TextCommands.ok(name), deliveries);
        return "";
    }

    private String unsubscribe(Member member, String name, String rest) throws RefusedException, UsageException {
        check(name != null && isBlank(rest), "unsubscribe CHANNEL");
        channels.unsubscribe(member, name);
        return TextCommands.ok(name);
    }

    private String publish(Member member, String name, String text, Deliveries deliveries)
            throws RefusedException, UsageException {
        check(name != null && !isBlank(text), "publish CHANNEL TEXT, a text that is not blank");
        return TextCommands.ok(Integer.toString(channels.publish(member, name, text, deliveries)));
    }

    private String tell(Member member, String name, String text, Deliveries deliveries)
            throws RefusedException, UsageException {
        check(name != null && !isBlank(text), "tell NAME TEXT, a text that is not blank");
        channels.tell(member, name, text, deliveries);
        return TextCommands.ok(name);
    }

    private String history(String name, String rest) throws RefusedException, UsageException {
        String usage = "history CHANNEL [N], N a whole number";
        check(name != null, usage);
        int count = isBlank(rest) ? Integer.MAX_VALUE : count(rest.strip(), usage);
        return channels.history(name, count) + TextCommands.END;
    }

    private static int count(String text, String usage) throws UsageException {
        check(text.matches("[0-9]{1,9}"), usage);
        return Integer.parseInt(text);
    }

    private String clients(String word) throws UsageException {
        check(word == null, "clients");
        Map<Long, Member.Status> members = channels.members();
        StringBuilder answer = new StringBuilder();
        for (PeerStatus peer : dispatcher.peers()) {
            Member.Status member = members.get(peer.number());
            TextCommands.row(
                    answer,
                    peer.number(),
                    member == null || member.name() == null ? "-" : member.name(),
                    peer.endpoint(),
                    peer.since().truncatedTo(ChronoUnit.MILLIS),
                    TextCommands.seconds(Duration.between(peer.since(), clock.now())),
                    member == null || member.channels().isEmpty() ? "-" : String.join(",", member.channels()));
        }
        return answer.append(TextCommands.END).toString();
    }
}
