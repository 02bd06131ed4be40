package io.kookoo.server.command;

import io.kookoo.server.dispatch.Deliveries;
import io.kookoo.server.node.NodeStatus;
import io.kookoo.server.node.Nodes;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * The lines of text by which people look after nodes. Thread-safe; blocks on nothing.
 *
 * <p>Source: {@code docs/protocol.md}, Nodes.
 */
public final class NodeCommands {
    private final Nodes nodes;

    public NodeCommands(Nodes nodes) {
        this.nodes = nodes;
    }

    String nodes(String[] words) {
        if (words.length > 1) {
            return usage("nodes");
        }
        StringBuilder answer = new StringBuilder();
        for (NodeStatus node : nodes.list()) {
            TextCommands.row(
                    answer,
                    node.id(),
                    node.name(),
                    node.address(),
                    node.state().name().toLowerCase(Locale.ROOT),
                    node.quiet() ? "yes" : "no",
                    TextCommands.seconds(node.silence()),
                    millis(node.roundTripMedian()),
                    millis(node.roundTripP99()),
                    node.calls(),
                    node.version());
        }
        return answer.append(TextCommands.END).toString();
    }

    private static String millis(Optional<Duration> time) {
        return time.map(TextCommands::millis).orElse("-");
    }

    String quiet(String[] words, Deliveries deliveries) {
        return ofNode(words, id -> nodes.quiet(id, deliveries) ? done(id) : unknown(words[1]));
    }

    String resume(String[] words, Deliveries deliveries) {
        return ofNode(words, id -> nodes.resume(id, deliveries) ? done(id) : unknown(words[1]));
    }

    String stop(String[] words, Deliveries deliveries) {
        return ofNode(words, id -> switch (nodes.stop(id, deliveries)) {
            case TOLD -> done(id);
            case UNKNOWN -> unknown(words[1]);
            case LOST ->
                TextCommands.error("NODE_LOST", "node " + words[1] + " is lost: nobody is there to be told to stop");
            case UNABLE ->
                TextCommands.error(
                        "NOT_CONTROLLED",
                        "node " + words[1] + " has not said that it can be told to stop (OPTION_REQ control)");
        });
    }

    /** Does something for the node that is the second and last word. */
    private String ofNode(String[] words, IntFunction<String> action) {
        if (words.length != 2) {
            return usage(words[0].toLowerCase(Locale.ROOT) + " NODE, its id or its name");
        }
        if (words[1].matches("[0-9]+")) {
            long id = words[1].length() <= 10 ? Long.parseLong(words[1]) : Long.MAX_VALUE;
            return id <= Integer.MAX_VALUE ? action.apply((int) id) : unknown(words[1]);
        }
        List<NodeStatus> named = nodes.list().stream()
                .filter(node -> node.name().equals(words[1]))
                .toList();
        List<NodeStatus> living = named.stream().filter(node -> !node.isLost()).toList();
        List<NodeStatus> meant = living.isEmpty() ? named : living;
        if (meant.size() > 1) {
            return TextCommands.error(
                    "AMBIGUOUS",
                    meant.size() + " nodes are called " + words[1] + "; say which by its id: "
                            + meant.stream()
                                    .map(node -> Integer.toString(node.id()))
                                    .collect(Collectors.joining(", ")));
        }
        return meant.isEmpty() ? unknown(words[1]) : action.apply(meant.get(0).id());
    }

    private static String done(int id) {
        return TextCommands.ok(Integer.toString(id));
    }

    private static String unknown(String node) {
        return TextCommands.error("UNKNOWN_NODE", "there is no node " + node + "; \"nodes\" lists them");
    }

    private static String usage(String usage) {
        return TextCommands.error("INVALID_ARGUMENTS", "the command is: " + usage);
    }
}
