package io.kookoo.client.command;

import java.io.IOException;

/** The states of a job, as the server names them ({@code docs/protocol.md}, Outcomes). */
enum JobState {
    delayed,
    queued,
    running,
    done,
    failed,
    dead,
    cancelled;

    /** @throws IOException for a word that is no state; {@code command} was what was asked */
    static JobState parse(String command, String word) throws IOException {
        for (JobState state : values()) {
            if (state.name().equals(word)) {
                return state;
            }
        }
        throw TextLists.notUnderstood(command, word);
    }

    /** Whether a job stays in it until somebody retries it. */
    boolean isEnd() {
        return compareTo(done) >= 0;
    }
}
