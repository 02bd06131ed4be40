package io.kookoo.client;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The first words of the protocol's text commands, and what answers them ({@code docs/protocol.md}, Text commands). */
public enum TextVerb {
    VERSION(false),
    GETPID(false),
    VERBOSE(false),
    STATUS(true),
    PRIORITYSTATUS(true),
    WORKERS(true),
    SHOW(true),
    CANCEL(false),
    CREATE(false),
    DROP(false),
    MAXQUEUE(false),
    SHUTDOWN(false),
    RESULT(false),
    JOBS(true),
    RETRY(false),
    PURGE(false),
    BACKUP(false),
    REPORT(false),
    NAME(false),
    CHANNELS(true),
    LISTCHANNELS(true),
    CREATECHANNEL(false),
    SUBSCRIBE(false),
    UNSUBSCRIBE(false),
    PUBLISH(false),
    PUBLISH_MESSAGE(false),
    CLIENTS(true),
    HISTORY(true),
    TELL(false),
    NODES(true),
    QUIET(false),
    RESUME(false),
    STOP(false),
    HELP(true);

    private final boolean list;

    TextVerb(boolean list) {
        this.list = list;
    }

    /** Whether the answer is lines up to one of a full stop; otherwise it is one line. A refusal is always one. */
    public boolean isList() {
        return list;
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
