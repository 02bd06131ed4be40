package io.kookoo.peers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A Gearman client in another language, driven by a test. What becomes of a task is told as {@code <number> <what> <values>}. */
final class ForeignClient implements AutoCloseable {
    private final PeerProgram program;

    ForeignClient(PeerProgram.Language language, int port) throws IOException {
        this.program = PeerProgram.start(language, "client", port);
    }

    /**
     * Remembers a task.
     *
     * @param how {@code high}, {@code normal} or {@code low}; a background job's ends with {@code _background}
     * @param unique may be empty: none
     */
    void task(String how, String function, String unique, String workload) throws IOException {
        program.say("task", how, function, unique, workload);
    }

    /** Submits the tasks; returns the first {@code events} lines that this client prints. */
    List<String> begin(int events) throws IOException {
        program.say("run");
        List<String> told = new ArrayList<>();
        while (told.size() < events) {
            told.add(String.join(" ", program.hear()));
        }
        return told;
    }

    /** What has become of the tasks since {@link #begin}, when the last is over. */
    List<String> finish() {
        List<String> told = new ArrayList<>();
        for (String line = next(); !line.equals("ran"); line = next()) {
            told.add(line);
        }
        return told;
    }

    /** Submits the tasks; returns what became of them, when the last is over. */
    List<String> run() throws IOException {
        begin(0);
        return finish();
    }

    /** Submits a background job, and returns its handle. */
    String background(String priority, String function, String unique, String workload) throws IOException {
        task(priority + "_background", function, unique, workload);
        List<String> told = run();
        if (told.size() != 1) {
            throw new AssertionError("Expected nothing but a handle: " + told);
        }
        return handle(told.get(0));
    }

    /** GET_STATUS for a background job of this client: {@code status <known> <running> <numerator> <denominator>}. */
    String status(String handle) throws IOException {
        program.say("status", handle);
        return next();
    }

    static String handle(String created) {
        String[] fields = created.split(" ");
        if (fields.length != 3 || !fields[1].equals("created") || !fields[2].startsWith("H:")) {
            throw new AssertionError("Expected a created job: " + created);
        }
        return fields[2];
    }

    private String next() {
        return String.join(" ", program.hear());
    }

    @Override
    public void close() {
        program.close();
    }
}
