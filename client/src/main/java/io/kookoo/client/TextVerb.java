package io.kookoo.client;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The first words of the protocol's text commands, and what answers them ({@code docs/protocol.md}, Text commands). */
public enum TextVerb {
    VERSION(false, true),
    GETPID(false, false),
    VERBOSE(false, true),
    STATUS(true, true),
    PRIORITYSTATUS(true, true),
    WORKERS(true, true),
    SHOW(true, true),
    CANCEL(false, false),
    CREATE(false, false),
    DROP(false, false),
    MAXQUEUE(false, false),
    SHUTDOWN(false, false),
    RESULT(false, false),
    JOBS(true, true),
    RETRY(false, false),
    PURGE(false, false),
    BACKUP(false, false),
    REPORT(false, false),
    NAME(false, false),
    CHANNELS(true, true),
    LISTCHANNELS(true, true),
    CREATECHANNEL(false, false),
    SUBSCRIBE(false, false),
    UNSUBSCRIBE(false, false),
    PUBLISH(false, false),
    PUBLISH_MESSAGE(false, false),
    CLIENTS(true, true),
    HISTORY(true, false),
    TELL(false, false),
    NODES(true, true),
    QUIET(false, false),
    RESUME(false, false),
    STOP(false, false),
    AUTH(false, false),
    HELP(true, true);

    private final boolean list;
    private final boolean onlyAsks;

    TextVerb(boolean list, boolean onlyAsks) {
        this.list = list;
        this.onlyAsks = onlyAsks;
    }

    /** Whether the answer is lines up to one of a full stop; otherwise it is one line. A refusal is always one. */
    public boolean isList() {
        return list;
    }

    /** Whether it changes nothing and is of no one server's jobs or messages, so that any server may be asked. */
    public boolean onlyAsks() {
        return onlyAsks;
    }

    /** Whether the answer comes only when the server's store, or its disk, has done something, and nothing else is read until then. */
    public boolean waitsForStore() {
        return switch (this) {
            case RESULT, JOBS, RETRY, PURGE, BACKUP, REPORT -> true;
            default -> false;
        };
    }

    /** The verb of a command, in any case; empty where the protocol has none such: a server that knows more may have it. */
    public static Optional<TextVerb> of(String command) {
        String word = command.strip().split("\\s", 2)[0];
        return Arrays.stream(values())
                .filter(verb -> verb.toString().equalsIgnoreCase(word))
                .findFirst();
    }

    /** All of them as they are typed. */
    public static List<String> words() {
        return Arrays.stream(values()).map(TextVerb::toString).toList();
    }

    /** As it is typed, in small letters. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
