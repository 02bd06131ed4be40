package io.kookoo.client.shell;

import io.kookoo.client.FunctionStatus;
import io.kookoo.client.Kookoo;
import io.kookoo.client.TextVerb;
import io.kookoo.client.terminal.Prompt.Completion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** What may be typed: commands, and the functions that are offered and the channels that there are, as the server last said. Any thread may use it. */
public final class Completions {
    /** What the shell does itself. */
    static final List<String> OWN = List.of("exit", "quit");

    /** Commands that name a channel. */
    private static final Set<String> OF_CHANNELS =
            Set.of("subscribe", "unsubscribe", "publish", "publish_message", "history");

    /** What follows other commands. */
    private static final Map<String, List<String>> SECOND = Map.of(
            "show", List.of("clients", "functions", "jobs", "load", "queued", "running", "settings", "unique"),
            "cancel", List.of("job", "unique"),
            "create", List.of("function"),
            "drop", List.of("function"),
            "jobs", List.of("function", "limit", "since", "state"),
            "retry", List.of("function"),
            "purge", List.of("function"),
            "shutdown", List.of("graceful"));

    /** Commands that name a node, by its id or its name. */
    private static final Set<String> OF_NODES = Set.of("quiet", "resume", "stop");

    private static final Set<String> OF_FUNCTIONS = Set.of("function", "queued", "maxqueue");
    /** What can be typed as it is, and does nothing to a terminal; not the batches, {@code add[]}. */
    private static final String NAME = "[\\p{L}\\p{N}_.:@-]+";

    private volatile Set<String> functions = Set.of();
    private volatile Set<String> channels = Set.of();
    private volatile Set<String> nodes = Set.of();

    /** Asks the server anew; the future ends when it has answered, and fails where it does not say what functions there are. */
    CompletableFuture<Void> refresh(Kookoo kookoo) {
        CompletableFuture<Void> asked = kookoo.status()
                .thenAccept(list -> functions =
                        names(list.stream().filter(FunctionStatus::isOffered).map(FunctionStatus::function)));
        // A server without channels refuses.
        CompletableFuture<Void> askedChannels = kookoo.askList(TextVerb.CHANNELS.toString())
                .thenAccept(list -> channels = names(list.stream().map(line -> line.split("\\s", 2)[0])));
        // Likewise one without nodes.
        CompletableFuture<Void> askedNodes = kookoo.askList(TextVerb.NODES.toString())
                .thenAccept(list -> nodes = names(list.stream()
                        .flatMap(line -> Stream.of(line.split("\t", 3)).limit(2))));
        return CompletableFuture.allOf(
                asked, askedChannels.exceptionally(failure -> null), askedNodes.exceptionally(failure -> null));
    }

    private static Set<String> names(Stream<String> names) {
        Set<String> sorted = new TreeSet<>();
        names.filter(name -> name.matches(NAME)).forEach(sorted::add);
        return sorted;
    }

    /** Whether a worker offers it. */
    boolean isFunction(String name) {
        return functions.contains(name);
    }

    /** Everything that a line may begin with. */
    List<String> words() {
        List<String> words = new ArrayList<>(OWN);
        words.addAll(TextVerb.words());
        words.addAll(functions);
        return words;
    }

    /**
     * What a word may become; blocks for nothing.
     *
     * @param before what stands before it on the line
     * @param begun what of it stands before the cursor
     */
    List<Completion> of(String before, String begun) {
        List<String> words =
                before.isBlank() ? List.of() : List.of(before.strip().split("\\s+"));
        if (words.isEmpty()) {
            return Stream.concat(
                            completions(Stream.concat(OWN.stream(), TextVerb.words().stream()), true),
                            completions(functions.stream().map(name -> name + "("), false))
                    .filter(completion -> completion.text().startsWith(begun))
                    .toList();
        }
        return completions(following(words).stream(), true)
                .filter(completion -> completion.text().startsWith(begun))
                .toList();
    }

    private Collection<String> following(List<String> words) {
        String verb = words.get(0).toLowerCase(Locale.ROOT);
        if (OF_FUNCTIONS.contains(words.get(words.size() - 1).toLowerCase(Locale.ROOT))) {
            return functions;
        }
        if (words.size() > 1) {
            return List.of();
        }
        if (OF_NODES.contains(verb)) {
            return nodes;
        }
        return OF_CHANNELS.contains(verb) ? channels : SECOND.getOrDefault(verb, List.of());
    }

    private static Stream<Completion> completions(Stream<String> texts, boolean ended) {
        return texts.map(text -> new Completion(text, ended));
    }
}
