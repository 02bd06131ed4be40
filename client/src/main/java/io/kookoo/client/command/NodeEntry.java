package io.kookoo.client.command;

import io.kookoo.client.Kookoo;
import io.kookoo.client.TextVerb;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * A node as a server lists it: the beginning of a line of the text command {@code nodes} ({@code docs/protocol.md}, Nodes).
 *
 * @param lost whether it is not there, and is only remembered
 * @param quiet whether it is given no jobs
 * @param silentSeconds since something came from it, as the server has written it
 */
record NodeEntry(long id, String name, boolean lost, boolean quiet, String silentSeconds) {
    /** What the server knows, by their ids; blocks. */
    static List<NodeEntry> ask(Kookoo kookoo) throws IOException, InterruptedException {
        List<NodeEntry> nodes = new ArrayList<>();
        try {
            for (String line : kookoo.askList(TextVerb.NODES.toString()).get()) {
                nodes.add(parse(line));
            }
            return nodes;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException reason) {
                throw reason;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private static NodeEntry parse(String line) throws IOException {
        String[] cells = line.split("\t", -1);
        if (cells.length < NodesCommand.COLUMNS.length || !cells[0].matches("[0-9]{1,18}")) {
            throw TextLists.notUnderstood(TextVerb.NODES.toString(), line);
        }
        return new NodeEntry(
                Long.parseLong(cells[0]), cells[1], cells[3].equals("lost"), cells[4].equals("yes"), cells[5]);
    }

    /** Whether a person who says {@code word} may mean it. */
    boolean isCalled(String word) {
        return word.equals(Long.toString(id)) || word.equals(name);
    }

    /** As people are told of it: {@code 3/box}. */
    String title() {
        return id + "/" + name;
    }

    /** Why it cannot be asked. */
    String whyLost() {
        return "it is lost: nothing was heard of it for " + silentSeconds + " s";
    }
}
