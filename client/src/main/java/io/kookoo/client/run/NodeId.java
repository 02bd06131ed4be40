package io.kookoo.client.run;

import io.kookoo.NodeName;
import io.kookoo.Version;
import io.kookoo.client.function.FunctionExecutor;
import io.kookoo.protocol.FunctionName;
import java.time.Duration;
import java.util.List;

/**
 * What a client that is a node is known by.
 *
 * @param number over 0; one live node of a server has it
 * @param name as {@link NodeName} has it; several nodes may have the same
 */
public record NodeId(int number, String name) {
    public NodeId {
        if (number < 1) {
            throw new IllegalArgumentException("the id of a node is 1 or more, not " + number);
        }
        if (!NodeName.isName(name)) {
            throw new IllegalArgumentException("\"" + name + "\" is no name of a node: " + NodeName.RULE);
        }
    }

    /** {@code node-3/web@host/pid}: as SET_CLIENT_ID has it, for tools that know no nodes. */
    String clientId(String host, long pid) {
        return "node-" + number + "/" + name + "@" + host + "/" + pid;
    }

    /** The option by which a connection says that it is one of this node. */
    String announcement(long pid, Duration pingInterval, boolean replace) {
        return "node=" + number + ";name=" + name + ";pid=" + pid + ";ping=" + pingInterval.toMillis() + ";version="
                + Version.TEXT + (replace ? ";replace=1" : "");
    }

    /** The functions that this node alone has, to run whole calls on it and nowhere else. */
    List<FunctionName> functions() {
        return List.of(
                FunctionName.of(FunctionExecutor.CALL + "@" + number),
                FunctionName.of(FunctionExecutor.CALL + "@" + name));
    }
}
