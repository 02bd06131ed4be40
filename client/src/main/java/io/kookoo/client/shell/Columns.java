package io.kookoo.client.shell;

import java.util.List;

/** What the columns of a server's lists mean, for people. */
@FunctionalInterface
public interface Columns {
    /**
     * The names of the columns, from the left.
     *
     * @param command the words of a text command that is answered by a list, the first in small letters
     * @return empty where they are not known
     */
    List<String> of(List<String> command);
}
