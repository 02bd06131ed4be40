package io.kookoo.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a server will say. The thread that reads its answers completes it, and runs what follows from it, so that thread must not wait for
 * another one: it would wait for itself. To do so throws {@link IllegalStateException}; likewise for all futures that are made of this one.
 */
class Answer<T> extends CompletableFuture<T> {
    private final Kookoo kookoo;

    Answer(Kookoo kookoo) {
        this.kookoo = kookoo;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new Answer<>(kookoo);
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        checkWaiting();
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        checkWaiting();
        return super.get(timeout, unit);
    }

    @Override
    public T join() {
        checkWaiting();
        return super.join();
    }

    private void checkWaiting() {
        if (!isDone() && kookoo.isReadingThread()) {
            throw new IllegalStateException(
                    "the thread that reads what the server says cannot wait for it; use thenCompose, or an executor");
        }
    }
}
