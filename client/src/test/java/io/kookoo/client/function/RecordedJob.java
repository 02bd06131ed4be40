package io.kookoo.client.function;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A job of a test: keeps what its function says, as {@code progress 1/2}, {@code data text}, {@code warning text}. Thread-safe. */
final class RecordedJob implements JobContext {
    private final List<String> said = new CopyOnWriteArrayList<>();
    private volatile Runnable onProgress = () -> {};
    private volatile boolean cancelled;

    /** Runs it in the function's thread whenever that tells its progress. */
    RecordedJob onProgress(Runnable action) {
        onProgress = action;
        return this;
    }

    void cancel() {
        cancelled = true;
    }

    /** What begins so. */
    List<String> said(String beginning) {
        return said.stream().filter(line -> line.startsWith(beginning)).toList();
    }

    @Override
    public void progress(long done, long total) {
        said.add("progress " + done + "/" + total);
        onProgress.run();
    }

    @Override
    public void data(String text) {
        said.add("data " + text);
    }

    @Override
    public void warning(String text) {
        said.add("warning " + text);
    }

    @Override
    public boolean cancelled() {
        return cancelled;
    }

    @Override
    public int attempt() {
        return 4;
    }

    @Override
    public String unique() {
        return "u";
    }
}
